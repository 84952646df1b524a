import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, publish, retireShipped, simpleRule } from './kit.js';

const LIST = '/early-warning/v1/rule-parameters';
const POLICIES = '/early-warning/v1/policies';

describe('what a school sets of its rules', () => {
  let test: TestApp;
  let officer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    officer = await test.person(campus.staff.schoolOfficer);
  });
  afterAll(() => test.close());

  const version = (policy: string, value: object) =>
    officer.post(`${POLICIES}/early-warning.${policy}/versions`, {
      effectiveFrom: daysAgo(3),
      value,
      source: '校内办法',
    });
  const set = (values: object) => version('rule-parameters', { values });
  /** Where the findings point. */
  const found = async (answer: ReturnType<Client['post']>) =>
    ((await answer.expect(400)).body.errors as { pointer: string }[]).map(({ pointer }) => pointer);

  describe('parameters', () => {
    it('must have a name and a number that rules can use; each that has not is pointed at', async () => {
      const wrong = {
        ...{ fine: -1.5, late_per_week: '5', Late: 1, 'a/b': 1, nothing: null, flag: true, nested: { n: 1 } },
        ...{ many: [1], huge: 1.1e12, most: 1e12 },
      };
      const places = ['late_per_week', 'Late', 'a~1b', 'nothing', 'flag', 'nested', 'many', 'huge'];
      expect(await found(set(wrong))).toEqual(places.map((place) => `#/value/values/${place}`));
      const inEnglish = await set({ late: '5' }).set('Accept-Language', 'en').expect(400);
      const inChinese = await set({ late: '5' }).expect(400);
      expect([inEnglish, inChinese].map(({ body }) => body.errors[0].detail)).toEqual([
        'must be a number between -1000000000000 and 1000000000000',
        '应为 -1000000000000 到 1000000000000 的数',
      ]);
      // JSON has larger numbers than arithmetic.
      const infinite = `{"effectiveFrom":"${daysAgo(3)}","source":"x","value":{"values":{"late":1e999}}}`;
      const raw = officer.post(`${POLICIES}/early-warning.rule-parameters/versions`).type('json').send(infinite);
      expect((await raw.expect(400)).body.errors[0].pointer).toBe('#/value/values/late');
      expect(await found(version('rule-parameters', { values: [1] }))).toEqual(['#/value/values']);
      expect((await officer.get(LIST).expect(200)).body.policyVersion).toBe(0);
    });

    it('are at most five hundred', async () => {
      const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`name_${i}`, 0.5]));
      expect(await found(set(many(501)))).toEqual(['#/value/values']);
      await set(many(500)).expect(201);
    });

    it('are listed with their defaults, the rules that name them and what the school has set', async () => {
      await retireShipped(test);
      const at = (name: string, value: number) => ({ $p: name, default: value });
      const feature = { metric: 'net_min', agg: 'days_over', window: '7d', where: { gt: at('net_minutes', 300) } };
      const atLeast = (constant: object) => ({ ge: [{ f: 'x' }, constant] });
      await publish(test, simpleRule('a.nights', feature, atLeast(at('net_nights', 3))));
      const more = { level: 'yellow', escalate: { to: 'red', when: atLeast({ $p: 'net_many', default: 6 }) } };
      await officer
        .post('/early-warning/v1/rules', simpleRule('a.nights', feature, atLeast(at('net_nights', 4)), more))
        .expect(201);
      await set({ net_nights: 5, net_nihgts: 2, net_minutes: 0 }).expect(201);
      const published = { code: 'a.nights', number: 1, state: 'published' };
      const draft = { code: 'a.nights', number: 2, state: 'draft' };
      expect((await officer.get(LIST).expect(200)).body).toEqual({
        policyVersion: 2,
        parameters: [
          { name: 'net_many', value: null, defaults: [6], rules: [draft] },
          { name: 'net_minutes', value: 0, defaults: [300], rules: [draft, published] },
          { name: 'net_nights', value: 5, defaults: [3, 4], rules: [draft, published] },
        ],
        unused: ['net_nihgts'],
      });
    });

    it('are there for who may see rules', async () => {
      await (await test.person(campus.staff.counselorCs)).get(LIST).expect(200);
      await (await test.person(campus.students[0]!)).get(LIST).expect(403);
      await (await test.client('early-warning:warning:read')).get(LIST).expect(403);
    });
  });

  it('special days neither end before they begin nor go on for years nor name unknown units', async () => {
    const periods = [
      { kind: 'exam', from: daysAgo(2), to: daysAgo(3) },
      { kind: 'exam', from: daysAgo(2), to: daysAgo(2), units: [campus.classes.se2401.toUpperCase()] },
      {
        ...{ kind: 'internship', from: daysAgo(1), to: daysAgo(2) },
        units: [campus.places.building1, '0192f7a0-0000-7000-8000-00000000dead'],
      },
      { kind: 'exam', from: '2024-01-01', to: '2026-03-11' },
      { kind: 'exam', from: '2024-01-01', to: '2026-03-10' },
    ];
    expect(await found(version('special-days', { periods }))).toEqual([
      '#/value/periods/0/to',
      '#/value/periods/2/to',
      '#/value/periods/2/units/1',
      '#/value/periods/3/to',
    ]);
    await version('special-days', { periods: [periods[1]] }).expect(201);
  });

  it('is not for the officers of a college to set', async () => {
    const college = await test.person(campus.staff.collegeOfficerCs);
    const body = { effectiveFrom: daysAgo(0), value: { values: { net_nights: 1 } }, source: '学院' };
    await college.post(`${POLICIES}/early-warning.rule-parameters/versions`, body).expect(403);
  });
});
