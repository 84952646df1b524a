import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import { Events } from '#events';
import { campus, drainEvents, eventually, studentNumbers } from '#testing';
import type { Component, RoundContent } from '../src/rounds/round-content.js';
import { lockGroup } from '../src/rounds/rounds.queries.js';
import { codeOf, ENTRIES, type Entry, OBJECTIONS, ok, type Round, ROUNDS, RoundTest } from './round-kit.js';

const { cs } = campus.colleges;
const alone: Partial<RoundContent> = { collegeApproval: false };

describe('rounds are fair', () => {
  const kit = new RoundTest();
  beforeAll(() => kit.start());
  beforeEach(() => kit.test.clock.reset());
  afterAll(() => kit.test?.close());

  const erase = async (i: number): Promise<void> => {
    await kit.test.database.transaction(null, (tx) =>
      kit.test.app.get(Events).publish(tx, new StudentErasedV1(campus.students[i]!)),
    );
    await drainEvents(kit.test);
  };
  const on = async (verb: string, entry: Entry, more: object = {}) =>
    kit.app.post(`${ENTRIES}/${entry.id}/${verb}`, more).set('If-Match', `"${entry.version}"`);

  it('to those who come after somebody who is erased: the place is not given twice, and results go out', async () => {
    let round = await kit.open([0, 1, 2, 7], alone);
    await kit.score(round, { 0: [80, 80, 0], 1: [70, 70, 0], 2: [60, 60, 0], 7: [99, 99, 0] });
    round = await kit.notice(round, [{ level: 'star', unitId: cs, places: 2 }]);
    await erase(7);
    const entryId = (await kit.entry(kit.app, round, 0)).id;
    const objection: Entry = ok(await kit.students[5]!.post(OBJECTIONS, { entryId, text: '有异议' }), 201);
    const uphold = kit.officer.post(`${OBJECTIONS}/${objection.id}/decide`, { decision: 'uphold', reasons: '属实' });
    ok(await uphold.set('If-Match', '"1"'), 200);
    expect(new Set(await kit.awarded(round))).toEqual(new Set([7, 1]));
    round = await kit.see(kit.app, round);
    await kit.waitNotice(round);
    round = await kit.act(kit.app, round, 'finish');
    const path = `${ROUNDS}/${round.id}/exports/bank`;
    await kit.officer.get(path).set('Access-Reason', encodeURIComponent('发放奖金')).expect(200);
  });

  it('to units by their size: a student of none of them has no place of their own, and is told', async () => {
    const levels = [{ code: 'star', name: { zh: '学习之星', en: 'Star' }, amount: 1000, perMille: 1, atLeast: null }];
    let round = await kit.open([0, 1], { ...alone, quotaBy: 'class', levels });
    await kit.score(round, { 0: [90, 90, 0], 1: [80, 80, 0] });
    // When they came in they were of no class yet.
    await kit.test.query(
      sql`UPDATE affairs.round_entry SET class_id = NULL WHERE round_id = ${round.id} AND student_id = ${campus.students[1]}`,
    );
    round = await kit.notice(round, []);
    expect(await kit.awarded(round)).toEqual([]);
    expect(await kit.entry(kit.students[1]!, round, 1)).toMatchObject({
      outcome: 'excluded',
      exclusions: [{ code: 'unit_missing', facts: [{ name: 'class', value: '' }] }],
    });
    expect(await kit.entry(kit.students[0]!, round, 0)).toMatchObject({ outcome: 'not_awarded', place: 1 });
  });

  it('to one award of a group: none is given back to who has got another meanwhile', async () => {
    const more: Partial<RoundContent> = {
      ...{ group: 'grants', collegeApproval: false },
      exclusions: [{ code: 'has_one', kind: 'awarded', reason: { zh: '已获同组', en: 'Has one' }, source: '第九条' }],
    };
    const shown = async (): Promise<Round> => {
      const round = await kit.open([3], more);
      await kit.score(round, { 3: [90, 90, 0] });
      const notice = await kit.notice(round, []);
      await kit.waitNotice(notice);
      return notice;
    };
    const finished = async (): Promise<Round> => kit.act(kit.app, await shown(), 'finish');
    const first = await finished();
    ok(await on('revoke', await kit.entry(kit.app, first, 3), { reason: '材料不实' }), 200);
    const second = await finished();
    const revoked = await kit.entry(kit.app, first, 3);
    const refused = await on('reinstate', revoked);
    expect([refused.status, codeOf(refused)]).toEqual([409, 'affairs/round-entry-awarded-elsewhere']);
    expect(revoked.actions.find(({ action }) => action === 'reinstate')).toMatchObject({
      reason: { code: 'round-entry-awarded-elsewhere' },
    });
    ok(await on('revoke', await kit.entry(kit.app, second, 3), { reason: '换为前者' }), 200);
    const back: Entry = ok(await on('reinstate', revoked), 200);
    // Nor when both are asked for at once: they are made to wait at the same door, then let go.
    const taken: Entry = ok(await on('revoke', back, { reason: '材料不实' }), 200);
    kit.test.clock.reset();
    const third = await shown();
    const { answers } = await kit.test.database.transaction(null, async (tx) => {
      await lockGroup(tx, { awardGroup: 'grants', schoolYear: 2026 });
      const asked = Promise.all([on('reinstate', taken), kit.try(kit.app, third, 'finish')]);
      await eventually(async () => {
        const waiting = await kit.test.query(sql`SELECT FROM pg_locks
          WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
        expect(waiting).toHaveLength(2);
      });
      return { answers: asked };
    });
    expect((await answers).map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('to those whose list is not shown yet: a reviewer of elsewhere has no ranking from lists of entries either', async () => {
    const interview: Component = {
      ...{ code: 'interview', name: { zh: '面试', en: 'Interview' }, weight: '1', max: '100', from: 'people' },
      ...{ dropHighest: 0, dropLowest: 0, fewest: 1 },
    };
    const parts = { components: [interview], ties: { by: [], then: 'lot' as const }, exclusions: [], figures: [] };
    let round = await kit.open([4], { ...alone, ...parts });
    const { counselorCs, counselorFl } = campus.staff;
    const name = kit.app.put(`${ROUNDS}/${round.id}/reviewers`, { personIds: [counselorCs, counselorFl] });
    round = ok(await name.set('If-Match', `"${round.version}"`), 200);
    round = await kit.act(kit.app, round, 'close');
    const { id } = await kit.entry(kit.app, round, 4);
    ok(
      await kit.counselor.post(`${ENTRIES}/marks`, {
        rows: [{ id, marks: [{ component: 'interview', value: '77' }] }],
      }),
      200,
    );
    round = await kit.act(kit.app, round, 'propose');
    const listed = async (by: typeof kit.app, more = '') =>
      ok<{ data: Entry[] }>(await by.get(`${ENTRIES}?roundId=${round.id}${more}`), 200).data;
    expect(await listed(kit.counselor, '&outcome=awarded')).toMatchObject([
      { total: '77', outcome: 'awarded', place: 1 },
    ]);
    expect(await listed(kit.foreign)).toMatchObject([{ total: null, outcome: null, place: null, level: null }]);
    expect(await listed(kit.foreign, '&outcome=awarded')).toEqual([]);
    await kit.act(kit.officer, round, 'approve');
    expect(await listed(kit.foreign)).toMatchObject([{ total: '77', outcome: 'awarded' }]);
  });

  it('to all in a lot: who withdraws and enters again has no other', async () => {
    const round = await kit.open([5], { ...alone, ties: { by: [], then: 'lot' } });
    const first = await kit.entry(kit.app, round, 5);
    ok(await on('withdraw', first), 200);
    const again = await kit.enter(5, round);
    expect(again).toMatchObject({ id: first.id, status: 'entered', data: { reason: '成绩优秀' } });
    const twice = await kit.students[5]!.post(ENTRIES, { roundId: round.id, data: { reason: '成绩优秀' } });
    expect(codeOf(twice)).toBe('affairs/round-entered-already');
    // Of many at once one comes in.
    ok(await on('withdraw', again), 200);
    const body = { roundId: round.id, data: { reason: '成绩优秀' } };
    const answers = await Promise.all([1, 2, 3, 4].map(() => kit.students[5]!.post(ENTRIES, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  it('to who enters after a list has brought them in: why it did is not kept', async () => {
    const round = await kit.open([], { ...alone, entry: ['self', 'automatic'] });
    ok(await kit.sheet(round, 'automatic', `学号,类别\n${studentNumbers[6]},孤儿\n`), 200);
    const listed = await kit.entry(kit.counselor, round, 6);
    expect(listed).toMatchObject({ way: 'automatic', automaticGroup: '孤儿' });
    ok(await on('withdraw', listed), 200);
    await kit.enter(6, round);
    expect(await kit.entry(kit.counselor, round, 6)).toMatchObject({ way: 'self', automaticGroup: null });
  });

  it('to those who object until the last minute of the last day, on campus', async () => {
    let round = await kit.open([0], alone);
    await kit.score(round, { 0: [90, 90, 0] });
    round = await kit.notice(round, []);
    const { id: entryId } = await kit.entry(kit.app, round, 0);
    const raise = () => kit.students[1]!.post(OBJECTIONS, { entryId, text: '有异议' });
    kit.test.clock.set(`${round.notices[0]!.endsOn}T23:59:00+08:00`);
    expect(codeOf(await kit.try(kit.app, round, 'finish'))).toBe('affairs/round-notice-runs');
    const { id }: Entry = ok(await raise(), 201);
    kit.test.clock.advance({ minutes: 1 });
    await raise().expect(404);
    expect(codeOf(await kit.try(kit.app, round, 'finish'))).toBe('affairs/round-objections-open');
    ok(await kit.students[1]!.post(`${OBJECTIONS}/${id}/withdraw`).set('If-Match', '"1"'), 200);
    await kit.act(kit.app, await kit.see(kit.app, round), 'finish');
  });

  it('to those who read how one comes in: a list brings nobody into a round that takes none', async () => {
    const round = await kit.open([0], alone);
    const refused = await kit.sheet(round, 'automatic', `学号,类别\n${studentNumbers[2]},孤儿\n`).expect(422);
    expect([codeOf(refused), refused.body.errors[0].pointer]).toEqual(['affairs/round-entry-not-possible', '?kind']);
    const { data } = ok<{ data: object[] }>(await kit.app.get(`${ENTRIES}?roundId=${round.id}`), 200);
    expect(data).toHaveLength(1);
  });
});
