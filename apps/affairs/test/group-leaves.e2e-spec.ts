import { mock } from 'node:test';
import pg from 'pg';
import { newId, sql } from '#database';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { safety } from '../../safety/src/safety.module.js';
import { affairs } from '../src/affairs.module.js';
import { act as actOnLeave, type LeaveAnswer, PDF } from './support.js';

const GROUPS = '/affairs/v1/group-leaves';
const { staff, students } = campus;
const at = (day: string, time = '08:00'): string => `2025-03-${day}T${time}:00+08:00`;
const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;

interface Group {
  id: string;
  version: number;
  status: string;
  listed: number;
  deciders: { id: string }[];
  members: {
    studentId: string;
    state: string;
    problem: { code: string } | null;
    leaveId: string | null;
    leaveStatus: string | null;
  }[];
  actions: { action: string; allowed: boolean }[];
}

/** 2025-03-05 is a Wednesday. Days: 12 to 14. */
const TRIP = {
  kind: 'official',
  startsAt: at('12'),
  endsAt: at('14', '20:00'),
  reason: '程序设计竞赛',
  destination: '西安市',
};
const ONE_DAY = { ...TRIP, endsAt: at('12', '20:00') };

describe('group leave', () => {
  let test: TestApp;
  let counselor: Client;
  let college: Client;
  let school: Client;
  let foreign: Client;
  let advisor: Client;
  let student: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs, safety]);
    test.clock.set(at('05', '10:00'));
    [counselor, college, school, foreign, advisor, student] = (await Promise.all(
      [
        staff.counselorCs,
        staff.collegeOfficerCs,
        staff.schoolOfficer,
        staff.counselorFl,
        staff.classAdvisorSe2401,
        students[0]!,
      ].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client, Client, Client];
  });
  afterEach(async () => {
    test.clock.set(at('05', '10:00'));
    await drainEvents(test);
    await test.query(sql`DELETE FROM safety.excused_absence`);
    await test.query(sql`DELETE FROM affairs.attendance`);
    await test.query(sql`DELETE FROM affairs.leave`);
    await test.query(sql`DELETE FROM affairs.group_leave`);
  });
  afterAll(() => test?.close());

  const handIn = async (by: Client): Promise<string> =>
    (
      (await by.post('/affairs/v1/files?purpose=group-leave-proof').attach('file', PDF, '邀请函.pdf').expect(201)) as {
        body: { id: string };
      }
    ).body.id;
  const ask = async (by: Client, studentIds: readonly string[], more: object = TRIP): Promise<Group> =>
    (await by.post(GROUPS, { attachments: [await handIn(by)], ...more, studentIds }).expect(201)).body as Group;
  const act = (who: Client, { id, version }: Group, verb: string, body = {}) =>
    who.post(`${GROUPS}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
  const done = async (who: Client, group: Group, verb: string, body = {}): Promise<Group> =>
    (await act(who, group, verb, body).expect(200)).body as Group;
  const see = async (who: Client, { id }: Group): Promise<Group> =>
    (await who.get(`${GROUPS}/${id}`).expect(200)).body as Group;
  const allowed = ({ actions }: Group) => actions.filter((one) => one.allowed).map(({ action }) => action);
  const excused = () =>
    test.query<{ cancelled: boolean; ends: Date }>(
      sql`SELECT cancelled, ends_at AS ends FROM safety.excused_absence ORDER BY student_id`,
    );

  it('is asked for once and decided once, by whoever has the last word over all; then each student is on leave', async () => {
    const group = await ask(counselor, students.slice(0, 3));
    expect(group).toMatchObject({ status: 'submitted', days: 3, listed: 3, deciders: expect.arrayContaining([]) });
    // Three days: the college. Nobody decides on what they have asked for.
    expect(group.deciders.map(({ id }) => id).sort()).toEqual([staff.collegeOfficerCs, staff.schoolOfficer].sort());
    expect(allowed(group)).toEqual(['attach', 'cancel']);
    expect(codeOf(await act(counselor, group, 'approve').expect(403))).toBe('affairs/group-leave-not-yours');
    await act(foreign, group, 'approve').expect(404);
    const approved = await done(college, group, 'approve');
    expect(approved.members.map(({ leaveStatus }) => leaveStatus)).toEqual(['approved', 'approved', 'approved']);
    await drainEvents(test);
    expect(await excused()).toMatchObject([{ cancelled: false }, { cancelled: false }, { cancelled: false }]);
    const { body: leave } = await student.get(`/affairs/v1/leaves/${approved.members[0]!.leaveId}`).expect(200);
    expect(leave).toMatchObject({
      ...{ groupId: group.id, status: 'approved', reason: '程序设计竞赛', destination: '西安市' },
      ...{ submittedBy: { id: staff.counselorCs }, steps: [] },
    });
    // It has no case of its own.
    await actOnLeave(counselor, leave as LeaveAnswer, 'approve').expect(409);
    await act(college, group, 'approve').expect(412);
    const told = await test.query(
      sql`SELECT payload -> 'studentIds' AS ids FROM events.event WHERE name = 'affairs.group-leave-asked.v1' AND aggregate_id = ${group.id}`,
    );
    expect(told).toEqual([{ ids: students.slice(0, 3) }]);
  });

  it('of one day is for one counselor of all, and over two colleges for the school', async () => {
    const own = await ask(advisor, students.slice(0, 2), ONE_DAY);
    expect(own.deciders.map(({ id }) => id)).toContain(staff.counselorCs);
    await done(counselor, own, 'reject', { comment: '与实验课冲突' });
    const both = await ask(school, [students[0]!, students[8]!], ONE_DAY).catch(() => undefined);
    // The school's only officer has asked for it.
    expect(both).toBeUndefined();
    const attachments = [await handIn(school)];
    const { body } = await school
      .post(GROUPS, { ...ONE_DAY, attachments, studentIds: [students[0], students[8]] })
      .expect(422);
    expect(body).toMatchObject({ code: 'affairs/leave-not-possible', errors: [{ pointer: '#/studentIds' }] });
  });

  it('tells for each student why they cannot, when it is asked for and when it is decided', async () => {
    await done(college, await ask(counselor, [students[1]!]), 'approve');
    const group = await ask(counselor, [students[0]!, students[1]!, students[2]!, students[8]!, newId()]);
    const states = (of: Group) =>
      Object.fromEntries(
        of.members.map(({ studentId, state, problem }) => [students.indexOf(studentId), [state, problem?.code]]),
      );
    expect(states(group)).toEqual({
      ...{ 0: ['listed', undefined], 1: ['refused', 'overlap'], 2: ['listed', undefined], 8: ['refused', 'not-found'] },
      [-1]: ['refused', 'not-found'],
    });
    expect(group.members.find(({ studentId }) => studentId === students[8])).toMatchObject({ student: null });
    await done(college, await ask(counselor, [students[2]!]), 'approve');
    const approved = await done(college, group, 'approve');
    expect(states(approved)[2]).toEqual(['refused', 'overlap']);
    expect(approved.members.filter(({ leaveId }) => leaveId)).toMatchObject([{ studentId: students[0] }]);
    // Nobody is left.
    const attachments = [await handIn(counselor)];
    const none = await counselor.post(GROUPS, { ...TRIP, attachments, studentIds: [students[1]] }).expect(422);
    expect(none.body).toMatchObject({ errors: [{ pointer: '#/studentIds/0', detail: '与其他请假重叠' }] });
    // The same student, however their id is written, is on the list once.
    const twice = [students[3]!, students[3]!.toUpperCase()];
    const { body } = await counselor.post(GROUPS, { ...TRIP, attachments, studentIds: twice }).expect(400);
    expect(body).toMatchObject({ errors: [{ pointer: '#/studentIds' }] });
  });

  it('is held against the rules as a whole', async () => {
    const attachments = [await handIn(counselor)];
    const pointers = async (more: object) =>
      (
        (await counselor.post(GROUPS, { ...TRIP, attachments, ...more, studentIds: [students[0]] }).expect(422))
          .body as {
          errors: { pointer: string }[];
        }
      ).errors.map(({ pointer }) => pointer);
    expect(await pointers({ endsAt: at('11') })).toEqual(['#/endsAt']);
    expect(await pointers({ startsAt: at('04') })).toContain('#/startsAt');
    expect(await pointers({ endsAt: '2025-06-30T08:00:00+08:00' })).toContain('#/endsAt');
    // Two working days ahead.
    expect(await pointers({ startsAt: at('06'), endsAt: at('09') })).toEqual(['#/startsAt']);
    await student.post(GROUPS, { ...TRIP, studentIds: [students[4]] }).expect(422);
    expect(await test.query(sql`SELECT FROM affairs.group_leave`)).toEqual([]);
  });

  it('each student may leave before it begins; the counselor of another college sees nothing of it', async () => {
    const group = await ask(counselor, students.slice(0, 2));
    await foreign.get(`${GROUPS}/${group.id}`).expect(404);
    expect((await foreign.get(GROUPS).expect(200)).body).toMatchObject({ data: [] });
    const mine = await see(student, group);
    expect(mine.members).toMatchObject([{ studentId: students[0], state: 'listed' }]);
    const without = await done(student, mine, 'leave');
    const approved = await done(college, without, 'approve');
    expect(approved.members).toMatchObject([{ state: 'left', leaveId: null }, { leaveStatus: 'approved' }]);
    const other = await test.person(students[1]!);
    await done(other, approved, 'leave');
    await drainEvents(test);
    expect(await excused()).toMatchObject([{ cancelled: true }]);
    const after = await see(counselor, group);
    expect(after).toMatchObject({
      listed: 0,
      members: [{ state: 'left' }, { state: 'left', leaveStatus: 'cancelled' }],
    });
    expect(codeOf(await act(other, after, 'leave').expect(409))).toBe('affairs/group-leave-not-in-group');
  });

  it('is cancelled as a whole before it begins, and ended early after', async () => {
    const first = await done(college, await ask(counselor, students.slice(0, 2)), 'approve');
    const gone = await done(counselor, first, 'cancel');
    expect(gone).toMatchObject({
      status: 'cancelled',
      members: [{ leaveStatus: 'cancelled' }, { leaveStatus: 'cancelled' }],
    });
    await drainEvents(test);
    expect(await excused()).toMatchObject([{ cancelled: true }, { cancelled: true }]);
    const second = await done(college, await ask(counselor, students.slice(0, 2)), 'approve');
    expect(codeOf(await act(counselor, second, 'end').expect(409))).toBe('affairs/group-leave-not-begun');
    test.clock.set(at('13', '12:00'));
    expect(codeOf(await act(counselor, second, 'cancel').expect(409))).toBe('affairs/group-leave-begun');
    await act(counselor, second, 'end', { returnedAt: at('11') }).expect(400);
    const sent = mock.method(pg.Query.prototype as unknown as { submit: (on: object) => unknown }, 'submit');
    const ended = await done(counselor, second, 'end', { returnedAt: at('13', '09:00') });
    // However many it has, with one statement for all of them.
    const wrote = sent.mock.calls.filter(({ this: query }) =>
      (query as unknown as { text?: string }).text?.includes('UPDATE affairs.leave '),
    );
    sent.mock.restore();
    expect(wrote).toHaveLength(1);
    expect(ended).toMatchObject({ status: 'ended', members: [{ leaveStatus: 'closed' }, { leaveStatus: 'closed' }] });
    await drainEvents(test);
    const kept = (await excused()).filter(({ cancelled }) => !cancelled);
    expect(kept.map(({ ends }) => ends.toISOString())).toEqual(
      Array(2).fill(new Date(at('13', '09:00')).toISOString()),
    );
  });

  it('takes proofs, which whoever sees the group leave may read', async () => {
    const [first, second, others] = [await handIn(counselor), await handIn(counselor), await handIn(advisor)];
    const body = { ...TRIP, studentIds: students.slice(0, 2) };
    // A leave of this kind needs proof, one of a group as well.
    const { body: without } = await counselor.post(GROUPS, body).expect(422);
    expect(without).toMatchObject({ code: 'affairs/leave-not-possible', errors: [{ pointer: '#/attachments' }] });
    await ask(counselor, students.slice(2, 3), { ...TRIP, kind: 'personal', attachments: [] });
    expect(codeOf(await counselor.post(GROUPS, { ...body, attachments: [others] }).expect(422))).toBe(
      'files/not-attachable',
    );
    const group = await ask(counselor, students.slice(0, 2), { ...TRIP, attachments: [first] });
    expect(group).toMatchObject({ attachments: [{ id: first, name: '邀请函.pdf' }] });
    expect(codeOf(await act(college, group, 'attachments', { attachments: [second] }).expect(403))).toBe(
      'affairs/group-leave-not-yours',
    );
    const both = await done(counselor, group, 'attachments', { attachments: [second] });
    expect(both).toMatchObject({ attachments: [{ id: first }, { id: second }] });
    const content = (by: Client) => by.get(`/affairs/v1/files/${first}/content`);
    await content(college).expect(200);
    await content(student).expect(200);
    await content(foreign).expect(404);
    await done(counselor, both, 'cancel');
    // Withdrawn: it is given back.
    await content(college).expect(404);
    await content(counselor).expect(200);
  });

  it('is asked for by students who lead an organisation, for its members', async () => {
    const [organisation] = [newId()];
    await test.query(
      sql`INSERT INTO affairs.organisation (id, unit_id, kind, name, founded_on, status) VALUES (${organisation}, ${campus.colleges.cs}, 'club', '程序设计社', '2020-09-01', 'active')`,
    );
    for (const [i, post] of [
      [0, 'president'],
      [4, 'member'],
    ] as const)
      await test.query(
        sql`INSERT INTO affairs.organisation_member (id, organisation_id, student_id, post, valid_from) VALUES (${newId()}, ${organisation}, ${students[i]}, ${post}, '2024-09-01')`,
      );
    const group = await ask(student, [students[0]!, students[4]!, students[1]!]);
    expect(group.members.map(({ state }) => state)).toEqual(['listed', 'refused', 'listed']);
    const member = await test.person(students[4]!);
    await member.post(GROUPS, { ...TRIP, attachments: [await handIn(member)], studentIds: [students[0]] }).expect(422);
    // That a member is on leave already is nothing for them to know.
    await done(college, await ask(counselor, [students[4]!], ONE_DAY), 'approve');
    const second = await ask(student, [students[0]!, students[4]!], ONE_DAY);
    expect(second.members).toMatchObject([{ problem: null }, { state: 'refused', problem: { code: 'not-possible' } }]);
    expect((await see(counselor, second)).members[1]).toMatchObject({ problem: { code: 'overlap' } });
    const alone = { ...ONE_DAY, attachments: [await handIn(student)], studentIds: [students[4]] };
    expect((await student.post(GROUPS, alone).expect(422)).body).toMatchObject({
      errors: [{ detail: '届时不能随团请假' }],
    });
    await test.query(sql`DELETE FROM affairs.organisation_member`);
    await test.query(sql`DELETE FROM affairs.organisation WHERE id = ${organisation}`);
  });
});
