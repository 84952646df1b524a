import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { type Permission, PERMISSIONS, roleOf, SERVICE_NAMES, type ServiceName } from '#contracts';
import { grantServiceRoles } from '#service';
import { ChildProcess, cloneDatabase, secretKeyFile, TestIssuer } from '#testing';
import { type Nginx, startNginx } from './nginx.js';
import { type Api, walkThePath } from './path.js';

const BASE_URL = 'http://yizhan.test';
const EVERYTHING = (Object.keys(PERMISSIONS) as Permission[]).join(' ');
/** Eight processes start at once. */
const STARTING = 240_000;

describe('the same path', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let issuer: TestIssuer;
  let nginx: Nginx | undefined;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    clone = await cloneDatabase();
    issuer = await TestIssuer.create();
  });
  afterEach(async () => {
    await nginx?.stop();
    nginx = undefined;
    for (const child of children) if (child.said) process.stderr.write(child.said);
    const codes = await Promise.all(children.splice(0).map((child) => child.end('SIGTERM')));
    await issuer.close();
    await clone.drop();
    // Every process of every packing ends as it should.
    expect(codes).toEqual(codes.map(() => 0));
  });

  const prefix = `packings-${randomUUID()}`;
  let packing = 0;
  async function start(script: string, env: Record<string, string> = {}): Promise<ChildProcess> {
    const child = await ChildProcess.start(script, {
      DATABASE_URL: clone.url,
      REDIS_URL: process.env['YIZHAN_TEST_REDIS'] as string,
      REDIS_PREFIX: `${prefix}-${packing}`,
      PORT: '0',
      BASE_URL,
      JWKS_URL: issuer.jwksUrl,
      SECRET_KEY_FILE: secretKeyFile(),
      REDELIVER_AFTER_SECONDS: '5',
      POOL_SIZE: '8',
      LOG_LEVEL: 'error',
      ...env,
    });
    children.push(child);
    return child;
  }

  function apiAt(url: string): Api {
    const token = (claims: { client_id: string; sub: string }) =>
      issuer.sign(`${BASE_URL}/directory/oauth`, { ...claims, scope: EVERYTHING });
    return {
      url,
      appToken: () => token({ client_id: 'path', sub: 'path' }),
      personToken: (personId) => token({ client_id: 'portal', sub: personId }),
    };
  }

  beforeAll(build, STARTING);

  /** Each service in a process per set of roles, under its own database role, behind nginx. */
  async function startServices(rolesOf: (service: ServiceName) => string[]): Promise<string> {
    packing++;
    const passwords = Object.fromEntries(SERVICE_NAMES.map((name) => [name, randomUUID()])) as Record<
      ServiceName,
      string
    >;
    await grantServiceRoles(clone.url, passwords);
    const ports = {} as Record<ServiceName, number>;
    for (const service of SERVICE_NAMES) {
      const url = new URL(clone.url);
      [url.username, url.password] = [roleOf(service), passwords[service]];
      for (const roles of rolesOf(service)) {
        const child = await start(`dist/apps/${service}/src/main.js`, {
          DATABASE_URL: url.toString(),
          ROLES: roles,
          TRUSTED_PROXIES: '127.0.0.1',
        });
        if (roles.includes('api')) ports[service] = child.port;
      }
    }
    nginx = await startNginx(ports);
    return nginx.url;
  }

  it(
    'runs in one process for all services',
    async () => {
      const campus = await start('dist/apps/campus/src/main.js');
      await walkThePath(apiAt(`http://127.0.0.1:${campus.port}`));
    },
    STARTING,
  );

  it(
    'runs in a process per service under its own database role behind nginx, some of which answer and work apart',
    async () => {
      const apart: ServiceName[] = ['affairs', 'safety', 'early-warning'];
      const url = await startServices((service) => (apart.includes(service) ? ['api', 'worker'] : ['api,worker']));
      await walkThePath(apiAt(url));
      await expectOneAddress(apiAt(url));
    },
    STARTING,
  );

  /** What is there once, whichever process answers it. */
  async function expectOneAddress({ url, appToken }: Api): Promise<void> {
    const get = (path: string, headers?: Record<string, string>) => fetch(url + path, { headers });
    expect((await get('/health/ready')).status).toBe(200);
    expect((await get('/metrics')).status).toBe(404);
    for (const service of SERVICE_NAMES) expect((await get(`/${service}/v1/openapi.json`)).status).toBe(200);
    const docs = await (await get('/docs/settings.json')).text();
    for (const service of SERVICE_NAMES) expect(docs).toContain(`/${service}/v1/openapi.json`);
    const operator = { authorization: `Bearer ${await appToken()}` };
    const board = (await (await get('/operations/queues/api/queues', operator)).json()) as {
      queues: { name: string }[];
    };
    expect(board.queues.map(({ name }) => name).sort()).toEqual([...SERVICE_NAMES].sort());
    const metadata = await get('/.well-known/oauth-authorization-server/directory/oauth');
    expect(await metadata.json()).toMatchObject({
      issuer: `${BASE_URL}/directory/oauth`,
      token_endpoint: `${BASE_URL}/directory/oauth/token`,
    });
    const problem = await get('/safety/v1/passes');
    expect(problem.status).toBe(401);
    expect(problem.headers.get('content-type')).toContain('application/problem+json');
  }
});

/** Brings dist/ up to date, where it is not. */
async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, ['tools/build.js']);
}
