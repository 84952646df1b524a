import sharp from 'sharp';
import { newId, sql } from '#database';
import { type FileDto } from '#files';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { act, approve, form, handIn, type LeaveAnswer, PDF, submit, urgentForm } from './support.js';

const LEAVES = '/affairs/v1/leaves';
const FILES = '/affairs/v1/files';
const { counselorCs, counselorFl, collegeOfficerCs } = campus.staff;

describe('proofs of a leave', () => {
  let test: TestApp;
  let students: Client[];
  let [counselor, foreign, officer]: Client[] = [];

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    students = await Promise.all(campus.students.map((id) => test.person(id)));
    [counselor, foreign, officer] = await Promise.all(
      [counselorCs, counselorFl, collegeOfficerCs].map((id) => test.person(id)),
    );
  });
  afterAll(() => test?.close());

  const student = (n: number): Client => students[n]!;
  const proofs = (leave: LeaveAnswer): string[] => (leave['attachments'] as FileDto[]).map(({ id }) => id);
  const content = (client: Client, id: string) => client.get(`${FILES}/${id}/content`).responseType('blob');
  const sick = (days: number, skip: number, attachments: string[]) =>
    form(test, days, skip, { kind: 'sick', attachments });
  const refusals = ({ body }: { body: { code: string; errors?: { pointer: string; code?: string }[] } }) => [
    body.code,
    (body.errors ?? []).map((error) => error.code ?? error.pointer),
  ];

  it('are files of the student, and nothing else satisfies the rule', async () => {
    const asked = async (attachments: string[]) => student(0).post(LEAVES, await sick(2, 0, attachments));
    expect(refusals(await asked([]))).toEqual(['affairs/leave-not-possible', ['proof-missing']]);
    for (const made of ['x', 'https://evil.example/x', '../../etc/passwd'])
      expect(refusals(await asked([made]))).toEqual(['http/invalid', ['#/attachments/0']]);
    const anothers = await handIn(student(1));
    expect(refusals(await asked([newId()]))).toEqual(['files/not-attachable', ['#/attachments/0']]);
    const own = await handIn(student(0));
    expect(refusals(await asked([own, anothers]))).toEqual(['files/not-attachable', ['#/attachments/1']]);
    const leave = (await asked([own])).body as LeaveAnswer;
    expect(leave['attachments']).toEqual([
      { id: own, name: '证明.pdf', mediaType: 'application/pdf', bytes: PDF.length },
    ]);
    expect((await student(0).get(`${LEAVES}/${leave.id}`)).body.attachments).toEqual(leave['attachments']);
    expect(refusals(await student(0).post(LEAVES, await sick(2, 20, [own])))).toEqual([
      'files/not-attachable',
      ['#/attachments/0'],
    ]);
    expect(await test.query(sql`SELECT FROM affairs.leave WHERE student_id = ${campus.students[0]}`)).toHaveLength(1);
  });

  it('are asked for by the pre-check as by the submission', async () => {
    const { startsAt, endsAt } = (await sick(2, 0, [])) as { startsAt: string; endsAt: string };
    const precheck = (attachments: string[]) =>
      student(2).post(`${LEAVES}/precheck`, { kind: 'sick', startsAt, endsAt, attachments });
    const codes = (body: { findings: { code: string }[] }) => body.findings.map(({ code }) => code);
    expect(codes((await precheck([]).expect(200)).body)).toContain('proof-missing');
    expect(refusals(await precheck([newId()]).expect(422))).toEqual(['files/not-attachable', ['#/attachments/0']]);
    const own = await handIn(student(2));
    expect(codes((await precheck([own]).expect(200)).body)).not.toContain('proof-missing');
    expect((await student(2).get(`${FILES}/${own}`).expect(200)).body.subjectId).toBeNull();
  });

  it('are read by whoever may read the leave, as long as they may, and each reading is written down', async () => {
    const png = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'white' } })
      .withExif({ IFD0: { Make: 'PhoneMaker' } })
      .jpeg()
      .toBuffer();
    const upload = student(3).post(`${FILES}?purpose=leave-proof`).attach('file', png, '诊断证明.jpg');
    const { id } = (await upload.expect(201)).body as { id: string };
    await content(counselor!, id).expect(404);
    const leave = await submit(student(3), await sick(2, 0, [id]));
    for (const reader of [student(3), counselor!, officer!]) {
      const { body } = await content(reader, id).expect(200);
      expect([(await sharp(body as Buffer).metadata()).format, (body as Buffer).includes('PhoneMaker')]).toEqual([
        'jpeg',
        false,
      ]);
    }
    for (const other of [student(1), foreign!]) {
      await content(other, id).expect(404);
      await other.get(`${FILES}/${id}`).expect(404);
    }
    const readers = await test.query<{ id: string }>(
      sql`SELECT person_id AS id FROM platform.audit WHERE action = 'affairs.file.read' AND subject_id = ${id} ORDER BY occurred_at`,
    );
    expect(readers.map((reader) => reader.id)).toEqual([campus.students[3], counselorCs, collegeOfficerCs]);

    // The counselor answers for another class instead.
    const { se2401, en2401 } = campus.classes;
    const move = (from: string, to: string) =>
      test.query(
        sql`UPDATE staffing.appointment SET unit_id = ${to} WHERE person_id = ${counselorCs} AND unit_id = ${from}`,
      );
    await move(se2401, en2401);
    await content(counselor!, id).expect(404);
    await move(en2401, se2401);
    expect(proofs(leave)).toEqual([id]);
  });

  it('of a correction are those that it names; what it leaves out goes back to the student', async () => {
    const [one, two, three] = [await handIn(student(4)), await handIn(student(4)), await handIn(student(4))];
    const body = await sick(2, 0, [one, two]);
    const leave = await submit(student(4), body);
    const returned = (await act(counselor!, leave, 'return', { comment: '请补充' }).expect(200)).body as LeaveAnswer;
    const again = await act(student(4), returned, 'resubmit', { ...body, attachments: [two, three] }).expect(200);
    expect(proofs(again.body)).toEqual([two, three]);
    expect((await student(4).get(`${FILES}/${one}`).expect(200)).body.subjectId).toBeNull();
    await content(counselor!, one).expect(404);
  });

  it('go back to the student when the leave is withdrawn, and stay with one that was decided', async () => {
    const [first, second] = [await handIn(student(5)), await handIn(student(5))];
    const withdrawn = await act(student(5), await submit(student(5), await sick(2, 0, [first])), 'withdraw').expect(
      200,
    );
    expect(proofs(withdrawn.body)).toEqual([]);
    const leave = await submit(student(5), await sick(2, 0, [first, second]));
    const rejected = await act(counselor!, leave, 'reject', { comment: '不同意' }).expect(200);
    expect(proofs(rejected.body)).toEqual([first, second]);
    await act(student(5), rejected.body, 'attachments', { attachments: [await handIn(student(5))] }).expect(409);
  });

  it('are kept as long after the end, also of an extension, as the policy says', async () => {
    const keepUntil = async (id: string): Promise<number> =>
      Date.parse((await student(6).get(`${FILES}/${id}`).expect(200)).body.keepUntil);
    const file = await handIn(student(6));
    const leave = await approve(
      test,
      await submit(student(6), urgentForm(2, 20, { kind: 'sick', attachments: [file] })),
    );
    const days = ((await keepUntil(file)) - Date.parse(leave.endsAt)) / 86_400_000;
    expect(days).toBeGreaterThan(365 - 0.1);
    expect(days).toBeLessThan(366);
    const before = await keepUntil(file);
    const endsAt = new Date(Date.parse(leave.endsAt) + 48 * 3_600_000).toISOString();
    await act(student(6), leave, 'extend', { endsAt, reason: '未痊愈' }).expect(200);
    expect(await keepUntil(file)).toBe(before + 48 * 3_600_000);
  });

  it('are twenty at most', async () => {
    let leave = await submit(student(7), urgentForm(20, 30, { kind: 'official' }));
    const bring = async (n: number) => {
      const attachments = await Promise.all(Array.from({ length: n }, () => handIn(student(7))));
      return act(student(7), leave, 'attachments', { attachments });
    };
    for (const n of [10, 10]) leave = (await bring(n)).body as LeaveAnswer;
    expect(proofs(leave)).toHaveLength(20);
    expect(refusals(await bring(1))).toEqual(['files/too-many-files', ['#/attachments']]);
  });

  it('that an app alone hands in are for the leave that it brings in', async () => {
    const app = await test.client('affairs:leave:submit', 'affairs:leave:read');
    const file = await handIn(app);
    await student(8).get(`${FILES}/${file}`).expect(404);
    const body = { ...(await sick(2, 0, [file])), studentId: campus.students[8] };
    const { body: leave } = await app.post(LEAVES, body).expect(201);
    expect(proofs(leave)).toEqual([file]);
    await content(student(8), file).expect(200);
  });

  it('of the return are asked of the student where the policy says so, and of nobody else', async () => {
    const school = await test.person(campus.staff.schoolOfficer);
    const version = { effectiveFrom: '2026-01-01', source: '学生请假办法', value: { returnProof: true } };
    const leaves = [];
    for (const n of [6, 7]) leaves.push(await approve(test, await submit(student(n), urgentForm(60, -50))));
    const [mine, theirs] = leaves as [LeaveAnswer, LeaveAnswer];
    await school.post('/affairs/v1/policies/affairs.leave/versions', version).expect(201);
    expect(refusals(await act(student(6), mine, 'close'))).toEqual([
      'affairs/leave-return-proof-missing',
      ['#/attachments'],
    ]);
    const anothers = await handIn(student(7));
    expect(refusals(await act(student(6), mine, 'close', { attachments: [anothers] }))[0]).toBe('files/not-attachable');
    const ticket = await handIn(student(6), '车票.pdf');
    const { body: closed } = await act(student(6), mine, 'close', { attachments: [ticket] }).expect(200);
    expect(closed).toMatchObject({ status: 'closed', closedHow: 'self' });
    expect(proofs(closed as LeaveAnswer)).toEqual([ticket]);
    await act(counselor!, theirs, 'close').expect(200);
  });
});
