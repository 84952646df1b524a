import { createHash } from 'node:crypto';
import {
  AdmissionAdvancedV1,
  ClaimChangedV1,
  HonourRecordedV1,
  OrganisationMemberChangedV1,
  ParticipationConfirmedV1,
  PayrollClosedV1,
  RoundDecidedV1,
  RoundEntryChangedV1,
  StarChangedV1,
  StudentErasedV1,
} from '#contracts';
import { newId, query, raw, sql } from '#database';
import { Typesetter } from '#documents';

import { campus, type Client, drainEvents, openDuring, TestApp } from '#testing';
import { StudentKeys } from '#vault';
import { affairs } from '../../affairs/src/affairs.module.js';
import { partyBuilding } from '../../party-building/src/party-building.module.js';
import { fontsOf, infoOf, textOf } from '../../affairs/test/poppler.js';
import { earlyWarning } from '../src/early-warning.module.js';
import { tell } from './kit.js';

const ARCHIVE = '/early-warning/v1/archive';
const ENTRIES = `${ARCHIVE}/entries`;
const OWN = `${ARCHIVE}/own-entries`;
const BOOKS = `${ARCHIVE}/books`;

interface Entry {
  id: string;
  version: number;
  kind: string;
  title: { zh: string } | null;
  reversed: boolean;
  reversesId: string | null;
  reversedFor: string | null;
}

