import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import {
  daysAgo,
  dryRun,
  holdSchedules,
  observe,
  publish,
  retireShipped,
  SECOND_OFFICER,
  secondOfficer,
  simpleRule,
} from './kit.js';

const RULES = '/early-warning/v1/rules';
const DRY_RUNS = '/early-warning/v1/dry-runs';

describe('draft, dry run, publish', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  let collegeOfficer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    collegeOfficer = await test.person(campus.staff.collegeOfficerCs);
  });
  afterAll(() => test.close());

  const rule = (id: string, threshold: number, more: object = {}) =>
    simpleRule(
      id,
      { metric: 'book_loans', agg: 'sum', window: '2d' },
      { ge: [{ f: 'x' }, threshold] },
      { reason: { zh: '两天借 {x} 册（{level}）', en: '{x} books in two days ({level})' }, ...more },
    );
  const drafted = async (client: Client, body: object) =>
    (await client.post(RULES, body).expect(201)).body as { id: string; version: number };
  const publishAs = (client: Client, id: string, version = 1) =>
    client.post(`${RULES}/${id}/publish`).set('If-Match', `"${version}"`);

  describe('a dry run', () => {
    const ladder = [{ yellow: { ge: [{ f: 'x' }, 5] } }, { red: { ge: [{ f: 'x' }, 9] } }];
    const draft = rule('try.books', 0, { level: ladder, when: undefined });
    const days = (body: { days: { day: string; firing: number; new: number; noData: number }[] }) =>
      body.days.map(({ day, firing, new: fresh, noData }) => [day, firing, fresh, noData]);

    beforeAll(async () => {
      await observe(app, [
        [0, 'book_loans', daysAgo(6), 5],
        [0, 'book_loans', daysAgo(4), 9],
        [1, 'book_loans', daysAgo(4), 6],
        [9, 'book_loans', daysAgo(3), 5],
        [4, 'book_loans', daysAgo(3), 1],
      ]);
      await publish(test, rule('other.books', 6));
      await publish(test, rule('third.books', 100));
    });

    it('says day by day whom the rule would have flagged, as an evaluation of the day says', async () => {
      const answer = await officer.post(DRY_RUNS, { rule: draft, from: daysAgo(5), to: daysAgo(2) }).expect(200);
      expect(days(answer.body)).toEqual([
        [daysAgo(5), 1, 0, 11],
        [daysAgo(4), 2, 1, 10],
        [daysAgo(3), 3, 1, 8],
        [daysAgo(2), 1, 0, 10],
      ]);
      expect(answer.body).toMatchObject({ id: null, students: 12, fired: 3, share: 0.25, difference: null });
      expect(answer.body.days[1].levels).toEqual({ blue: 0, yellow: 1, orange: 0, red: 1 });
      for (const { day, firing, noData } of answer.body.days) {
        const evaluation = await officer.post('/early-warning/v1/evaluations', { rule: draft, asOf: day }).expect(200);
        expect(evaluation.body).toMatchObject({ flagged: firing, unknown: noData });
      }
    });

    it('compares with the rules in force, on the same days', async () => {
      const { overlap } = (await officer.post(DRY_RUNS, { rule: draft, from: daysAgo(5), to: daysAgo(2) })).body;
      expect(overlap.days).toEqual([5, 4, 3, 2].map(daysAgo));
      expect(overlap.rules).toEqual([
        { code: 'other.books', number: 1, both: 2, either: 3, jaccard: 2 / 3 },
        { code: 'third.books', number: 1, both: 0, either: 3, jaccard: 0 },
      ]);
    });

    it('compares with the version in force of the same rule', async () => {
      const next = rule('other.books', 5, {
        level: [{ yellow: { ge: [{ f: 'x' }, 5] } }, { red: { ge: [{ f: 'x' }, 7] } }],
        when: undefined,
      });
      const answer = await officer.post(DRY_RUNS, { rule: next, from: daysAgo(5), to: daysAgo(2) }).expect(200);
      expect(answer.body.difference).toEqual({ number: 1, onlyBefore: 0, onlyAfter: 1, both: 2, levelChanged: 1 });
      expect(answer.body.overlap.rules.map((one: { code: string }) => one.code)).toEqual(['third.books']);
    });

    it('explains some firings, the newest of every level, in both languages', async () => {
      const { sample } = (await officer.post(DRY_RUNS, { rule: draft, from: daysAgo(5), to: daysAgo(2) })).body;
      expect(
        sample.map((one: { student: string; level: string; day: string }) => [one.student, one.level, one.day]),
      ).toEqual([
        ['2024000010', 'yellow', daysAgo(3)],
        ['2024000002', 'yellow', daysAgo(4)],
      ]);
      expect(sample[1]).toMatchObject({
        reason: { zh: '两天借 6 册（黄色）', en: '6 books in two days (yellow)' },
        evidence: { rule: 'try.books', asOf: daysAgo(4), level: 'yellow', threshold: 5, features: { x: { value: 6 } } },
      });
      const wide = (await officer.post(DRY_RUNS, { rule: draft, from: daysAgo(7) })).body;
      expect(wide.sample.map((one: { student: string; day: string }) => [one.student, one.day])).toContainEqual([
        '2024000001',
        daysAgo(6),
      ]);
    });

    it('looks at the students of a unit', async () => {
      const answer = await officer
        .post(DRY_RUNS, { rule: draft, from: daysAgo(5), to: daysAgo(2), unitId: campus.classes.en2401 })
        .expect(200);
      expect(answer.body).toMatchObject({ students: 4, fired: 1 });
      expect(answer.body.sample).toHaveLength(1);
    });

    it('takes the last 60 complete days when none are given', async () => {
      const { from, to, days: all } = (await officer.post(DRY_RUNS, { rule: draft }).expect(200)).body;
      expect([from, to, all.length]).toEqual([daysAgo(60), daysAgo(1), 60]);
    });

    it('checks what is asked', async () => {
      const pointer = async (body: object) => (await officer.post(DRY_RUNS, body).expect(400)).body.errors[0].pointer;
      expect(await pointer({ rule: draft, to: daysAgo(0) })).toBe('#/to');
      expect(await pointer({ rule: draft, from: daysAgo(1), to: daysAgo(2) })).toBe('#/from');
      expect(await pointer({ rule: draft, from: daysAgo(401) })).toBe('#/from');
      await officer.post(DRY_RUNS, { rule: draft, from: daysAgo(400) }).expect(200);
      expect(await pointer({ from: daysAgo(2) })).toBe('#/rule');
      expect(await pointer({ rule: draft, ruleId: campus.school })).toBe('#/rule');
      expect(await pointer({ rule: draft, unitId: campus.school.replace(/1$/, '9') })).toBe('#/unitId');
      expect(await pointer({ rule: { ...draft, level: 'yellow', when: { ge: [{ f: 'y' }, 1] } } })).toMatch(
        /^#\/rule\//,
      );
      expect(await pointer({ rule: draft, parameters: { books: '9' } })).toBe('#/parameters/books');
      expect(await pointer({ rule: draft, parameters: { 'a/B': 1 } })).toBe('#/parameters/a~1B');
      expect(await pointer({ rule: draft, parameters: [1] })).toBe('#/parameters');
      const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`p${i}`, i]));
      expect(await pointer({ rule: draft, parameters: many })).toBe('#/parameters');
      await officer.post(DRY_RUNS, { ruleId: campus.school }).expect(404);
    });

    it('needs rights over the whole school, and leaves no trace', async () => {
      await collegeOfficer.post(DRY_RUNS, { rule: draft }).expect(403);
      await (await test.client('early-warning:rule:write')).post(DRY_RUNS, { rule: draft }).expect(403);
      expect(await test.query(sql`SELECT 1 FROM early_warning.warning`)).toEqual([]);
      expect(await test.query(sql`SELECT 1 FROM early_warning.rule WHERE code = 'try.books'`)).toEqual([]);
      expect(await test.query(sql`SELECT 1 FROM early_warning.dry_run WHERE rule_id IS NULL`)).toEqual([]);
    });
  });

  describe('a draft', () => {
    it('can be edited and deleted, a published version cannot', async () => {
      const { id } = await drafted(officer, rule('a.draft', 5));
      const url = `${RULES}/${id}`;
      await officer.put(url, rule('a.draft', 6)).expect(428);
      const edited = await app.put(url, rule('a.draft', 6)).set('If-Match', '"1"').expect(200);
      expect(edited.body).toMatchObject({
        version: 2,
        editedBy: [{ kind: 'app', id: 'test-app' }],
        createdBy: { kind: 'person', id: campus.staff.schoolOfficer },
      });
      expect(edited.body.definition.when).toEqual({ ge: [{ f: 'x' }, 6] });
      await officer.put(url, rule('a.draft', 7)).set('If-Match', '"1"').expect(412);
      const renamed = await officer.put(url, rule('b.draft', 7)).set('If-Match', '"2"').expect(400);
      expect(renamed.body.errors[0].pointer).toBe('#/id');
      const wrong = await officer
        .put(url, { ...rule('a.draft', 7), when: { ge: [{ f: 'z' }, 1] } })
        .set('If-Match', '"2"')
        .expect(400);
      expect(wrong.body.errors.map((error: { pointer: string }) => error.pointer)).toContain('#/when/ge/0/f');
      await collegeOfficer.put(url, rule('a.draft', 7)).set('If-Match', '"2"').expect(403);
      await dryRun(officer, id);
      await officer.delete(url).set('If-Match', '"1"').expect(412);
      await officer.delete(url).set('If-Match', '"9999999999"').expect(412);
      await officer.delete(url).set('If-Match', '"2"').expect(204);
      await officer.get(url).expect(404);

      const published = await publish(test, rule('a.draft', 5));
      const of = `${RULES}/${published.id}`;
      for (const refused of [officer.put(of, rule('a.draft', 6)), officer.delete(of)])
        expect((await refused.set('If-Match', '"2"').expect(409)).body.code).toBe('early-warning/rule-not-draft');
    });

    it('is published after a dry run of exactly what it now says, over everybody', async () => {
      const second = await secondOfficer(test);
      const { id } = await drafted(officer, rule('b.draft', 5));
      const refused = await publishAs(second, id).expect(409);
      expect(refused.body).toMatchObject({ code: 'early-warning/dry-run-needed' });
      const range = { from: daysAgo(1), to: daysAgo(1) };
      await officer.post(DRY_RUNS, { ruleId: id, ...range, unitId: campus.classes.en2401 }).expect(200);
      await officer.post(DRY_RUNS, { rule: rule('b.draft', 5), ...range }).expect(200);
      await publishAs(second, id).expect(409);
      await dryRun(officer, id);
      await officer.put(`${RULES}/${id}`, rule('b.draft', 6)).set('If-Match', '"1"').expect(200);
      expect((await publishAs(second, id, 2).expect(409)).body.code).toBe('early-warning/dry-run-needed');
      // Back to what was tried: the dry run is of this definition.
      await officer.put(`${RULES}/${id}`, rule('b.draft', 5)).set('If-Match', '"2"').expect(200);
      await publishAs(second, id, 3).expect(200);
    });

    it('is published by a person who neither drafted nor edited it', async () => {
      const second = await secondOfficer(test);
      const refused = async (client: Client, id: string, version: number) =>
        (await publishAs(client, id, version).expect(409)).body;
      const own = { code: 'early-warning/second-person-needed', title: expect.stringMatching(/起草人|neither/) };
      const { id } = await drafted(officer, rule('c.draft', 5));
      await app.put(`${RULES}/${id}`, rule('c.draft', 6)).set('If-Match', '"1"').expect(200);
      await dryRun(officer, id);
      expect(await refused(officer, id, 2)).toMatchObject(own);
      await second.put(`${RULES}/${id}`, rule('c.draft', 6)).set('If-Match', '"2"').expect(200);
      expect(await refused(second, id, 3)).toMatchObject(own);

      const other = await drafted(app, rule('e.draft', 5));
      await dryRun(app, other.id);
      expect((await publishAs(second, other.id).expect(200)).body).toMatchObject({
        createdBy: { kind: 'app', id: 'test-app' },
        publishedBy: { kind: 'person', id: SECOND_OFFICER },
      });
    });

    it('is never published by an app alone', async () => {
      const { id } = await drafted(officer, rule('f.draft', 5));
      await dryRun(officer, id);
      const refused = await publishAs(app, id).set('Accept-Language', 'en').expect(403);
      expect(refused.body).toMatchObject({
        code: 'early-warning/person-needed',
        title: 'A person must publish a rule; an app by itself cannot',
      });
      expect((await publishAs(app, id).expect(403)).body.title).toBe('规则须由人发布，应用不能自行发布');
      await publishAs(await secondOfficer(test), id).expect(200);
    });

    it('shows its dry runs to whoever decides, counts only', async () => {
      const { id } = await drafted(officer, rule('d.draft', 5));
      const made = await officer.post(DRY_RUNS, { ruleId: id, from: daysAgo(5), to: daysAgo(2) }).expect(200);
      const listed = async () => (await app.get(`${DRY_RUNS}?ruleId=${id}`).expect(200)).body.data;
      const { id: _id, sample, ...counts } = made.body;
      expect(sample).not.toEqual([]);
      expect(await listed()).toMatchObject([
        {
          id: made.body.id,
          ruleId: id,
          current: true,
          unitId: null,
          createdBy: { kind: 'person', id: campus.staff.schoolOfficer },
          result: counts,
        },
      ]);
      expect(JSON.stringify(await listed())).not.toContain('2024000');
      await officer.put(`${RULES}/${id}`, rule('d.draft', 6)).set('If-Match', '"1"').expect(200);
      expect(await listed()).toMatchObject([{ current: false }]);
      await app.get(DRY_RUNS).expect(400);
      await collegeOfficer.get(`${DRY_RUNS}?ruleId=${id}`).expect(403);
    });

    it('keeps the students of a dry run nowhere, also with an Idempotency-Key', async () => {
      const { id } = await drafted(officer, rule('g.draft', 5));
      const range = { from: daysAgo(5), to: daysAgo(2) };
      for (const body of [
        { ruleId: id, ...range },
        { rule: rule('g.draft', 5), ...range },
      ]) {
        const made = await officer.post(DRY_RUNS, body).set('Idempotency-Key', 'dry-1').expect(200);
        expect(made.body.sample).not.toEqual([]);
      }
      const kept = await test.query(sql`SELECT 1 FROM platform.idempotency_key WHERE route LIKE '%dry-runs%'`);
      expect(kept).toEqual([]);
    });

    it('is audited when it shows students', async () => {
      const { id } = await drafted(officer, rule('h.draft', 5));
      const audited = async () =>
        (
          await test.query<{ n: number }>(
            sql`SELECT count(*)::int AS n FROM platform.audit WHERE action = 'early-warning.dry-run.read' AND subject_kind = 'rule'
                   AND subject_id IN (${id}, 'h.draft') AND person_id = ${campus.staff.schoolOfficer}`,
          )
        )[0]!.n;
      await officer.post(DRY_RUNS, { ruleId: id, from: daysAgo(5), to: daysAgo(2) }).expect(200);
      expect(await audited()).toBe(1);
      await officer.post(DRY_RUNS, { rule: rule('h.draft', 5), from: daysAgo(5), to: daysAgo(2) }).expect(200);
      expect(await audited()).toBe(2);
      await officer.post(DRY_RUNS, { rule: rule('h.draft', 900), from: daysAgo(5), to: daysAgo(2) }).expect(200);
      expect(await audited()).toBe(2);
    });

    it("is published under the school's own numbers: a dry run under others does not count", async () => {
      const when = { ge: [{ f: 'x' }, { $p: 'books', default: 6 }] };
      const second = await secondOfficer(test);
      const { id } = await drafted(officer, rule('i.draft', 5, { when }));
      const range = { from: daysAgo(5), to: daysAgo(2) };
      const tried = async (more: object) =>
        (await officer.post(DRY_RUNS, { ruleId: id, ...range, ...more }).expect(200)).body;
      const under = await tried({ parameters: { books: 5 } });
      expect((await publishAs(second, id).expect(409)).body.code).toBe('early-warning/dry-run-needed');
      expect([under.fired, (await tried({})).fired]).toEqual([3, 2]);
      const { data } = (await app.get(`${DRY_RUNS}?ruleId=${id}`).expect(200)).body;
      expect(data.map((one: { parameters: object }) => one.parameters)).toEqual([null, { books: 5 }]);
      await publishAs(second, id).expect(200);
    });
  });
});
