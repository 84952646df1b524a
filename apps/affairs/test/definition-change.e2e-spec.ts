import type { Actor } from '#auth';
import { query, sql } from '#database';
import { campus, type Client, fireTimers, TestApp } from '#testing';
import { type ActDto, availableActions, type Case, type Role, Workflows } from '#workflow';
import { affairs } from '../src/affairs.module.js';
import { ApplicationReads } from '../src/applications/application-reads.service.js';
import { Applications } from '../src/applications/applications.service.js';
import { Items } from '../src/catalogue/items.service.js';
import type { ItemContent } from '../src/catalogue/item-content.js';
import type { Verdict } from '../src/tasks/decide-many.dto.js';
import {
  appointClerks,
  CLERK,
  clerk,
  COLLEGE,
  content,
  COUNSELOR,
  publish,
  SCHOOL,
  step,
} from './application-support.js';
import { actorOf } from './draft-kit.js';

const CASES = 500;
const TASKS = '/affairs/v1/tasks';
const { counselorCs, collegeOfficerCs, schoolOfficer } = campus.staff;
/** Of one class, so that each has the same counselor; four at a time. */
const STUDENTS = campus.students.slice(0, 4);

const before: Partial<ItemContent> = {
  ...{ materials: [], severalAtOnce: true },
  steps: [
    step('counselor', COUNSELOR),
    step('college', COLLEGE, {
      when: [{ fact: 'amount', atLeast: 1000 }],
      deadline: { workingDays: 2, then: 'escalate', to: SCHOOL },
    }),
    step('office', CLERK),
  ],
};
const form = content().form as { required: string[]; properties: object };
/** Other steps by other people, and a field that no case under way has. */
const after: Partial<ItemContent> = {
  ...{ materials: [], severalAtOnce: true, name: { zh: '临时困难补助（新）', en: 'Emergency grant, anew' } },
  form: {
    ...form,
    required: [...form.required, 'why'],
    properties: {
      ...form.properties,
      why: { type: 'string', maxLength: 100, 'x-label': { zh: '原因', en: 'Why' } },
    },
  },
  steps: [step('school', SCHOOL), step('counselor', CLERK)],
};

/** What was done with every tenth case before the change. */
const PLACES = [
  ...['first', 'second', 'last', 'returned', 'returned-back', 'suspended', 'delegated', 'transferred'],
  ...['corrected', 'raced'],
] as const;

const SPREAD = [
  ...['college running overdue', 'counselor running', 'counselor running delegated', 'counselor running suspended'],
  ...['initiator returned', 'office running'],
];

interface Made {
  id: string;
  workflowId: string;
  studentId: string;
  item: string;
  place: (typeof PLACES)[number];
  version: number;
  status: string;
}

