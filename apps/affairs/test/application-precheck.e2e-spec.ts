import fc from 'fast-check';
import type { Actor } from '#auth';
import { sql } from '#database';
import { Invalid } from '#problems';
import { campus, TestApp } from '#testing';
import type { Definition } from '#workflow';
import { affairs } from '../src/affairs.module.js';
import { applicationFlow } from '../src/applications/application.flow.js';
import type { ApplicationDetailDto, ApplicationPrecheckDto } from '../src/applications/applications.dto.js';
import type { Applications } from '../src/applications/applications.service.js';
import { type PublishedItem, publishedItems } from '../src/catalogue/catalogue.queries.js';
import type { ItemContent } from '../src/catalogue/item-content.js';
import {
  clerk,
  COLLEGE,
  content,
  COUNSELOR,
  draft,
  handIn,
  otherClerk,
  PATH,
  publish,
  step,
} from './application-support.js';
import { actorOf, andBack, type Answered, answered, type Drawn, drawnFor } from './draft-kit.js';
import { appoint } from './support.js';

/** Drafts that are drawn, over all items. */
const RUNS = 1000;
const FILES = 5;
const STUDENTS = [0, 4, 8].map((i) => campus.students[i]!);

/** Items that differ in what they ask for, beside those of the house. */
const ITEMS: Record<string, Partial<ItemContent>> = {
  plain: { steps: [step('counselor', COUNSELOR)] },
  papers: {
    steps: [step('counselor', COUNSELOR), step('college', COLLEGE, { when: [{ fact: 'amount', atLeast: 1000 }] })],
  },
  'at-once': { kind: 'automatic', steps: [] },
  'for-cs': {
    eligibility: [{ when: 'student.college == "CS"', reason: { zh: '仅限计算机学院', en: 'For that college alone' } }],
  },
  'for-later': {
    eligibility: [
      { when: 'student.resident', reason: { zh: '须住校', en: 'Residents only' } },
      { when: 'student.grade >= 2025', reason: { zh: '2025 级及以后', en: 'From 2025 on' } },
    ],
  },
  counter: { channels: ['counter'] },
};

interface Draft {
  code: string;
  atCounter: boolean;
  /** Looked at before it is saved, too. */
  unsaved: boolean;
  first: Drawn;
  /** What it is corrected to when it is returned, and which of the fields that may be named are. */
  second: Drawn;
  named: boolean[];
}