describe('the growth archive', () => {
  let test: TestApp;
  let students: Client[];
  let counselor: Client;
  let college: Client;
  let school: Client;
  let foreign: Client;
  const [ann, bob] = campus.students as [string, string];

  beforeAll(async () => {
    test = await TestApp.create([affairs, partyBuilding, earlyWarning]);
    const { collegeOfficerCs, counselorCs, counselorFl, schoolOfficer } = campus.staff;
    [counselor, college, school, foreign] = (await Promise.all(
      [counselorCs, collegeOfficerCs, schoolOfficer, counselorFl].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client];
    students = await Promise.all(campus.students.slice(0, 4).map((id) => test.person(id)));
  });
  afterAll(() => test?.close());

  const entriesOf = async (who: Client, student: string, more = ''): Promise<Entry[]> =>
    (await who.get(`${ENTRIES}?studentId=${student}${more}`).expect(200)).body.data as Entry[];
  const titles = async (who: Client, student: string): Promise<string[]> =>
    (await entriesOf(who, student)).map(({ title }) => title!.zh);
  const act = (who: Client, { id, version }: { id: string; version: number }, verb: string, body: object = {}) =>
    who.post(`${OWN}/${id}/${verb}`, body).set('If-Match', `"${version}"`);

  /** An activity that is over, in which students took part. Returns the enrolments. */
  async function tookPart(student: string, title: string, day: string, kind = 'lecture'): Promise<string> {
    const [activity, enrolment] = [newId(), newId()];
    await test.query(sql`
      INSERT INTO affairs.activity (id, unit_id, kind, title_zh, title_en, place, starts_at, ends_at, enrol_from, enrol_until, cancel_until, capacity,
        audience_unit_ids, audience_grades, credits, hours, work_id, status, closed_at)
      VALUES (${activity}, ${campus.colleges.cs}, ${kind}, ${title}, 'Talk', '主楼', ${`${day}T19:00+08:00`}, ${`${day}T21:00+08:00`}, ${`${day}T08:00+08:00`},
        ${`${day}T18:00+08:00`}, ${`${day}T12:00+08:00`}, 100, '{}', '{}', 0.1, 2, ${activity}, 'closed', now())`);
    await test.query(sql`
      INSERT INTO affairs.enrolment (id, activity_id, student_id, status, asked_at, evidence, credits, hours, confirmed_at)
      VALUES (${enrolment}, ${activity}, ${student}, 'confirmed', now(), 'roll', 0.1, 2, now())`);
    await tell(test, [new ParticipationConfirmedV1(activity, [{ enrolmentId: enrolment, studentId: student }])]);
    return enrolment;
  }

  async function honoured(student: string, title: string): Promise<{ id: string; version: number }> {
    const body = { studentId: student, title, level: 'school', year: 2026, awardedBy: '学生工作处' };
    const recorded = (await counselor.post('/affairs/v1/honours', body).expect(201)).body as Entry;
    const verified = await college
      .post(`/affairs/v1/honours/${recorded.id}/verify`)
      .set('If-Match', `"${recorded.version}"`)
      .expect(200);
    await drainEvents(test);
    return verified.body as Entry;
  }

  it('has one entry of what two services’ rooms tell of, however often they do', async () => {
    await tookPart(ann, '西迁精神宣讲会', '2026-11-20');
    const honour = await honoured(ann, '优秀学生干部');
    expect((await titles(students[0]!, ann)).sort()).toEqual(['优秀学生干部', '西迁精神宣讲会']);
    // The same once more.
    await tell(test, [new HonourRecordedV1({ honourId: honour.id, unitId: null, studentId: ann })]);
    const entries = await entriesOf(students[0]!, ann, '&reversed=true');
    expect(entries).toHaveLength(2);
    expect(entries.find(({ kind }) => kind === 'participation')).toMatchObject({
      ...{ area: 'intellectual', track: 'talks', happenedOn: '2026-11-20', credits: 0.1, hours: 2, source: 'affairs' },
    });
    const { body } = await students[0]!.get(`${ARCHIVE}/summary`).expect(200);
    expect(body.tracks).toContainEqual({ track: 'talks', name: expect.anything(), done: 1, goal: 100 });
    expect(body.areas).toContainEqual(expect.objectContaining({ area: 'intellectual', entries: 1, hours: 2 }));
  });

  it('is corrected by reversal: nothing in it changes', async () => {
    const honour = await honoured(bob, '三好学生');
    await college.post(`/affairs/v1/honours/${honour.id}/withdraw`).set('If-Match', `"${honour.version}"`).expect(200);
    await drainEvents(test);
    expect(await titles(students[1]!, bob)).toEqual([]);
    const all = await entriesOf(students[1]!, bob, '&reversed=true&sort=happenedOn');
    const [first, reversal] = [all.find(({ reversed }) => reversed)!, all.find(({ reversesId }) => reversesId)!];
    expect(reversal).toMatchObject({ reversesId: first.id, reversedFor: 'withdrawn', title: null });
    expect(first.title!.zh).toBe('三好学生');
    // Corrected at its source.
    const enrolment = await tookPart(bob, '讲座', '2026-11-21');
    await test.query(sql`UPDATE affairs.enrolment SET hours = 1.5 WHERE id = ${enrolment}`);
    await tell(test, [new ParticipationConfirmedV1(newId(), [{ enrolmentId: enrolment, studentId: bob }])]);
    expect(await entriesOf(students[1]!, bob)).toMatchObject([{ hours: 1.5 }]);
    expect((await entriesOf(students[1]!, bob, '&reversed=true')).map((one) => one.reversedFor)).toContain('corrected');
    await expect(
      test.query(sql`UPDATE early_warning.archive_entry SET hours = 9 WHERE student_id = ${bob}`),
    ).rejects.toThrow(/does not change/);
  });

  it('shows each entry to whom it is for, and nobody else', async () => {
    const [student] = students as [Client];
    const [entry] = await entriesOf(student, ann, '&kind=honour');
    const seen = async (): Promise<number[]> =>
      Promise.all(
        [student, counselor, college, school, foreign, students[2]!].map(
          async (who) => (await who.get(`${ENTRIES}/${entry!.id}`)).status,
        ),
      );
    const set = async (visibility: string): Promise<void> => {
      const { version } = (await student.get(`${ENTRIES}/${entry!.id}`).expect(200)).body as Entry;
      await student
        .put(`${ENTRIES}/${entry!.id}/settings`, { visibility, inBook: true })
        .set('If-Match', `"${version}"`)
        .expect(200);
    };
    expect(await seen()).toEqual([200, 200, 200, 200, 404, 404]);
    await set('counselor');
    expect(await seen()).toEqual([200, 200, 404, 404, 404, 404]);
    await set('student');
    expect(await seen()).toEqual([200, 404, 404, 404, 404, 404]);
    await set('school');
    const body = { visibility: 'school', inBook: true };
    await students[2]!.put(`${ENTRIES}/${entry!.id}/settings`, body).set('If-Match', '"1"').expect(404);
    await counselor.put(`${ENTRIES}/${entry!.id}/settings`, body).set('If-Match', '"1"').expect(403);
    await foreign.get(`${ARCHIVE}/summary?studentId=${ann}`).expect(404);
    expect(await entriesOf(foreign, ann)).toEqual([]);
    const reads = await test.query(
      sql`SELECT FROM platform.audit WHERE subject_id = ${ann} AND action = 'early-warning.archive.read'`,
    );
    expect(reads.length).toBeGreaterThan(3);
  });

  it('takes in what a student records once somebody else has verified it, and lets go of it again', async () => {
    const [student] = students as [Client];
    const form = {
      area: 'intellectual',
      track: 'books',
      happenedOn: '2026-11-01',
      title: '读完《平凡的世界》',
      files: [],
    };
    const wrong = await student.post(OWN, { ...form, area: 'none' }).expect(422);
    expect(wrong.body.code).toBe('early-warning/archive-area-unknown');
    await student.post(OWN, { ...form, studentId: bob }).expect(404);
    const own = (await student.post(OWN, form).expect(201)).body as Entry;
    await foreign.get(`${OWN}/${own.id}`).expect(404);
    await act(student, own, 'verify').expect(403);
    expect(await titles(student, ann)).not.toContain(form.title);
    const verified = (await act(counselor, own, 'verify').expect(200)).body as Entry;
    expect(await titles(student, ann)).toContain(form.title);
    await act(counselor, own, 'verify').expect(412);
    expect((await act(counselor, verified, 'refuse').expect(400)).body.errors[0].pointer).toBe('#/reason');
    const refused = (await act(counselor, verified, 'refuse', { reason: '笔记系抄袭' }).expect(200)).body as Entry;
    expect(await titles(student, ann)).not.toContain(form.title);
    const again = await student.put(`${OWN}/${own.id}`, form).set('If-Match', `"${refused.version}"`).expect(200);
    await act(counselor, again.body as Entry, 'verify').expect(200);
    expect(await titles(student, ann)).toContain(form.title);
  });

  it('hears of stars, claims, posts, work-study, awards and the way into the Party, and of nothing else', async () => {
    const [student, day] = [campus.students[3]!, '2026-11-20'];
    const [star, claim, member, line, payroll, award, round] = Array.from({ length: 7 }, () => newId());
    const [organisation, post, admission, step, aid, aidRound] = Array.from({ length: 6 }, () => newId());
    const { cs } = campus.colleges;
    const sealed = await test.database.transaction(null, (tx) =>
      test.app
        .get(StudentKeys)
        .seal(tx, [
          { studentId: student, place: `affairs.second_classroom_claim ${claim} title`, text: '数学建模二等奖' },
        ]),
    );
    const roundOf = (id: string, kind: string) => sql`
      INSERT INTO affairs.round (id, unit_id, kind, school_year, status, content, quota, places, seed, awaits_unit_ids, final_at)
      VALUES (${id}, ${cs}, ${kind}, 2026, 'final', ${JSON.stringify({
        title: { zh: '校长奖学金', en: 'Scholarship' },
        levels: [{ code: 'first', name: { zh: '一等', en: 'first' } }],
      })}::jsonb, '[]', '[]', '', '{}', ${`${day}T10:00+08:00`})`;
    const entryOf = (id: string, of: string) => sql`
      INSERT INTO affairs.round_entry (id, round_id, student_id, way, status, created_by_app, outcome, level, over_quota)
      VALUES (${id}, ${of}, ${student}, 'self', 'entered', 'test', 'awarded', 'first', FALSE)`;
    const rows = [
      sql`INSERT INTO affairs.volunteer_star (id, student_id, stars, hours, status, notice_until, provisional, decided_at)
          VALUES (${star}, ${student}, 2, 320, 'final', ${`${day}T00:00+08:00`}, FALSE, ${`${day}T10:00+08:00`})`,
      sql`INSERT INTO affairs.second_classroom_claim (id, student_id, kind, title, credits, happened_on, work_id, status, notice_until, provisional)
          VALUES (${claim}, ${student}, 'innovation', ${sealed[0]}, 0.5, ${day}, ${claim}, 'confirmed', now(), FALSE)`,
      sql`INSERT INTO affairs.organisation (id, unit_id, kind, name, founded_on, status) VALUES (${organisation}, ${cs}, 'club', '天文社', '2020-01-01', 'active')`,
      sql`INSERT INTO affairs.organisation_member (id, organisation_id, student_id, post, valid_from) VALUES (${member}, ${organisation}, ${student}, 'president', ${day})`,
      sql`INSERT INTO affairs.work_study_post (id, unit_id, title, description, kind, location, region, hourly_fen, places, starts_on, ends_on, status)
          VALUES (${post}, ${cs}, '图书馆助理', '', 'fixed', 'on_campus', 'x', 2000, 1, '2026-09-01', '2027-01-01', 'open')`,
      sql`INSERT INTO affairs.payroll (id, unit_id, month, number, status) VALUES (${payroll}, ${cs}, '2026-10', 1, 'draft')`,
      sql`INSERT INTO affairs.payroll_line (id, payroll_id, student_id, post_id, minutes, hourly_fen, amount_fen) VALUES (${line}, ${payroll}, ${student}, ${post}, 90, 2000, 3000)`,
      sql`UPDATE affairs.payroll SET status = 'closed', closed_at = now() WHERE id = ${payroll}`,
      roundOf(round!, 'award'),
      entryOf(award!, round!),
      roundOf(aidRound!, 'aid'),
      entryOf(aid!, aidRound!),
      sql`INSERT INTO party_building.admission (id, person_id, organization_id, applied_on, birth_date, rule_version, policy_number, status, stage, step)
          SELECT ${admission}, ${student}, id, ${day}, '2005-01-01', 'cpc-2026.05', 0, 'open', 'applicant', 1 FROM party_building.organization LIMIT 1`,
      sql`INSERT INTO party_building.admission_entry (id, admission_id, number, kind, step, taken_on, evidence, verdicts, rule_version, policy_number, entered_by_app)
          VALUES (${step}, ${admission}, 1, 'record', 1, ${day}, '{}', '[]', 'cpc-2026.05', 0, 'test')`,
    ];
    for (const row of rows) await test.query(row);
    const news = [
      new StarChangedV1({ starId: star!, studentId: student }),
      new ClaimChangedV1({ claimId: claim!, studentId: student }),
      new OrganisationMemberChangedV1({ memberId: member!, studentId: student }),
      new PayrollClosedV1({ payrollId: payroll!, unitId: cs, month: '2026-10' }),
      new RoundDecidedV1({ roundId: round!, kind: 'award' }),
      new RoundDecidedV1({ roundId: aidRound!, kind: 'aid' }),
      new RoundEntryChangedV1({ roundId: aidRound!, entryId: aid! }),
      new AdmissionAdvancedV1({ admissionId: admission!, step: 1, stage: 'applicant' }),
    ];
    // Twice, and the second time in another order.
    await tell(test, news);
    await tell(test, [...news].reverse());
    const found = (await entriesOf(students[3]!, student, '&reversed=true')).map(({ title }) => title!.zh);
    expect(found.sort()).toEqual(
      [
        '二星级志愿者',
        '数学建模二等奖',
        '天文社主要负责人',
        '勤工助学：图书馆助理',
        '校长奖学金（一等）',
        '递交入党申请书',
      ].sort(),
    );
    // Work-study and the way into the Party are at first the student's alone.
    expect((await titles(school, student)).sort()).toEqual(
      ['二星级志愿者', '数学建模二等奖', '天文社主要负责人', '校长奖学金（一等）'].sort(),
    );
    // A further payroll of the month corrects it.
    const [later, back, anew] = [newId(), newId(), newId()];
    await test.query(
      sql`INSERT INTO affairs.payroll (id, unit_id, month, number, status) VALUES (${later}, ${cs}, '2026-10', 2, 'draft')`,
    );
    await test.query(sql`INSERT INTO affairs.payroll_line (id, payroll_id, student_id, post_id, minutes, hourly_fen, amount_fen, reverses)
      VALUES (${back}, ${later}, ${student}, ${post}, -90, 2000, -3000, ${line}), (${anew}, ${later}, ${student}, ${post}, 120, 2000, 4000, NULL)`);
    await test.query(sql`UPDATE affairs.payroll SET status = 'closed', closed_at = now() WHERE id = ${later}`);
    await tell(test, [new PayrollClosedV1({ payrollId: later, unitId: cs, month: '2026-10' })]);
    expect(await entriesOf(students[3]!, student, '&kind=work_study')).toMatchObject([{ hours: 2 }]);
  });

  describe('a graduation book', () => {
    const contentOf = async (who: Client, id: string): Promise<Buffer> =>
      (await who.get(`/early-warning/v1/files/${id}/content`).buffer(true).expect(200)).body as Buffer;

    it('is chosen, looked at, made, and verified by its code and hash', async () => {
      const [student] = students as [Client];
      const choice = { sections: ['numbers', 'timeline', 'honours', 'thanks'], thanks: '感谢每一位老师。' };
      await student.put(`${BOOKS}/choice`, choice).set('If-Match', '"1"').expect(200);
      const preview = await student.post(`${BOOKS}/preview`, {}).buffer(true).expect(200);
      expect(await textOf(preview.body as Buffer)).toContain('预览');
      const { body: book } = await student.post(BOOKS, {}).expect(201);
      const pdf = await contentOf(student, book.file.id as string);
      const text = await textOf(pdf);
      for (const part of ['毕业纪念册', '西迁精神宣讲会', '优秀学生干部', '感谢每一位老师', book.number])
        expect(text).toContain(part);
      const fonts = await fontsOf(pdf);
      expect(fonts.length).toBeGreaterThan(0);
      expect(fonts.every(({ embedded, part, unicode }) => embedded && part && unicode)).toBe(true);
      expect(Number((await infoOf(pdf))['Pages'])).toBeGreaterThanOrEqual(4);
      const code = /(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}/.exec(text)![0];
      const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
      const verify = async (sha256: string) =>
        (await (await test.client()).post(`${BOOKS}/verify`, { code, sha256 }).expect(200)).body as object;
      expect(await verify(hash(pdf))).toMatchObject({ number: book.number, status: 'valid', file: 'same' });
      const changed = Buffer.from(pdf);
      changed[changed.length >> 1]! ^= 1;
      expect(await verify(hash(changed))).toMatchObject({ file: 'changed' });
      // What a student made is the student's alone.
      await counselor.get(`${BOOKS}/${book.id}`).expect(404);
      await students[1]!.get(`${BOOKS}/${book.id}`).expect(404);
      await student.post(`${BOOKS}/${book.id}/revoke`).set('If-Match', '"1"').expect(200);
      expect(await verify(hash(pdf))).toMatchObject({ status: 'revoked' });
    });

    it('is made for a college as a job, of what the school sees, in slices', async () => {
      const ids = campus.students.slice(0, 12);
      for (const id of ids) await tookPart(id, '校史讲座', '2026-10-01');
      // And others who have nothing in their archives yet: more than one slice of them.
      await test.query(sql`
        WITH who AS (INSERT INTO directory.person (id, kind, number, name)
          SELECT gen_random_uuid(), 'student', 'A' || n, '新生' FROM generate_series(1, 25) n RETURNING id)
        INSERT INTO directory.membership (id, person_id, unit_id, valid_from) SELECT gen_random_uuid(), id, ${campus.colleges.cs}, '2020-01-01' FROM who`);
      const setter = test.app.get(Typesetter);
      const typeset = setter.typeset.bind(setter);
      let [set, held] = [0, 0];
      setter.typeset = async (manuscript) => {
        if (++set === 3) throw new Error('the process that sets documents has ended');
        const { result, open } = await openDuring(test, () => typeset(manuscript));
        held += open;
        return result;
      };
      const { body: job } = await college.post(`${BOOKS}/batches`, { unitId: campus.colleges.cs }).expect(202);
      await drainEvents(test);
      setter.typeset = typeset;
      // What was set before that was set anew.
      expect([held, set]).toEqual([0, 3 + 8]);
      const { body: done } = await college.get(`/early-warning/v1/jobs/${job.id}`).expect(200);
      expect(done).toMatchObject({ status: 'succeeded', errors: `/early-warning/v1/jobs/${job.id}/errors` });
      const { body } = await college.get(`${BOOKS}?jobId=${job.id}&limit=200&total=true`).expect(200);
      expect(body.total).toBe(done.result.made);
      expect(body.total).toBeGreaterThan(1);
      expect(done.result.refused).toBeGreaterThanOrEqual(25);
      expect(done.progress.total).toBe(done.result.made + done.result.refused);
      const ofAnn = (await college.get(`${BOOKS}?jobId=${job.id}&studentId=${ann}`).expect(200)).body.data[0];
      const text = await textOf(await contentOf(college, ofAnn.file.id as string));
      expect(text).toContain('校史讲座');
      // It is in the archive, for the counselor: the college does not see it, and a book that the college makes neither.
      expect(await titles(students[0]!, ann)).toContain('读完《平凡的世界》');
      expect(text).not.toContain('平凡的世界');
      await foreign.post(`${BOOKS}/batches`, { unitId: campus.colleges.cs }).expect(404);
      expect((await foreign.get(`${BOOKS}?jobId=${job.id}`).expect(200)).body.data).toEqual([]);
    });
  });

  it('leaves nothing of a student who is erased', async () => {
    await tell(test, [new StudentErasedV1(ann)]);
    for (const table of ['archive_entry', 'own_entry', 'book_choice'])
      expect(await query(test.tx, sql`SELECT FROM ${raw(`early_warning.${table}`)} WHERE student_id = ${ann}`)).toEqual(
        [],
      );
    const files = await query(
      test.tx,
      sql`SELECT FROM early_warning.file WHERE student_id = ${ann} AND keep_until IS NULL`,
    );
    expect(files).toEqual([]);
  });
});