describe('a change of definitions with 500 cases under way', () => {
  let test: TestApp;
  let applications: Applications;
  let reads: ApplicationReads;
  let workflows: Workflows;
  const actors = new Map<string, Actor>();
  const clients = new Map<string, Client>();
  const places = new Map<string, Made['place']>();
  const PEOPLE = [counselorCs, collegeOfficerCs, schoolOfficer, clerk, STUDENTS[0]!];

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    test.clock.set('2027-03-01T10:00:00+08:00');
    await appointClerks(test);
    [applications, reads, workflows] = [
      test.app.get(Applications),
      test.app.get(ApplicationReads),
      test.app.get(Workflows),
    ];
    for (const id of [...STUDENTS, ...PEOPLE]) {
      actors.set(id, await actorOf(test, id));
      clients.set(id, await test.person(id));
    }
    for (const code of ['changed', 'retired']) await publish(test, code, content(before));
  }, 60_000);
  afterAll(() => test.close());

  const who = (id: string): Actor => actors.get(id)!;
  const act = (by: string, { id, version }: { id: string; version: number }, body: Partial<ActDto>) =>
    applications.doAny(who(by), id, version, body as ActDto);

  async function made(): Promise<Made[]> {
    const rows = await test.query<Omit<Made, 'place'>>(
      sql`SELECT id, workflow_id AS "workflowId", student_id AS "studentId", item, version, status FROM affairs.application
           WHERE id = ANY(${[...places.keys()]}::uuid[]) ORDER BY id`,
    );
    return rows.map((row) => ({ ...row, place: places.get(row.id)! }));
  }
  const placed = async (...which: Made['place'][]): Promise<Made[]> =>
    (await made()).filter(({ place }) => which.includes(place));

  /** Decides in batches as a page of tasks would; says how many were decided. */
  async function decide(by: string, rows: readonly Made[], decision: Verdict = 'approve'): Promise<number> {
    let done = 0;
    for (let from = 0; from < rows.length; from += 100) {
      const { results } = await applications.decideMany(who(by), {
        rows: rows.slice(from, from + 100).map(({ id, version }) => ({ id, version, decision, comment: '已阅' })),
      });
      done += results.filter(({ problem }) => problem === null).length;
    }
    return done;
  }
  const each = async (rows: readonly Made[], fn: (row: Made) => Promise<unknown>): Promise<void> => {
    await Promise.all(
      STUDENTS.map(async (student) => {
        for (const row of rows.filter(({ studentId }) => studentId === student)) await fn(row);
      }),
    );
  };

  async function handIn(i: number): Promise<void> {
    const [studentId, place] = [STUDENTS[i % STUDENTS.length]!, PLACES[Math.floor(i / 4) % PLACES.length]!];
    const data = { amount: Math.floor(i / 8) % 2 ? 500 : 2000, kind: 'illness' };
    const item = Math.floor(i / 40) % 2 ? 'changed' : 'retired';
    const { id, version } = await applications.begin(who(studentId), { item, data, materials: [] });
    places.set(id, place);
    await applications.submit(who(studentId), id, version);
  }

  async function fill(): Promise<void> {
    await Promise.all(
      STUDENTS.map(async (_, lane) => {
        for (let i = lane; i < CASES; i += STUDENTS.length) await handIn(i);
      }),
    );
    const on = await placed('second', 'last', 'returned-back');
    expect(await decide(counselorCs, on)).toBe(on.length);
    await decide(collegeOfficerCs, await placed('last', 'returned-back'));
    const back = await placed('returned', 'corrected');
    expect(await decide(counselorCs, back, 'return')).toBe(back.length);
    const fields = ['data.reason'];
    await each(await placed('returned-back'), (row) =>
      act(clerk, row, { action: 'return', target: 'initiator', then: 'back', fields, comment: '请补充' }),
    );
    await each(await placed('corrected'), (row) => correct(row));
    await each(await placed('suspended'), (row) => act(schoolOfficer, row, { action: 'suspend' }));
    await each(await placed('delegated'), (row) =>
      act(counselorCs, row, { action: 'delegate', to: [collegeOfficerCs] }),
    );
    await each(await placed('transferred'), (row) =>
      act(counselorCs, row, { action: 'transfer', to: [schoolOfficer] }),
    );
    // Those that wait for the college have been waiting too long.
    test.clock.set('2027-03-04T09:00:00+08:00');
    await fireTimers(test);
  }

  async function correct({ id, studentId, version }: Made): Promise<void> {
    const { data } = await reads.get(who(studentId), id);
    const form = { data: { ...data, reason: '已补充' }, materials: [] };
    await applications.resubmit(who(studentId), id, version, form);
  }

  /** Every case as it stands, with what its own version offers to everybody: JSON by id. */
  async function standing(): Promise<Map<string, string>> {
    const rows = await made();
    const [now, owner] = [test.clock.now(), new Map(rows.map((row) => [row.workflowId, row.studentId]))];
    const cases = await workflows.read(test.tx, [...owner.keys()]);
    const offered = ({ id, definition, instance }: Case) =>
      [...PEOPLE, owner.get(id)!].map((person) => {
        const roles: Role[] = person === owner.get(id) ? ['initiator'] : person === schoolOfficer ? ['manager'] : [];
        return availableActions(definition, instance, { person, app: 'test', roles, insteadOf: [] }, now);
      });
    return new Map(
      cases.map((one) => [one.subjectId, JSON.stringify([one.version, one.definition, one.instance, offered(one)])]),
    );
  }

  /** What the answers say to everybody of the first two cases of each place. */
  async function answers(): Promise<unknown[]> {
    const rows = PLACES.filter((place) => place !== 'raced').map(async (place) => (await placed(place)).slice(0, 2));
    const seen: unknown[] = [];
    for (const { id } of (await Promise.all(rows)).flat())
      for (const person of PEOPLE) seen.push(await reads.get(who(person), id).catch((error: Error) => error.message));
    return seen;
  }

  /** Where the cases stand, each state that there is. */
  async function spread(): Promise<string[]> {
    const rows = await test.query<{ state: string }>(
      sql`SELECT DISTINCT concat_ws(' ', s.step, w.status, CASE WHEN w.suspended THEN 'suspended' END,
                                    CASE WHEN w.overdue_since IS NOT NULL THEN 'overdue' END, CASE WHEN s.answering IS NOT NULL THEN 'delegated' END) AS state
            FROM affairs.workflow w JOIN affairs.workflow_step s ON s.workflow_id = w.id AND s.state IN ('open', 'waiting')
           ORDER BY 1`,
    );
    return rows.map(({ state }) => state);
  }

  async function inboxes(): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const person of PEOPLE) {
      const all: { subjectId: string; step: string }[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body } = await clients.get(person)!.get(`${TASKS}?limit=200${cursor && `&cursor=${cursor}`}`);
        all.push(...body.data);
        cursor = body.nextCursor as string | null;
      }
      found[person] = all
        .filter(({ subjectId }) => places.get(subjectId) !== 'raced')
        .map(({ subjectId, step: key }) => `${subjectId} ${key}`)
        .sort();
    }
    return found;
  }

  /** One item is published anew and the other retired, while two batches decide on the same cases. */
  async function change(): Promise<void> {
    const raced = await placed('raced');
    const retire = async (): Promise<void> => {
      const [row] = await test.query<{ id: string; version: number }>(
        sql`SELECT id, version FROM affairs.item WHERE code = 'retired'`,
      );
      await test.app.get(Items).retire(who(schoolOfficer), row!.id, row!.version);
    };
    const [first, second] = await Promise.all([
      decide(counselorCs, raced),
      decide(counselorCs, raced),
      publish(test, 'changed', content(after)),
      retire(),
    ]);
    expect(first + second).toBe(raced.length);
  }

  /** Everything that waits is seen to, one step after the other, until nothing waits. Every seventh is refused by the office. */
  async function finish(): Promise<void> {
    await each(await placed('suspended'), (row) => act(schoolOfficer, row, { action: 'resume' }));
    await each(await placed('delegated'), (row) => act(collegeOfficerCs, row, { action: 'answer' }));
    await each(await placed('returned', 'returned-back'), (row) => correct(row));
    for (const by of [counselorCs, schoolOfficer, collegeOfficerCs, clerk]) {
      const waiting = await test.query<{ id: string }>(
        sql`SELECT w.subject_id AS id FROM affairs.workflow_step s JOIN affairs.workflow w ON w.id = s.workflow_id
             WHERE s.state = 'open' AND s.candidates @> ${[by]}::uuid[] ORDER BY 1`,
      );
      const ids = new Set(waiting.map(({ id }) => id));
      const rows = (await made()).filter(({ id }) => ids.has(id));
      const refused = rows.filter((_, i) => by === clerk && i % 7 === 0);
      const approved = rows.filter((row) => !refused.includes(row));
      expect([by, await decide(by, refused, 'reject'), await decide(by, approved)]).toEqual([
        ...[by, refused.length, approved.length],
      ]);
    }
  }

  it('loses none: each offers what its own version does, is decided to its end once, and is worked out anew byte for byte', async () => {
    await fill();
    const [stood, seen, waited] = [await standing(), await answers(), await inboxes()];
    expect([stood.size, await spread()]).toEqual([CASES, SPREAD]);
    await change();
    const [stands, sees, waits] = [await standing(), await answers(), await inboxes()];
    const raced = new Set((await placed('raced')).map(({ id }) => id));
    for (const [id, one] of stood) expect([id, stands.get(id) === one]).toEqual([id, !raced.has(id)]);
    expect([sees, waits]).toEqual([seen, waited]);

    await finish();
    const ended = await made();
    const counts = new Map<string, number>();
    for (const { status } of ended) counts.set(status, (counts.get(status) ?? 0) + 1);
    expect([[...counts.keys()].sort(), ended.length]).toEqual([['completed', 'rejected'], CASES]);
    // Decided under the first version alone, by each of its steps once, and told once.
    const found = await test.query<{ versions: number[]; items: number; signed: number; said: number }>(
      sql`SELECT ARRAY(SELECT DISTINCT h.definition_version FROM affairs.workflow_action h WHERE h.workflow_id = a.workflow_id) AS versions,
                 a.item_version AS items,
                 (SELECT max(n)::int FROM (SELECT count(*) AS n FROM affairs.workflow_step s WHERE s.workflow_id = a.workflow_id
                                              AND s.state IN ('approved', 'rejected') GROUP BY s.step) per_step) AS signed,
                 (SELECT count(*)::int FROM events.event e WHERE e.aggregate_id = a.id AND e.name = 'affairs.application-decided.v1') AS said
            FROM affairs.application a WHERE a.id = ANY(${[...places.keys()]}::uuid[])`,
    );
    for (const one of found) expect(one).toEqual({ versions: [1], items: 1, signed: 1, said: 1 });
    await test.database.read(async (tx) => {
      for (const { workflowId, id } of ended)
        expect([id, (await workflows.replay(tx, workflowId)).differences]).toEqual([id, []]);
    });
  }, 240_000);

  it('and what begins after it takes the new version, of what was retired none', async () => {
    const student = STUDENTS[1]!;
    const ask = { data: { amount: 500, kind: 'illness', why: '住院' }, materials: [] };
    const drafted = await applications.begin(who(student), { item: 'changed', ...ask });
    const sent = await applications.submit(who(student), drafted.id, drafted.version);
    expect([sent.itemVersion, sent.name.zh, sent.steps.map(({ key }) => key)]).toEqual([
      ...[2, '临时困难补助（新）', ['school', 'counselor']],
    ]);
    const [{ version } = { version: 0 }] = await query<{ version: number }>(
      test.tx,
      sql`SELECT definition_version AS version FROM affairs.workflow WHERE subject_id = ${sent.id}`,
    );
    expect(version).toBe(2);
    await expect(applications.begin(who(student), { item: 'retired', ...ask })).rejects.toMatchObject({
      details: { pointer: '#/item' },
    });
  });
});
