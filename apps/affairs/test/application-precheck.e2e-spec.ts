import fc from 'fast-check';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import type { ItemContent } from '../src/catalogue/item-content.js';
import {
  type ApplicationAnswer,
  appointClerks,
  COLLEGE,
  content,
  COUNSELOR,
  handIn,
  PATH,
  post,
  publish,
  step,
} from './application-support.js';

/** Drafts that are drawn. */
const RUNS = 200;
const STUDENTS = [0, 4, 8].map((i) => campus.students[i]!);

/** Items that differ in what they ask for. */
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
const CODES = Object.keys(ITEMS);

const drawnData = fc.record(
  {
    amount: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: -1, max: 5100 }) },
      fc.constantFrom<unknown>('100', 1.5, null),
    ),
    kind: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('illness', 'disaster', 'other') },
      fc.constantFrom<unknown>('', 'none', 7),
    ),
    reason: fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.string({ minLength: 190, maxLength: 210 }),
      fc.constant<unknown>(['a']),
    ),
    class: fc.constantFrom('软工2401', '英语2401', '别班'),
    colour: fc.constant('red'),
  },
  { requiredKeys: [] },
);
/** Most have what is asked for, so that many pass. */
const drawn = fc.record({
  code: fc.constantFrom(...CODES),
  who: fc.nat({ max: STUDENTS.length - 1 }),
  data: fc.tuple(fc.boolean(), drawnData).map(([whole, data]) => {
    const { colour: _colour, class: _class, ...kept } = data;
    return whole ? { ...kept, amount: 500, kind: 'other', reason: '急用' } : data;
  }),
  proof: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
  other: fc.boolean(),
  unknown: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

describe('the pre-check of an application', () => {
  let test: TestApp;
  const clients: Client[] = [];
  const files: string[][] = [];

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    await appointClerks(test);
    for (const id of STUDENTS) {
      const client = await test.person(id);
      clients.push(client);
      files.push([await handIn(client), await handIn(client)]);
    }
    for (const code of CODES) await publish(test, code, content(ITEMS[code]));
  }, 120_000);
  afterAll(() => test.close());

  it('says what submission says, of any draft', async () => {
    const outcomes = { unsaved: 0, refused: 0, passed: 0 };
    await fc.assert(
      fc.asyncProperty(drawn, async ({ code, who, data, proof, other, unknown }) => {
        const [client, papers] = [clients[who]!, files[who]!];
        const materials = [
          ...(proof ? [{ key: 'proof', files: [papers[0]!] }] : []),
          ...(other ? [{ key: 'other', files: [papers[1]!] }] : []),
          ...(unknown ? [{ key: 'unknown', files: [] }] : []),
        ];
        const begun = (await client.post(PATH, { item: code }).expect(201)).body as ApplicationAnswer;
        const check = async (body: object) =>
          (await client.post(`${PATH}/${begun.id}/precheck`, body).expect(200)).body;
        // What is not saved yet, and what is.
        const before = await check({ data, materials });
        const saved = await client.put(`${PATH}/${begun.id}`, { data, materials }).set('If-Match', '"1"');
        let version = 1;
        if (saved.status === 400) {
          outcomes.unsaved++;
          expect(before.possible).toBe(false);
        } else {
          expect(saved.status).toBe(200);
          version = saved.body.version as number;
          const after = await check({});
          expect(after).toEqual(before);
          const sent = await post(client, { id: begun.id, version }, 'submit');
          expect([sent.status, before.findings]).toEqual([before.possible ? 200 : 422, before.findings]);
          if (sent.status === 200) {
            outcomes.passed++;
            const answer = sent.body as ApplicationAnswer;
            expect(answer['dueAt']).toBe(after.dueAt);
            expect(answer.steps.map(({ key }) => key)).toEqual(after.steps.map(({ key }: { key: string }) => key));
            if (answer.status === 'completed') {
              files[who] = [await handIn(client), await handIn(client)];
              return;
            }
            await post(client, answer, 'actions', { action: 'withdraw' }).expect(200);
            return;
          }
          outcomes.refused++;
          const said = ({ pointer, code: about }: { pointer: string; code: string }): string => `${pointer} ${about}`;
          expect(sent.body.errors.map(said)).toEqual(before.findings.map(said));
        }
        await client.delete(`${PATH}/${begun.id}`).set('If-Match', `"${version}"`).expect(204);
      }),
      { numRuns: RUNS, seed: 20_261_201 },
    );
    for (const n of Object.values(outcomes)) expect(n).toBeGreaterThan(RUNS / 20);
  }, 300_000);
});
