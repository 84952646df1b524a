import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Row = { sourcedId: string } & Record<string, unknown>;

const ref = (sourcedId: string, type: string): object => ({
  href: `https://sis.example/${type}s/${sourcedId}`,
  sourcedId,
  type,
});
const base = { status: 'active', dateLastModified: '2026-09-01T00:00:00.000Z' };

const PAGE = 3;

/** A OneRoster 1.2 service on loopback, which gives at most three objects at a time. Its answers follow the shapes of the specification's JSON binding. */
export class OneRosterServer {
  readonly asked: string[] = [];
  /** Dies in the middle of the answer to the request of this number, from 1. */
  dieAt = 0;
  total = true;
  students = 5;
  /** Those that it has not. */
  without = new Set<string>();
  /** Called before it answers what is `asked` last. */
  before: ((asked: string) => void) | undefined;
  /** What it answers to everything instead. */
  instead: { status: number; body: string } | undefined;
  /** It gives the same page whatever is asked for. */
  stuck = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OneRosterServer> {
    const server = createServer();
    const source = new OneRosterServer(server);
    server.on('request', (request, response) => {
      const url = new URL(request.url!, source.url);
      const { authorization } = request.headers;
      if (source.instead) {
        response.writeHead(source.instead.status, { 'content-type': 'text/html', 'retry-after': '1' });
        return void response.end(source.instead.body);
      }
      if (url.pathname === '/token') {
        const right = authorization === `Basic ${Buffer.from('yizhan:s%2Fcret').toString('base64')}`;
        response.writeHead(right ? 200 : 401, { 'content-type': 'application/json' });
        return void response.end(right ? '{"access_token":"t0","token_type":"Bearer","expires_in":600}' : '{}');
      }
      const [, resource] = /^\/ims\/oneroster\/rostering\/v1p2\/(\w+)$/.exec(url.pathname) ?? [];
      if (authorization !== 'Bearer t0' || !resource) return void response.writeHead(401).end();
      const offset = Number(url.searchParams.get('offset'));
      source.asked.push(`${resource} ${offset}`);
      source.before?.(source.asked.at(-1)!);
      const all = source.rows()[resource]!;
      const body = JSON.stringify({
        [resource]: all.slice(source.stuck ? 0 : offset, (source.stuck ? 0 : offset) + PAGE),
      });
      const headers = source.total ? { 'x-total-count': String(all.length) } : {};
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...headers,
      });
      if (source.asked.length !== source.dieAt) return void response.end(body);
      response.write(body.slice(0, 20), () => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return source;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private rows(): Record<string, Row[]> {
    const students = Array.from({ length: this.students }, (_, i) => `s${i + 1}`).filter((id) => !this.without.has(id));
    return {
      orgs: [
        { ...base, sourcedId: 'o1', name: '拉取大学', type: 'school', identifier: 'PULL-U' },
        {
          ...base,
          sourcedId: 'o2',
          name: '气象学院',
          type: 'department',
          identifier: 'PULL-MET',
          parent: ref('o1', 'org'),
        },
        { ...base, sourcedId: 'o3', name: '停办学院', type: 'department', identifier: 'OLD', status: 'tobedeleted' },
      ],
      academicSessions: [
        {
          ...base,
          sourcedId: 'pull-y1',
          title: '2026–2027学年',
          type: 'schoolYear',
          startDate: '2026-09-01',
          endDate: '2027-07-15',
          schoolYear: '2027',
        },
        {
          ...base,
          sourcedId: 'pull-x1',
          title: '第一学期',
          type: 'semester',
          startDate: '2026-09-07',
          endDate: '2027-01-20',
          schoolYear: '2027',
          parent: ref('pull-y1', 'academicSession'),
        },
      ],
      courses: [
        {
          ...base,
          sourcedId: 'c1',
          title: '班级',
          courseCode: 'HR',
          org: ref('o2', 'org'),
          schoolYear: ref('pull-y1', 'academicSession'),
        },
      ],
      classes: [
        {
          ...base,
          sourcedId: 'k1',
          title: '气象3101',
          classCode: 'MET3101',
          classType: 'homeroom',
          course: ref('c1', 'course'),
          school: ref('o1', 'org'),
          terms: [ref('pull-x1', 'term')],
        },
      ],
      users: students.map((sourcedId) => ({
        ...{ ...base, sourcedId, enabledUser: 'true', username: sourcedId, givenName: sourcedId.replace('s', '云') },
        ...{
          familyName: '周',
          identifier: sourcedId.replace('s', '203200000'),
          grades: ['2032'],
          email: `${sourcedId}@example.edu.cn`,
          phone: '13800000000',
        },
        roles: [{ roleType: 'primary', role: 'student', org: ref('o2', 'org'), beginDate: '2026-09-01' }],
      })),
      enrollments: students.map((id) => ({
        ...{
          ...base,
          sourcedId: `e-${id}`,
          role: 'student',
          user: ref(id, 'user'),
          class: ref('k1', 'class'),
          school: ref('o1', 'org'),
        },
      })),
      demographics: students.map((sourcedId) => ({
        ...base,
        sourcedId,
        birthDate: '2013-01-02',
        sex: 'female',
        asian: 'true',
      })),
    };
  }
}
