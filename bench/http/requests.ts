import type pg from 'pg';
import { type BenchCampus, benchId } from './campus.js';
import { type Load, load, type Request } from './load.js';

const SECONDS = 4;
/** Of a load that changes something. */
const CHANGES = 1_500;
const PASSES = 10_000;
const BATCHES = 4;

/** By person. */
export type Tokens = Map<string, string>;

export interface Contender {
  name: 'ours' | 'peer' | 'earlier';
  origin: string;
  pool: pg.Pool;
  /** The peer has none: it is told who asks. */
  tokens?: Tokens;
}

export interface Endpoint {
  name: string;
  /** A request whose answer is compared. */
  sample?: (contender: Contender) => Request | undefined;
  before?: (contender: Contender) => Promise<void>;
  loadOf: (contender: Contender) => Load;
  /** The time until the events of the load are handled counts too. */
  untilHandled?: boolean;
  /** The least ratios to reach. */
  ofPeer?: number;
  ofEarlier?: number;
}

export const LIST = '/early-warning/v1/warnings?status=open';
export const LEAVES = '/affairs/v1/leaves';
const FIRST_HOUR = Math.ceil((Date.now() + 14 * 86_400_000) / 3_600_000) * 3_600_000;
/** Two characters, as somebody types them. */
const NAME = '子涵';

export function endpointsOf(campus: BenchCampus): Endpoint[] {
  const { counselorId, officerId, ownStudentIds } = campus;
  const reading = (name: string, request: (contender: Contender) => Request, ofEarlier = 4): Endpoint => ({
    ...{ name, sample: request, ofPeer: 0.6, ofEarlier },
    loadOf: (contender) => ({ seconds: SECONDS, request: request(contender) }),
  });
  const read = (name: string, path: string, byHand: string, ofEarlier?: number): Endpoint =>
    reading(
      name,
      ({ tokens }) => (tokens ? { path, headers: bearer(tokens, counselorId) } : { path: `/${counselorId}${byHand}` }),
      ofEarlier,
    );
  const warning = benchId('warning', 7);
  const filed = new Map<string, string[]>();
  const submission: Endpoint = {
    ...{ name: 'leave submission', ofPeer: 0.5, ofEarlier: 3 },
    before: async ({ name, pool }) => {
      filed.set(name, []);
      await pool.query(`TRUNCATE ${name === 'peer' ? 'bench' : 'affairs'}.leave CASCADE`);
    },
    loadOf: ({ name, tokens }) => ({
      count: CHANGES,
      onAnswer: ({ id }) => filed.get(name)!.push(id),
      request: (n) => {
        const student = ownStudentIds[n % ownStudentIds.length]!;
        const headers = { 'content-type': 'application/json', ...(tokens && bearer(tokens, student)) };
        const body = JSON.stringify(leaveForm(n, ownStudentIds.length));
        return { path: tokens ? LEAVES : `/${student}/leaves`, method: 'POST', headers, body };
      },
    }),
  };
  return [
    read('open warnings', LIST, '/warnings'),
    read('warning with evidence', `/early-warning/v1/warnings/${warning}`, `/warnings/${warning}`),
    reading('people by name', ({ name, tokens }) => {
      if (name === 'earlier')
        return { path: `/directory/v1/people?name=${encodeURIComponent(NAME)}`, headers: bearer(tokens!, officerId) };
      const headers = { 'content-type': 'application/json', ...(tokens && bearer(tokens, officerId)) };
      const path = tokens ? '/directory/v1/people/search' : '/people';
      return { path, method: 'POST', headers, body: JSON.stringify({ name: NAME }) };
    }),
    submission,
    {
      ...{ name: 'leave decision', ofPeer: 0.5, ofEarlier: 3 },
      // What is decided is filed first.
      before: async (contender) => {
        await submission.before!(contender);
        await load(contender.origin, submission.loadOf(contender));
      },
      loadOf: ({ name, tokens }) => ({
        count: (filed.get(name)?.length ?? 0) - 100,
        request: (n) => {
          const path = `/${filed.get(name)![n]}/approve`;
          const headers = {
            'content-type': 'application/json',
            'if-match': '"1"',
            ...(tokens && bearer(tokens, counselorId)),
          };
          return {
            path: tokens ? LEAVES + path : `/${counselorId}/leaves${path}`,
            method: 'POST',
            headers,
            body: '{}',
          };
        },
      }),
    },
    { name: 'batches of passes', ofPeer: 0.5, ofEarlier: 4, loadOf: batches(campus) },
    {
      name: 'batches of passes until their events are handled',
      untilHandled: true,
      ofEarlier: 4,
      loadOf: batches(campus),
    },
    read('night checks', '/safety/v1/night-checks', '/nights', 20),
  ];
}

function batches(campus: BenchCampus): Endpoint['loadOf'] {
  return ({ name, tokens }) => ({
    count: BATCHES,
    onAnswer: ({ accepted }) => {
      if (accepted !== PASSES) throw new Error(`${name} took ${accepted} of ${PASSES} passes`);
    },
    request: () => ({
      path: tokens ? '/safety/v1/passes/batches' : '/passes',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(tokens && bearer(tokens, 'bench')) },
      body: passBatch(campus, name === 'earlier' ? 'device' : 'deviceCode'),
    }),
  });
}

function bearer(tokens: Tokens, person: string): Record<string, string> {
  return { authorization: `Bearer ${tokens.get(person)}` };
}

/** One hour of leave; every student gets another hour each round, so that leaves never collide. */
export function leaveForm(
  n: number,
  students: number,
): { kind: string; startsAt: string; endsAt: string; reason: string; destination: string } {
  const start = new Date(FIRST_HOUR + Math.floor(n / students) * 2 * 3_600_000);
  const end = new Date(start.getTime() + 3_600_000);
  return {
    kind: 'personal',
    startsAt: start.toISOString(),
    endsAt: end.toISOString(),
    reason: 'Bench',
    destination: 'Bench',
  };
}

let record = 0;

/** Ten thousand passes of the last day, none of which was sent before. */
/** `device` is what an earlier build calls the code of one. */
function passBatch({ students }: BenchCampus, code: 'deviceCode' | 'device'): string {
  const begin = Date.now() - 86_400_000;
  const passes = Array.from({ length: PASSES }, (_, i) => {
    const n = (record + i) % students;
    return {
      [code]: `GATE${Math.floor(n / 500)}`,
      recordId: String(record + i),
      studentNumber: `B${String(n).padStart(6, '0')}`,
      direction: i % 2 ? 'in' : 'out',
      at: new Date(begin + i * 8_000).toISOString(),
    };
  });
  record += PASSES;
  return JSON.stringify({ passes });
}
