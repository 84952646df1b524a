import ExcelJS from 'exceljs';
import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import { Events } from '#events';
import { campus, drainEvents, studentNumbers } from '#testing';
import type { Component, RoundContent } from '../src/rounds/round-content.js';
import { codeOf, ENTRIES, type Entry, OBJECTIONS, ok, type Round, ROUNDS, RoundTest } from './round-kit.js';

const { cs } = campus.colleges;
const SANCTIONS = '/affairs/v1/sanctions';
const one = [{ level: 'star', unitId: cs, places: 1 }];

describe('people in rounds', () => {
  const kit = new RoundTest();
  beforeAll(() => kit.start());
  beforeEach(() => kit.test.clock.reset());
  afterAll(() => kit.test?.close());

  const excluded = async (round: Round): Promise<string[]> => {
    const { body } = await kit.app.post(`${ROUNDS}/${round.id}/simulate`, { places: [] }).expect(200);
    return (body.excluded as { code: string }[]).map(({ code }) => code);
  };

  it('with a sanction are ruled out until it is lifted', async () => {
    const round = await kit.open([0]);
    await kit.score(round, { 0: [90, 90, 0] });
    const today = kit.test.clock.today();
    const body = { studentId: campus.students[0], kind: 'demerit', decidedOn: today, months: 12, grounds: '考试违纪' };
    const act = async (sanction: Round, verb: string, more: object): Promise<Round> =>
      ok(
        await kit.officer.post(`${SANCTIONS}/${sanction.id}/${verb}`, more).set('If-Match', `"${sanction.version}"`),
        200,
      );
    let sanction: Round = ok(await kit.officer.post(SANCTIONS, body), 201);
    expect(await excluded(round)).toEqual([]);
    sanction = await act(sanction, 'deliver', { deliveredOn: today });
    expect(await excluded(round)).toEqual(['sanctioned']);
    // The student is told of it as of every other reason.
    const proposed = await kit.notice(round, []);
    const seen = await kit.entry(kit.students[0]!, proposed, 0);
    expect(seen.exclusions).toMatchObject([{ code: 'sanctioned', facts: [{ name: 'sanctions', value: '1' }] }]);
    kit.test.clock.advance({ months: 7 });
    const back = await kit.act(kit.app, proposed, 'take-back', { comment: '重新核对' });
    expect(await excluded(back)).toEqual(['sanctioned']);
    await act(sanction, 'lift', { reason: '表现良好' });
    expect(await excluded(back)).toEqual([]);
    await kit.test.query(sql`DELETE FROM affairs.sanction`);
  });

  it('give marks as reviewers: not on themselves, and without those of others', async () => {
    const interview: Component = {
      ...{ code: 'interview', name: { zh: '面试', en: 'Interview' }, weight: '1', max: '100', from: 'people' },
      ...{ dropHighest: 0, dropLowest: 1, fewest: 2 },
    };
    let round = await kit.open([0, 1], {
      components: [interview],
      ties: { by: [], then: 'lot' },
      exclusions: [],
      figures: [],
    });
    const { counselorCs, collegeOfficerCs, counselorFl } = campus.staff;
    const name = (personIds: string[]) =>
      kit.app.put(`${ROUNDS}/${round.id}/reviewers`, { personIds }).set('If-Match', `"${round.version}"`);
    await name([campus.students[3]!]).expect(404);
    round = ok(await name([counselorCs, collegeOfficerCs, counselorFl]), 200);
    expect(round.reviewers).toHaveLength(3);
    expect((await kit.see(kit.students[0]!, round)).reviewers).toEqual([]);
    const entry = await kit.entry(kit.app, round, 0);
    const mark = async (by: typeof kit.app, value: string, id = entry.id) =>
      ok<{ rows: { problem: { code: string } | null }[] }>(
        await by.post(`${ENTRIES}/marks`, { rows: [{ id, marks: [{ component: 'interview', value }] }] }),
        200,
      ).rows[0]!.problem?.code;
    expect(await mark(kit.counselor, '80')).toBe('affairs/round-entry-not-in-state');
    round = await kit.act(kit.app, round, 'close');
    expect(await mark(kit.counselor, '80')).toBeUndefined();
    expect(await mark(kit.counselor, '101')).toBe('http/invalid');
    expect(await mark(kit.advisor, '90')).toBe('affairs/round-not-a-reviewer');
    // A reviewer of another college sees what they are to judge, and their own marks alone.
    expect(await mark(kit.foreign, '90')).toBeUndefined();
    expect(await mark(kit.foreign, '90.5')).toBeUndefined();
    const seen = ok<Entry>(await kit.foreign.get(`${ENTRIES}/${entry.id}`), 200);
    expect(seen).toMatchObject({ ownMarks: [{ component: 'interview', value: '90.5' }], total: null, scores: [] });
    expect(JSON.stringify(seen)).not.toMatch(/"80/);
    expect(await mark(kit.college, '60')).toBeUndefined();
    round = await kit.act(kit.app, round, 'propose');
    // 60 is left out.
    expect(await kit.entry(kit.app, round, 0)).toMatchObject({ total: '85.25', outcome: 'awarded' });
    expect(await kit.entry(kit.app, round, 1)).toMatchObject({
      outcome: 'excluded',
      exclusions: [{ code: 'score_missing' }],
    });
    expect(await mark(kit.counselor, '99')).toBe('affairs/round-entry-not-in-state');
  });

  it('never review or decide what is about themselves', async () => {
    // Somebody who is both a student and a reviewer.
    let round = await kit.open([2]);
    await kit.test.query(
      sql`INSERT INTO affairs.round_reviewer (round_id, person_id) VALUES (${round.id}, ${campus.students[2]})`,
    );
    await kit.test.query(
      sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
          VALUES (gen_random_uuid(), ${campus.students[2]}, 'student_affairs_officer', ${campus.school}, '2024-09-01')`,
    );
    const both = await kit.test.person(campus.students[2]!);
    const entry = await kit.entry(kit.app, round, 2);
    await kit.score(round, { 2: [80, 80, 0] });
    round = await kit.notice(round, []);
    const reason = (seen: Entry, what: string) => seen.actions.find(({ action }) => action === what)?.reason?.code;
    expect(reason(await kit.entry(both, round, 2), 'mark')).toBe('round-own-matter');
    expect(reason(await kit.entry(both, round, 2), 'class-review')).toBe('round-own-matter');
    const objection: Entry = ok(await kit.students[0]!.post(OBJECTIONS, { entryId: entry.id, text: '有异议' }), 201);
    const decide = (by: typeof both) =>
      by.post(`${OBJECTIONS}/${objection.id}/decide`, { decision: 'dismiss', reasons: '无' }).set('If-Match', '"1"');
    await decide(both).expect(404);
    // Their own objection they do not decide on either.
    const own: Entry = ok(await both.post(OBJECTIONS, { entryId: entry.id, text: '分数有误' }), 201);
    const self = await both
      .post(`${OBJECTIONS}/${own.id}/decide`, { decision: 'uphold', reasons: '是' })
      .set('If-Match', '"1"');
    expect(codeOf(self)).toBe('affairs/round-own-matter');
    await decide(kit.officer).expect(200);
    // Somebody is right about their own result: the review begins anew.
    const upheld = kit.officer.post(`${OBJECTIONS}/${own.id}/decide`, { decision: 'uphold', reasons: '属实' });
    ok(await upheld.set('If-Match', '"1"'), 200);
    round = await kit.see(kit.app, round);
    expect(round).toMatchObject({ status: 'review', notices: [{ withdrawn: true }], places: [] });
    expect(await kit.entry(kit.app, round, 2)).toMatchObject({ status: 'entered', outcome: null, place: null });
    await kit.test.query(sql`DELETE FROM staffing.appointment WHERE person_id = ${campus.students[2]}`);
  });

  it('of whom hardship is assessed: nothing private is shown to anybody but those who answer for them', async () => {
    const levels = ['special', 'general'].map((code, i) => ({
      ...{
        code,
        name: { zh: i ? '一般困难' : '特别困难', en: code },
        amount: null,
        perMille: null,
        atLeast: i ? '40' : '80',
      },
    }));
    const need: Component = {
      code: 'need',
      name: { zh: '困难程度', en: 'Need' },
      weight: '1',
      max: '100',
      from: 'sheet',
    };
    let round = await kit.open([0, 1], {
      ...{
        kind: 'hardship',
        group: null,
        entry: ['self', 'automatic'],
        levels,
        components: [need],
        figures: [],
        exclusions: [],
      },
      ...{ ties: { by: [], then: 'share' }, automaticLevel: 'special' },
      classReview: { quorumPerMille: 667, favourPerMille: 501, source: '教财〔2018〕16号' },
    });
    ok(await kit.sheet(round, 'automatic', `学号,类别\n${studentNumbers[2]},孤儿\n`), 200);
    ok(await kit.sheet(round, 'figures', `学号,困难程度\n${studentNumbers[0]},77.7\n${studentNumbers[1]},88\n`), 200);
    const ids = await Promise.all([0, 1].map(async (i) => (await kit.entry(kit.app, round, i)).id));
    const votes = (id: string, favour: number, against: number, present = favour + against) => ({
      ...{ id, favour, against, abstained: 0, present, due: 30 },
    });
    const review = async (by: typeof kit.app, ...rows: object[]) =>
      ok<{ rows: { problem: { code: string } | null }[] }>(
        await by.post(`${ENTRIES}/class-reviews`, { rows }),
        200,
      ).rows.map(({ problem }) => problem?.code);
    expect(await review(kit.foreign, votes(ids[0]!, 25, 2))).toEqual(['http/not-found']);
    expect(await review(kit.advisor, votes(ids[0]!, 25, 2), votes(ids[1]!, 25, 2, 9))).toEqual([
      undefined,
      'http/invalid',
    ]);
    expect(await excluded(round)).toEqual(['class_review_missing']);
    expect(await review(kit.advisor, votes(ids[1]!, 9, 19))).toEqual([undefined]);
    round = await kit.notice(round, []);
    expect(await kit.entry(kit.students[0]!, round, 0)).toMatchObject({ outcome: 'awarded', level: 'general' });
    expect(await kit.entry(kit.students[1]!, round, 1)).toMatchObject({ exclusions: [{ code: 'class_review' }] });
    expect(await kit.entry(kit.students[2]!, round, 2)).toMatchObject({
      level: 'special',
      automaticGroup: '孤儿',
      way: 'automatic',
    });
    expect(await kit.entry(kit.counselor, round, 2)).toMatchObject({ automaticGroup: '孤儿' });
    // Of the same college: names and classes, and not a word more.
    const { body } = await kit.students[5]!.get(`${ROUNDS}/${round.id}/notice?total=true`).expect(400);
    expect(body.code).toBe('http/invalid');
    const notice = (await kit.students[5]!.get(`${ROUNDS}/${round.id}/notice`).expect(200)).body as { data: object[] };
    expect(notice).toEqual({
      data: [0, 2].map((i) => ({
        ...{ entryId: expect.any(String) as string, notice: 1, endsOn: round.notices[0]!.endsOn },
        ...{ name: `学生${i + 1}`, class: '软工2401' },
      })),
      nextCursor: null,
    });
    const told = JSON.stringify(notice).replace(/"entryId":"[^"]*"/g, '');
    expect(told).not.toMatch(/孤儿|困难|77|88|special|general|automatic|self|score|total|place/);
    expect((await kit.students[8]!.get(`${ROUNDS}/${round.id}/notice`).expect(200)).body.data).toEqual([]);
    await kit.students[5]!.get(`${ENTRIES}/${ids[0]}`).expect(404);
    // Another college's student cannot object to whom they are not shown.
    await kit.students[8]!.post(OBJECTIONS, { entryId: ids[0], text: '有异议' }).expect(404);
    // Why somebody is in stands nowhere in the clear, and who looks at such lists is recorded.
    const [stored] = await kit.test.query<{ text: string }>(
      sql`SELECT e::text AS text FROM affairs.round_entry e WHERE automatic_group IS NOT NULL`,
    );
    expect(stored!.text).not.toContain(Buffer.from('孤儿').toString('hex'));
    const before = await kit.test.query(sql`SELECT FROM platform.audit WHERE action = 'affairs.round-entry.list'`);
    await kit.counselor.get(`${ENTRIES}?roundId=${round.id}`).expect(200);
    await kit.students[0]!.get(`${ENTRIES}?mine=true`).expect(200);
    const after = await kit.test.query(sql`SELECT FROM platform.audit WHERE action = 'affairs.round-entry.list'`);
    expect(after.length - before.length).toBe(1);
  });

  it('are exported with accounts, for a reason, to a workbook that others read', async () => {
    const bank = {
      ...{ code: 'bank', name: { zh: '银行代发表', en: 'For the bank' } },
      columns: [
        ...[
          { header: '=1+1', value: 'name' as const },
          { header: '卡号', value: 'account' as const },
        ],
        ...[
          { header: '金额', value: 'amount' as const },
          { header: '等级', value: 'level' as const },
        ],
      ],
    };
    let round = await kit.open([0, 1], { exports: [bank], collegeApproval: false });
    await kit.score(round, { 0: [90, 90, 0], 1: [80, 80, 0] });
    round = await kit.notice(round, one);
    const account = '6222020000000001234';
    const accounts = (n: number) => kit.sheet(round, 'accounts', `学号,银行账号\n${studentNumbers[n]},${account}\n`);
    expect((await accounts(1).expect(422)).body.errors).toMatchObject([{ pointer: '#/file/number' }]);
    await accounts(0).expect(200);
    const path = `${ROUNDS}/${round.id}/exports/bank`;
    const ask = (by: typeof kit.app) => by.get(path).set('Access-Reason', encodeURIComponent('发放奖金'));
    expect(codeOf(await ask(kit.officer).expect(409))).toBe('affairs/round-not-in-state');
    await kit.waitNotice(round);
    round = await kit.act(kit.app, round, 'finish');
    await kit.officer.get(path).expect(428);
    await ask(kit.college).expect(404);
    await ask(kit.counselor).expect(403);
    const { body } = await ask(kit.officer).responseType('blob').expect(200);
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(body as never);
    const rows = book.worksheets[0]!.getSheetValues().slice(1) as unknown[][];
    expect(rows.map((row) => row.slice(1))).toEqual([
      ['=1+1', '卡号', '金额', '等级'],
      ['学生1', account, 1000, '学习之星'],
    ]);
    const [noted] = await kit.test.query<{ reason: string }>(
      sql`SELECT reason FROM platform.audit WHERE action = 'affairs.round.export-bank'`,
    );
    expect(noted).toEqual({ reason: '发放奖金' });
    const [stored] = await kit.test.query<{ text: string }>(
      sql`SELECT e::text AS text FROM affairs.round_entry e WHERE account IS NOT NULL`,
    );
    expect(stored!.text).not.toContain(Buffer.from(account).toString('hex'));

    // Of the same group once a school year.
    const next = await kit.open([0], {
      exclusions: [{ code: 'has_one', kind: 'awarded', reason: { zh: '已获同组', en: 'Has one' }, source: '第九条' }],
    });
    await kit.score(next, { 0: [90, 90, 0] });
    expect(await excluded(next)).toEqual(['has_one']);
    const entry = await kit.entry(kit.app, round, 0);
    const revoke = kit.app.post(`${ENTRIES}/${entry.id}/revoke`, { reason: '材料不实' });
    ok(await revoke.set('If-Match', `"${entry.version}"`), 200);
    expect(await excluded(next)).toEqual([]);
  });

  it('get one of a group, when two rounds of it are finished at once too', async () => {
    const more: Partial<RoundContent> = {
      ...{ group: 'scholarships', collegeApproval: false },
      exclusions: [{ code: 'has_one', kind: 'awarded', reason: { zh: '已获同组', en: 'Has one' }, source: '第九条' }],
    };
    const rounds: Round[] = [];
    for (let i = 0; i < 4; i++) {
      const round = await kit.open([0], more);
      await kit.score(round, { 0: [90, 90, 0] });
      rounds.push(await kit.notice(round, []));
    }
    await kit.waitNotice(rounds[0]!);
    const answers = await Promise.all(rounds.map((round) => kit.try(kit.app, round, 'finish')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const lost = answers.findIndex(({ status }) => status === 409);
    expect(codeOf(answers[lost]!)).toBe('affairs/round-awarded-elsewhere');
    const seen = await kit.see(kit.app, rounds[lost]!);
    expect(seen.actions.find(({ action }) => action === 'finish')).toMatchObject({
      allowed: false,
      reason: { code: 'round-awarded-elsewhere' },
    });
    // Proposed anew it goes on without them.
    const back = await kit.act(kit.app, seen, 'take-back', { comment: '重新拟定' });
    const anew = await kit.act(kit.app, back, 'propose');
    expect(await kit.awarded(anew)).toEqual([]);
  });

  it('are nominated by those who answer for them, and by nobody else', async () => {
    const round = await kit.open([], { entry: ['nomination'] });
    const nominate = (by: typeof kit.app, i: number) =>
      by.post(ENTRIES, { roundId: round.id, studentId: campus.students[i], data: { reason: '班级推荐' } });
    await nominate(kit.foreign, 0).expect(404);
    expect(ok(await nominate(kit.advisor, 0), 201)).toMatchObject({ way: 'nomination' });
    const self = await kit.students[1]!.post(ENTRIES, { roundId: round.id, data: { reason: '我' } }).expect(422);
    expect(self.body.errors).toMatchObject([{ pointer: '#/roundId' }]);
    await kit.students[1]!.post(ENTRIES, { roundId: round.id, studentId: campus.students[2], data: {} }).expect(404);
  });

  it('are approved by somebody else than who proposed them; lists are taken back with a reason', async () => {
    let round = await kit.open([0], { collegeApproval: false });
    await kit.score(round, { 0: [90, 90, 0] });
    round = await kit.act(kit.app, round, 'close');
    round = await kit.act(kit.officer, round, 'propose');
    expect(codeOf(await kit.try(kit.officer, round, 'approve').expect(409))).toBe('affairs/round-second-person');
    expect(codeOf(await kit.try(kit.app, round, 'return').expect(422))).toBe('affairs/round-comment-missing');
    expect(codeOf(await kit.try(kit.college, round, 'approve').expect(409))).toBe('affairs/round-not-decided');
    round = await kit.act(kit.app, round, 'return', { comment: '重新核对' });
    round = await kit.act(kit.app, round, 'cancel', { comment: '不再评选' });
    expect(round.status).toBe('cancelled');
    expect(round.actions.filter(({ allowed }) => allowed)).toEqual([]);
    const { body } = await kit.officer.get(`${ROUNDS}/${round.id}/history`).expect(200);
    expect(body.data.map(({ action, comment }: { action: string; comment: string }) => [action, comment])).toEqual([
      ...[
        ['open', null],
        ['close', null],
        ['propose', null],
      ],
      ...[
        ['return', '重新核对'],
        ['cancel', '不再评选'],
      ],
    ]);
    expect(codeOf(await kit.counselor.get(`${ROUNDS}/${round.id}/history`).expect(403))).toBe('http/forbidden');
  });

  it('who are erased leave no texts, scores or votes behind', async () => {
    const round = await kit.open([11]);
    await kit.score(round, { 11: [90, 90, 0] });
    await kit.notice(round, []);
    const studentId = campus.students[11]!;
    const entry = await kit.entry(kit.app, round, 11);
    const objection: Entry = ok(await kit.students[0]!.post(OBJECTIONS, { entryId: entry.id, text: '有异议' }), 201);
    await kit.test.database.transaction(null, (tx) =>
      kit.test.app.get(Events).publish(tx, new StudentErasedV1(studentId)),
    );
    await drainEvents(kit.test);
    const [left] = await kit.test.query(
      sql`SELECT total, scores, exclusions, (SELECT count(*)::int FROM affairs.round_figure f WHERE f.entry_id = e.id) AS figures
            FROM affairs.round_entry e WHERE student_id = ${studentId}`,
    );
    expect(left).toEqual({ total: null, scores: null, exclusions: null, figures: 0 });
    expect(await kit.entry(kit.app, round, 11)).toMatchObject({ data: null });
    expect(ok(await kit.officer.get(`${OBJECTIONS}/${objection.id}`), 200)).toMatchObject({ text: null });
  });
});
