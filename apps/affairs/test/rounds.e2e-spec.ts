import { campus, studentNumbers } from '#testing';
import { codeOf, ENTRIES, type Entry, OBJECTIONS, ok, type Round, ROUNDS, RoundTest } from './round-kit.js';

const { cs } = campus.colleges;
const SCORES = { 0: [90, 80, 0], 1: [85, 80, 0], 2: [95, 60, 0], 3: [99, 99, 2], 8: [70, 70, 0] };
const two = [{ level: 'star', unitId: cs, places: 2 }];

describe('rounds', () => {
  const kit = new RoundTest();
  beforeAll(() => kit.start());
  beforeEach(() => kit.test.clock.reset());
  afterAll(() => kit.test?.close());

  it('go from the draft to the result; an objection that is upheld lets the next move up', async () => {
    let round = await kit.open([0, 1, 2, 3, 8]);
    await kit.score(round, SCORES);
    round = await kit.act(kit.app, round, 'close');
    // Tried out beforehand: 87 and 84.5 are in, 83.5 is next; one place is without limit where none are set.
    const simulated = ok<{ entries: number; levels: object[]; excluded: object[] }>(
      await kit.officer.post(`${ROUNDS}/${round.id}/simulate`, { places: two }),
      200,
    );
    expect(simulated).toMatchObject({ entries: 5, excluded: [{ code: 'failed', count: 1 }] });
    expect(simulated.levels).toMatchObject([
      { unit: '计算机学院', places: 2, awarded: 2, overQuota: 0, lowest: '84.5', next: '83.5', margin: '1' },
      { unit: '外国语学院', places: null, awarded: 1, lowest: '70', next: null },
    ]);
    expect(JSON.stringify(simulated)).not.toMatch(/学生|2024000/);
    expect((await kit.see(kit.app, round)).version).toBe(round.version);
    round = ok(
      await kit.app.put(`${ROUNDS}/${round.id}/quota`, { places: two }).set('If-Match', `"${round.version}"`),
      200,
    );
    round = await kit.act(kit.app, round, 'propose');
    expect(round.awaitsUnitIds.sort()).toEqual([campus.colleges.cs, campus.colleges.fl].sort());
    // What is not decided yet the students are not told.
    expect(await kit.entry(kit.students[0]!, round, 0)).toMatchObject({
      outcome: null,
      place: null,
      total: null,
      scores: [],
    });
    expect(await kit.entry(kit.counselor, round, 0)).toMatchObject({ outcome: 'awarded', place: 1, total: '87' });

    expect(codeOf(await kit.try(kit.officer, round, 'approve').expect(409))).toBe('affairs/round-colleges-first');
    round = await kit.act(kit.college, round, 'approve');
    expect(round).toMatchObject({ status: 'proposed', awaitsUnitIds: [campus.colleges.fl] });
    round = await kit.act(kit.officer, round, 'approve', { unitId: campus.colleges.fl });
    round = await kit.act(kit.officer, round, 'approve');
    expect(round).toMatchObject({ status: 'notice', notices: [{ number: 1, startsOn: kit.test.clock.today() }] });
    expect(await kit.awarded(round)).toEqual(expect.arrayContaining([0, 2, 8]));

    // Who is ruled out sees why, with the fact; who is not in sees the place.
    expect(await kit.entry(kit.students[3]!, round, 3)).toMatchObject({
      ...{ outcome: 'excluded', place: null },
      exclusions: [
        {
          code: 'failed',
          facts: [
            { name: 'failed', value: '2' },
            { name: 'limit', value: '1' },
          ],
        },
      ],
    });
    expect(await kit.entry(kit.students[1]!, round, 1)).toMatchObject({
      outcome: 'not_awarded',
      place: 3,
      total: '83.5',
    });
    const { data } = ok<{ data: Record<string, unknown>[] }>(
      await kit.students[9]!.get(`${ROUNDS}/${round.id}/notice`),
      200,
    );
    expect(data).toHaveLength(3);
    const shown = data.find(({ name }) => name === '学生1')!;
    expect(shown).toMatchObject({ number: '20******01', class: '软工2401', level: { zh: '学习之星' } });
    const objection = ok<Entry>(
      await kit.students[1]!.post(OBJECTIONS, { entryId: shown['entryId'], text: '材料与事实不符' }),
      201,
    );
    // Whom it is about is not told; nor is another student.
    for (const i of [0, 5]) {
      await kit.students[i]!.get(`${OBJECTIONS}/${objection.id}`).expect(404);
      expect((await kit.students[i]!.get(OBJECTIONS).expect(200)).body.data).toEqual([]);
    }
    const again = await kit.students[1]!.post(OBJECTIONS, { entryId: shown['entryId'], text: '再次' }).expect(409);
    expect(codeOf(again)).toBe('affairs/round-objected-already');
    await kit.waitNotice(round);
    expect(codeOf(await kit.try(kit.app, round, 'finish').expect(409))).toBe('affairs/round-objections-open');
    const decide = (decision: string, version = objection.version) =>
      kit.officer
        .post(`${OBJECTIONS}/${objection.id}/decide`, { decision, reasons: '经查属实' })
        .set('If-Match', `"${version}"`);
    expect(ok(await decide('uphold'), 200)).toMatchObject({ status: 'upheld', reasons: '经查属实' });
    await decide('dismiss').expect(412);
    expect(codeOf(await decide('dismiss', 2).expect(409))).toBe('affairs/round-objection-decided');
    round = await kit.see(kit.app, round);
    expect(round.notices).toMatchObject([{ number: 1 }, { number: 2, startsOn: kit.test.clock.today() }]);
    expect(new Set(await kit.awarded(round))).toEqual(new Set([2, 1, 8]));
    expect(await kit.entry(kit.students[1]!, round, 1)).toMatchObject({ outcome: 'awarded', place: 2 });
    expect(await kit.entry(kit.students[0]!, round, 0)).toMatchObject({ status: 'removed', outcome: 'excluded' });
    // The next has days of their own.
    expect(codeOf(await kit.try(kit.app, round, 'finish').expect(409))).toBe('affairs/round-notice-runs');
    const running = ok<{ data: object[] }>(await kit.students[9]!.get(`${ROUNDS}/${round.id}/notice`), 200);
    expect(running.data).toMatchObject([{ name: '学生2', notice: 2 }]);
    await kit.waitNotice(round);
    round = await kit.act(kit.app, round, 'finish');
    expect(round.status).toBe('final');
    expect(await kit.events(round.id)).toEqual([
      { name: 'affairs.round-decided.v1', payload: { roundId: round.id, kind: 'award' } },
    ]);
    expect((await kit.students[9]!.get(`${ROUNDS}/${round.id}/notice`).expect(200)).body.data).toEqual([]);

    // Corrected afterwards, with the reason.
    const entry = await kit.entry(kit.app, round, 1);
    const revoke = kit.officer.post(`${ENTRIES}/${entry.id}/revoke`, { reason: '材料不实' });
    ok(await revoke.set('If-Match', `"${entry.version}"`), 200);
    expect(await kit.entry(kit.students[1]!, round, 1)).toMatchObject({ revokedFor: '材料不实', outcome: 'awarded' });
    const back = kit.officer.post(`${ENTRIES}/${entry.id}/reinstate`);
    ok(await back.set('If-Match', `"${entry.version + 1}"`), 200);
    expect(await kit.entry(kit.students[1]!, round, 1)).toMatchObject({ revokedFor: null, revokedAt: null });
    const changed = { name: 'affairs.round-entry-changed.v1', payload: { roundId: round.id, entryId: entry.id } };
    expect(await kit.events(entry.id)).toEqual([changed, changed]);
  });

  it('take somebody back whom an objection has taken out, when that was wrong', async () => {
    let round = await kit.open([0, 1], { collegeApproval: false });
    await kit.score(round, { 0: [90, 80, 0], 1: [85, 80, 0] });
    round = await kit.notice(round, [{ level: 'star', unitId: cs, places: 1 }]);
    const { id: entryId } = await kit.entry(kit.app, round, 0);
    const objection: Entry = ok(await kit.students[5]!.post(OBJECTIONS, { entryId, text: '有异议' }), 201);
    const decide = kit.officer.post(`${OBJECTIONS}/${objection.id}/decide`, { decision: 'uphold', reasons: '属实' });
    ok(await decide.set('If-Match', '"1"'), 200);
    expect(await kit.awarded(round)).toEqual([1]);
    round = await kit.act(kit.app, await kit.see(kit.app, round), 'take-back', { comment: '异议处理有误' });
    const removed = await kit.entry(kit.app, round, 0);
    ok(await kit.app.post(`${ENTRIES}/${entryId}/restore`).set('If-Match', `"${removed.version}"`), 200);
    round = await kit.act(kit.app, round, 'propose');
    expect(await kit.awarded(round)).toEqual([0]);
  });

  it('let one of two officers win', async () => {
    const round = await kit.open([0], { collegeApproval: false });
    await kit.score(round, { 0: [90, 80, 0] });
    const proposed = await kit.propose(round, []);
    const both = await Promise.all([
      kit.try(kit.officer, proposed, 'approve'),
      kit.try(kit.officer, proposed, 'return', { comment: '再核' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('exist for those whom they are for', async () => {
    const own = await kit.draft({}, kit.college, cs);
    const { counselor, foreign, students, officer } = kit;
    for (const client of [counselor, foreign, students[0]!]) await client.get(`${ROUNDS}/${own.id}`).expect(404);
    await officer.get(`${ROUNDS}/${own.id}`).expect(200);
    const open = await kit.act(kit.college, own, 'open');
    for (const client of [counselor, students[0]!]) await client.get(`${ROUNDS}/${own.id}`).expect(200);
    // A student of another college, and who answers for them.
    for (const client of [foreign, students[8]!]) {
      await client.get(`${ROUNDS}/${own.id}`).expect(404);
      await client.post(ENTRIES, { roundId: own.id, data: { reason: 'x' } }).expect(404);
    }
    const mine = await kit.enter(0, open);
    await students[1]!.get(`${ENTRIES}/${mine.id}`).expect(404);
    await foreign.get(`${ENTRIES}/${mine.id}`).expect(404);
    expect(ok(await counselor.get(`${ENTRIES}/${mine.id}`), 200)).toMatchObject({ data: { reason: '成绩优秀' } });
    const twice = await students[0]!.post(ENTRIES, { roundId: own.id, data: { reason: 'x' } }).expect(409);
    expect(codeOf(twice)).toBe('affairs/round-entered-already');
    expect((await students[1]!.post(ENTRIES, { roundId: own.id, data: {} }).expect(422)).body.errors).toMatchObject([
      { pointer: '#/data/reason' },
    ]);
    // A student changes, withdraws and comes in again while it is open; not after.
    const put = { data: { reason: '另述' } };
    const changed = ok<Entry>(await students[0]!.put(`${ENTRIES}/${mine.id}`, put).set('If-Match', '"1"'), 200);
    const gone = ok<Entry>(
      await students[0]!.post(`${ENTRIES}/${mine.id}/withdraw`).set('If-Match', `"${changed.version}"`),
      200,
    );
    expect(gone.status).toBe('withdrawn');
    await kit.enter(0, open);
    await kit.act(kit.college, open, 'close');
    const late = await students[1]!.post(ENTRIES, { roundId: own.id, data: { reason: 'x' } }).expect(409);
    expect(codeOf(late)).toBe('affairs/round-not-in-state');
  });

  it('say of a sheet what is wrong, row by row, and write nothing of it', async () => {
    const round = await kit.open([0, 1]);
    const csv = `学号,学业成绩,操行,不及格门数\n${studentNumbers[0]},90,80,0\n${studentNumbers[1]},101,80,0\n${studentNumbers[5]},90,八十,0\n`;
    const refused = await kit.sheet(round, 'figures', csv).expect(422);
    expect(refused.body).toMatchObject({
      code: 'affairs/round-sheet-refused',
      errors: [
        { pointer: '#/file/gpa', line: 3 },
        { pointer: '#/file/conduct', line: 4 },
      ],
    });
    const check = (content: string) =>
      kit.app
        .post(`${ROUNDS}/${round.id}/sheets/check?kind=figures`)
        .attach('file', Buffer.from(content), 'a.csv')
        .set('Accept-Language', 'zh');
    const sheet = (await check(csv).expect(200)).text.split('\n');
    expect(sheet[0]).toContain('错误');
    expect(sheet[2]).toContain('最多 100');
    const unknown = await kit.sheet(round, 'figures', `学号,学业成绩\n${studentNumbers[5]},90\n`).expect(422);
    expect(unknown.body.errors).toMatchObject([{ pointer: '#/file/number', line: 2 }]);
    const { body } = await kit.app.post(`${ROUNDS}/${round.id}/simulate`, { places: [] }).expect(200);
    expect(body.excluded).toEqual(expect.arrayContaining([{ code: 'score_missing', count: 2 }]));
    await kit.sheet(round, 'figures', csv, kit.counselor).expect(403);
  });

  it('refuse content that is not in order', async () => {
    const more = {
      ties: { by: ['nothing'], then: 'lot' as const },
      components: [
        {
          code: 'a',
          name: { zh: '甲', en: 'A' },
          weight: '1',
          max: '100',
          from: 'computed' as const,
          expression: 'score.b',
        },
      ],
      exclusions: [],
    };
    const draft: Round = await kit.draft();
    const { content } = (await kit.app.get(`${ROUNDS}/${draft.id}`).expect(200)).body as { content: object };
    const put = await kit.app
      .put(`${ROUNDS}/${draft.id}/content`, { ...content, ...more })
      .set('If-Match', '"1"')
      .expect(422);
    expect(put.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/content/components/0/expression',
      '#/content/ties/by/0',
    ]);
    expect((await kit.see(kit.app, draft)).version).toBe(1);
  });
});
