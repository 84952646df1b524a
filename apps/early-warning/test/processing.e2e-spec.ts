import { newId, sql } from '#database';
import { campus, type Client, eventually, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { Runs } from '../src/runs/runs.service.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

const OWN = '/early-warning/v1/me/processing';
const OBJECTIONS = '/early-warning/v1/objections';
const { students, staff } = campus;

interface Kind {
  kind: string;
  choice: string;
  processed: boolean;
  policyVersion: number;
  latest: { what: string; text: string | null } | null;
  actions: { action: string; allowed: boolean }[];
}
interface Objection {
  id: string;
  status: string;
  student: { id: string };
  actions: { allowed: boolean }[];
}

describe('consent and objection by kind of processing', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  let counselor: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(staff.schoolOfficer);
    counselor = await test.person(staff.counselorCs);
    await publish(
      test,
      simpleRule('p.absent', { metric: 'absent_class', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 3] }),
    );
  });
  afterAll(() => test.close());

  const of = async (client: Client, kind: string): Promise<Kind> =>
    ((await client.get(OWN).expect(200)).body as Kind[]).find((one) => one.kind === kind)!;
  const choose = (client: Client, kind: string, action: string, more: object = {}) =>
    client.post(OWN, { kind, action, ...more });
  const codeOf = ({ body }: { body: unknown }): string => (body as { code: string }).code;
  const allowed = ({ actions }: Kind) => actions.filter((one) => one.allowed).map(({ action }) => action);
  const warnings = async (student: number): Promise<string[]> =>
    (
      await test.query<{ status: string }>(
        sql`SELECT status FROM early_warning.warning WHERE student_id = ${students[student]} ORDER BY raised_at`,
      )
    ).map(({ status }) => status);

  it('tells each kind with what it rests on, its text, and what can be chosen', async () => {
    const student = await test.person(students[0]!);
    const kinds = (await student.get(OWN).expect(200)).body as Kind[];
    expect(kinds.map((one) => [one.kind, one.choice, one.processed, allowed(one)])).toEqual([
      ['rules', 'weighed_objection', true, ['object']],
      ['risk', 'objection', true, ['object']],
      ['portraits', 'none', true, []],
      ['resources', 'objection', true, ['object']],
      ['publication', 'consent', false, ['consent']],
    ]);
    expect(codeOf(await choose(student, 'portraits', 'object').expect(409))).toBe('early-warning/nothing-to-choose');
    expect(codeOf(await choose(student, 'publication', 'withdraw_consent').expect(409))).toBe(
      'early-warning/nothing-to-choose',
    );
    await counselor.get(OWN).expect(403);
    await choose(student, 'risk', 'object', { studentId: students[1] }).expect(404);
  });

  it('an objection to risk scores holds at once, for whoever asks, until it is withdrawn', async () => {
    const student = await test.person(students[1]!);
    const score = (client: Client) => client.get(`/early-warning/v1/students/${students[1]}/risk`);
    // There is no model: that is what is asked for next.
    await score(counselor).expect(404);
    const objected = (await choose(student, 'risk', 'object', { reason: '不想被评分' }).expect(200)).body as Kind;
    expect(objected).toMatchObject({ processed: false, latest: { what: 'objected', text: '不想被评分' } });
    for (const client of [counselor, officer, student, app])
      expect(codeOf(await score(client).expect(409))).toBe('early-warning/processing-off');
    await counselor.get(`/early-warning/v1/students/${students[2]}/risk`).expect(404);
    expect(codeOf(await choose(student, 'risk', 'object').expect(409))).toBe('early-warning/chosen-already');
    expect((await choose(student, 'risk', 'withdraw_objection').expect(200)).body).toMatchObject({ processed: true });
    await score(counselor).expect(404);
    const history = (await student.get(`${OWN}/choices?kind=risk`).expect(200)).body.data as { what: string }[];
    expect(history.map(({ what }) => what)).toEqual(['objection_withdrawn', 'objected']);
    // Nobody weighs what is honoured at once, and nobody else sees it.
    expect((await officer.get(OBJECTIONS).expect(200)).body.data).toEqual([]);
    const told = await test.query(
      sql`SELECT payload FROM events.event WHERE name = 'early-warning.processing-changed.v1' AND payload::text LIKE '%评分%'`,
    );
    expect(told).toEqual([]);
  });

  it('an objection to rules is weighed; upheld, open warnings are withdrawn and none is raised', async () => {
    await observe(app, [
      [2, 'absent_class', daysAgo(2), 4],
      [3, 'absent_class', daysAgo(2), 4],
    ]);
    await run(test, officer);
    const student = await test.person(students[2]!);
    const objected = (await choose(student, 'rules', 'object', { reason: '已与老师说明' }).expect(200)).body as Kind;
    expect(objected.processed).toBe(true);
    const [objection] = (await officer.get(`${OBJECTIONS}?status=weighing`).expect(200)).body.data as Objection[];
    expect(objection).toMatchObject({ student: { id: students[2] }, text: '已与老师说明', status: 'weighing' });
    await counselor.get(OBJECTIONS).expect(403);
    const answer = { answer: '同意停止' };
    expect(codeOf(await app.post(`${OBJECTIONS}/${objection!.id}/uphold`, answer).expect(409))).toBe(
      'early-warning/objection-not-yours',
    );
    await officer.post(`${OBJECTIONS}/${newId()}/uphold`, answer).expect(404);
    expect(await warnings(2)).toEqual(['open']);
    const upheld = await officer.post(`${OBJECTIONS}/${objection!.id}/uphold`, answer).expect(200);
    expect(upheld.body).toMatchObject({
      status: 'upheld',
      answer: '同意停止',
      answeredBy: { id: staff.schoolOfficer },
    });
    expect(codeOf(await officer.post(`${OBJECTIONS}/${objection!.id}/refuse`, answer).expect(409))).toBe(
      'early-warning/objection-not-open',
    );
    expect(await warnings(2)).toEqual(['withdrawn']);
    await observe(app, [
      [2, 'absent_class', daysAgo(1), 4],
      [3, 'absent_class', daysAgo(1), 4],
    ]);
    await run(test, officer);
    expect([await warnings(2), await warnings(3)]).toEqual([['withdrawn'], ['open']]);
    expect(await of(student, 'rules')).toMatchObject({ processed: false, latest: { text: '同意停止' } });
    expect(allowed(await of(student, 'rules'))).toEqual(['withdraw_objection']);
  });

  it('an objection that is upheld while a run goes on waits for it: what that raised is withdrawn too', async () => {
    const student = await test.person(students[6]!);
    await choose(student, 'rules', 'object').expect(200);
    const { data } = (await officer.get(`${OBJECTIONS}?studentId=${students[6]}`).expect(200)).body as {
      data: Objection[];
    };
    await observe(app, [[6, 'absent_class', daysAgo(2), 4]]);
    let upheld: Promise<{ status: number }> | undefined;
    await test.database.transaction(null, async (tx) => {
      await test.app.get(Runs).runAll(tx, 'midnight');
      let answered = false;
      upheld = officer.post(`${OBJECTIONS}/${data[0]!.id}/uphold`, { answer: '同意停止' }).then((answer) => {
        answered = true;
        return answer;
      });
      // It has come to the run's lock, or past it.
      await eventually(async () => {
        const [waits] = await test.query(
          sql`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        );
        if (!waits && !answered) throw new Error('it is on its way');
      });
    });
    expect((await upheld!).status).toBe(200);
    expect(await warnings(6)).toEqual(['withdrawn']);
  });

  it('a refused objection leaves the processing, says why, and can be made again', async () => {
    const student = await test.person(students[4]!);
    await choose(student, 'rules', 'object').expect(200);
    const { data } = (await officer.get(`${OBJECTIONS}?studentId=${students[4]}`).expect(200)).body as {
      data: Objection[];
    };
    await officer.post(`${OBJECTIONS}/${data[0]!.id}/refuse`, { answer: '依规定须关注' }).expect(200);
    expect(await of(student, 'rules')).toMatchObject({
      processed: true,
      latest: { what: 'objection_refused', text: '依规定须关注' },
    });
    await choose(student, 'rules', 'object').expect(200);
    const { body } = await officer.get(`${OBJECTIONS}?status=weighing&studentId=${students[4]}`).expect(200);
    expect(body.data).toHaveLength(1);
  });

  it('keeps every choice with the text it was made under, one after the other', async () => {
    const student = await test.person(students[5]!);
    const answers = await Promise.all([1, 2, 3].map(() => choose(student, 'publication', 'consent')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    await expect(
      test.query(
        sql`INSERT INTO early_warning.processing_choice (id, student_id, kind, number, what, policy_number, chosen_by, chosen_by_app, chosen_at)
            VALUES (${newId()}, ${students[5]}, 'rules', 1, 'objection_upheld', 1, ${students[5]}, 'app', now())`,
      ),
    ).rejects.toThrow('processing_objection_weighed_by_another');
    expect(await of(student, 'publication')).toMatchObject({ processed: true, policyVersion: 0 });
    await choose(student, 'publication', 'withdraw_consent').expect(200);
    expect((await of(student, 'publication')).processed).toBe(false);
  });
});