describe('the pre-check of an application', () => {
  let test: TestApp;
  let items: PublishedItem[];
  const flows = new Map<string, Definition>();
  const actors = new Map<string, Actor>();
  /** Files of whoever fills in for a student, the last one somebody else's. */
  const files = new Map<string, string[]>();
  const counselors = [campus.staff.counselorCs, campus.staff.counselorCs, campus.staff.counselorFl];

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    const year = Number(test.clock.today().slice(0, 4));
    for (const [i, id] of STUDENTS.entries())
      await test.query(sql`UPDATE directory.person SET grade = ${String(year - i)} WHERE id = ${id}`);
    const departments = await test.query<{ id: string }>(
      sql`SELECT id FROM directory.unit WHERE kind = 'department' ORDER BY code`,
    );
    // One has nobody who decides.
    for (const [i, { id }] of departments.slice(1).entries())
      await appoint(test, i % 2 ? clerk : otherClerk, 'department_clerk', id);
    for (const code of Object.keys(ITEMS)) await publish(test, code, content(ITEMS[code]));
    items = await publishedItems(test.tx);
    for (const item of items) {
      const flow = applicationFlow(item);
      if (flow) flows.set(item.code, flow);
    }
    const strange = await handIn(await test.person(campus.students[1]!));
    for (const [i, student] of STUDENTS.entries()) {
      for (const id of [student, counselors[i]!]) {
        const client = await test.person(id);
        const own = await Promise.all(Array.from({ length: FILES - 1 }, () => handIn(client)));
        files.set(`${id} ${i}`, [...own, strange]);
      }
    }
    // A key of each student, to seal with, that no rollback takes away.
    for (const id of STUDENTS) {
      const client = await test.person(id);
      const { id: drafted, version } = await draft(client, 'plain');
      await client.delete(`${PATH}/${drafted}`).set('If-Match', `"${version}"`).expect(204);
    }
  }, 120_000);
  afterAll(() => test.close());

  const who = async (id: string): Promise<Actor> => {
    if (!actors.has(id)) actors.set(id, await actorOf(test, id));
    return actors.get(id)!;
  };
  const handed = (by: string, i: number, { data, materials }: Drawn) => ({
    data,
    materials: materials.map((one) => ({ ...one, files: one.files.map((n) => files.get(`${by} ${i}`)![n]!) })),
  });
  const said = ({ pointer, code }: { pointer: string; code?: string }): string => `${pointer} ${code}`;
  const counts: Record<string, number> = {};
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);

  /** What was said before is what comes of it: done, or refused for just these reasons. Says whether it was done. */
  function agree(
    what: string,
    before: Answered<ApplicationPrecheckDto>,
    after: Answered<ApplicationDetailDto>,
  ): boolean {
    const found = before.answer?.findings ?? [];
    if (!before.answer) {
      count(`${what}: its files were refused`);
      expect(after.problem?.kind).toEqual(before.problem.kind);
      expect(after.problem?.errors).toEqual(before.problem.errors);
    } else if (before.answer.possible) {
      count(`${what}: passed`);
      expect([after.problem, found]).toEqual([undefined, []]);
    } else {
      count(`${what}: refused`);
      expect(after.problem?.kind.code).toBe('affairs/application-not-possible');
      expect(after.problem?.errors.map(said)).toEqual(found.map(said));
    }
    return after.answer !== undefined;
  }

  function asPlanned(seen: ApplicationDetailDto, { steps, dueAt }: ApplicationPrecheckDto): void {
    expect(seen.dueAt).toEqual(dueAt);
    expect(seen.steps.map(({ key }) => key)).toEqual(steps.map(({ key }) => key));
    const waiting = seen.steps.find(({ decision }) => decision === 'pending');
    const asked = new Set(waiting?.signatures.flatMap(({ candidates }) => candidates));
    const planned = steps.find(({ key }) => key === waiting?.key)?.people.map(({ id }) => id);
    if (waiting) expect([...asked].sort()).toEqual(planned?.sort());
  }

  const drawnDraft = (): fc.Arbitrary<Draft> =>
    fc.oneof(
      ...items.map((item) =>
        fc.record({
          code: fc.constant(item.code),
          atCounter: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
          unsaved: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
          first: drawnFor(item, FILES),
          second: drawnFor(item, FILES),
          named: fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }),
        }),
      ),
    );

  async function compare(applications: Applications, i: number, drawn: Draft): Promise<void> {
    const { code, atCounter, unsaved, first } = drawn;
    const studentId = STUDENTS[i]!;
    const by = atCounter ? counselors[i]! : studentId;
    const actor = await who(by);
    const form = handed(by, i, first);
    const begin = { item: code, studentId, data: {}, materials: [] };
    let saved = await answered(applications.begin(actor, unsaved ? begin : { ...begin, ...form }));
    // What cannot be saved is looked at unsaved.
    if (!unsaved && !saved.answer) return compare(applications, i, { ...drawn, unsaved: true });
    let before: Answered<ApplicationPrecheckDto> | undefined;
    if (unsaved) {
      const { id, version } = saved.answer!;
      before = await answered(applications.precheck(actor, id, form));
      saved = await answered(applications.write(actor, id, version, form));
      if (saved.problem?.kind === Invalid.kind) {
        count('saved: no draft');
        // Somebody else's file is said first by one, what is no draft by the other: it is not possible either way.
        expect(before.answer?.possible ?? false).toBe(false);
        return;
      }
      if (!saved.answer) return void agree('saved', before, saved);
    }
    const { id, version } = saved.answer!;
    const after = await applications.precheck(actor, id, {});
    if (before) expect(after).toEqual(before.answer);
    const sent = await answered(applications.submit(actor, id, version));
    if (!agree('submitted', { answer: after }, sent)) return;
    asPlanned(sent.answer!, after);
    const decider = after.steps[0]?.people.map((person) => person.id).find((one) => one !== by);
    if (decider) await correct(applications, sent.answer!, { ...drawn, by, i, decider });
  }

  /** Whoever is first to decide returns it and names some of what may be corrected; then the same holds of the correction. */
  async function correct(
    applications: Applications,
    { id, version }: ApplicationDetailDto,
    { code, by, i, decider, named, first, second }: Draft & { by: string; i: number; decider: string },
  ): Promise<void> {
    const fields = flows.get(code)!.mayChange.filter((_, n) => named[n % named.length]);
    const back = { action: 'return' as const, target: 'initiator', then: 'on' as const, fields, comment: '请补正' };
    const returned = await answered(applications.doAny(await who(decider), id, version, back));
    if (!returned.answer) return count(`not returned: ${returned.problem.kind.code}`);
    const kept = handed(by, i, first);
    const other = handed(by, i, second);
    const may = (part: string, name: string): boolean => fields.includes(`${part}.${name}`);
    // Every other one keeps to what was named.
    const form = named[0]
      ? other
      : {
          data: {
            ...Object.fromEntries(Object.entries(kept.data).filter(([name]) => !may('data', name))),
            ...Object.fromEntries(Object.entries(other.data).filter(([name]) => may('data', name))),
          },
          materials: [
            ...kept.materials.filter(({ key }) => !may('materials', key)),
            ...other.materials.filter(({ key }) => may('materials', key)),
          ],
        };
    const actor = await who(by);
    const before = await answered(applications.precheck(actor, id, form));
    const sent = await answered(applications.resubmit(actor, id, returned.answer.version, form));
    if (agree('corrected', before, sent)) asPlanned(sent.answer!, before.answer!);
  }

  it('says what submission says, of any draft', async () => {
    await fc.assert(
      // Those of one student would wait for each other.
      fc.asyncProperty(fc.tuple(drawnDraft(), drawnDraft(), drawnDraft()), async (drafts) => {
        await Promise.all(drafts.map((drawn, i) => andBack(test, (applications) => compare(applications, i, drawn))));
      }),
      { numRuns: Math.ceil(RUNS / STUDENTS.length), seed: 20_261_201 },
    );
    const least = {
      'saved: its files were refused': 20,
      'saved: no draft': 50,
      'corrected: its files were refused': 5,
    };
    for (const [what, n] of Object.entries(least)) expect([what, counts[what]! >= n]).toEqual([what, true]);
    for (const what of ['submitted: passed', 'submitted: refused', 'corrected: passed', 'corrected: refused'])
      expect([what, counts[what]! >= RUNS / 20]).toEqual([what, true]);
  }, 300_000);
});
