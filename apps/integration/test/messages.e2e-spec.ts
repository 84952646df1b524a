import {
  AdmissionRemindedV1,
  BookingOfferedV1,
  LeaveApprovedV1,
  StudentErasedV1,
  WarningEscalatedV1,
} from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, eventually } from '#testing';
import { NotificationHandlers } from '../src/notifications/notifications.handlers.js';
import { NotificationPolicy } from '../src/notifications/notifications.policy.js';
import {
  COUNSELOR,
  digest,
  MESSAGES,
  NotificationKit,
  OFFICER,
  SCHOOL_OFFICER,
  OTHER_STUDENT,
  STUDENT,
  warning,
} from './notification-kit.js';

const leave = (studentId: string): LeaveApprovedV1 =>
  new LeaveApprovedV1({
    ...{ leaveId: newId(), studentId, startsAt: '2026-12-02T00:00:00Z', endsAt: '2026-12-03T00:00:00Z' },
  });

describe('messages', () => {
  let kit: NotificationKit;
  let counselor: Client;
  let student: Client;
  let other: Client;

  beforeAll(async () => {
    kit = await NotificationKit.create();
    [counselor, student, other] = (await Promise.all(
      [COUNSELOR, STUDENT, OTHER_STUDENT].map((id) => kit.test.person(id)),
    )) as [Client, Client, Client];
  });
  afterAll(() => kit?.test.close());
  beforeEach(async () => {
    kit.test.clock.set('2026-12-01T10:02:00+08:00');
    await kit.test.query(sql`DELETE FROM integration.message`);
  });

  it('come to the person whom the event names, in their language, and to nobody else', async () => {
    const said = leave(STUDENT);
    await kit.publish(said);
    const [message] = await kit.inbox(student, 1);
    expect(message).toMatchObject({
      ...{ kind: 'leave-approved', title: '请假已批准', urgent: false, count: 1, readAt: null },
      subjects: [{ refs: { leaveId: said.leaveId, studentId: STUDENT } }],
    });
    expect(message!.body).toMatch(/，你的请假已批准/);
    const { body } = await student.get(`${MESSAGES}/${message!.id}`).set('Accept-Language', 'en').expect(200);
    expect(body).toMatchObject({ title: 'Leave approved' });
    await kit.inbox(other, 0);
    await other.get(`${MESSAGES}/${message!.id}`).expect(404);
    await other.post(`${MESSAGES}/${message!.id}/read`).expect(404);
    const app = await kit.test.client();
    await kit.inbox(app, 0);
    await app.post(`${MESSAGES}/read`, { until: message!.at }).expect(403);
  });

  it('hundreds of events of a second make one message, and the next window another', async () => {
    const students = campus.students.slice(0, 4);
    await kit.publish(...Array.from({ length: 400 }, (_, i) => warning(students[i % 4]!)));
    await kit.inbox(counselor, 0);
    kit.test.clock.advance({ minutes: 6 });
    const [message] = await kit.inbox(counselor, 1);
    expect(message).toMatchObject({ kind: 'warning-raised', count: 400, urgent: true });
    expect(message!.body).toMatch(/400 条/);
    expect((message as unknown as { subjects: [] }).subjects).toHaveLength(50);
    await kit.publish(warning(STUDENT));
    kit.test.clock.advance({ minutes: 6 });
    expect((await kit.inbox(counselor, 2))[0]).toMatchObject({ count: 1 });
  });

  it('a class advisor is told of a red warning where the school says so, and an organizer of deadlines', async () => {
    const { classAdvisorSe2401, partyOrganizerCs } = campus.staff;
    const advisor = await kit.test.person(classAdvisorSe2401);
    await kit.publish(warning(STUDENT));
    kit.test.clock.advance({ minutes: 12 });
    await kit.inbox(counselor, 1);
    await kit.inbox(advisor, 0);
    const school = await kit.test.client();
    const put = (value: object) =>
      school
        .post('/integration/v1/policies/integration.notifications/versions', {
          ...{ effectiveFrom: '2026-01-01', source: '本校消息管理办法' },
          value: { ...new NotificationPolicy(), ...value },
        })
        .expect(201);
    await put({ optionalKinds: ['class-warning-raised'] });
    await kit.publish(warning(STUDENT), warning(STUDENT, 'orange'));
    kit.test.clock.advance({ minutes: 12 });
    const [message] = await kit.inbox(advisor, 1);
    expect(message).toMatchObject({ kind: 'class-warning-raised', count: 1, urgent: false });
    expect(message!.body).toMatch(/由辅导员研判/);
    await put({});

    const said = { admissionId: newId(), step: 2, daysLeft: 7, personIds: [partyOrganizerCs, classAdvisorSe2401] };
    await kit.publish(new AdmissionRemindedV1(said));
    kit.test.clock.advance({ minutes: 70 });
    const [reminder] = await kit.inbox(await kit.test.person(partyOrganizerCs), 1);
    expect(reminder).toMatchObject({
      kind: 'admission-reminded',
      subjects: [{ refs: { admissionId: said.admissionId } }],
    });
    await kit.inbox(advisor, 2);
  });

  it('are made once, however often an event is delivered', async () => {
    const { test } = kit;
    const id = await test.database.transaction(null, (tx) =>
      test.app
        .get(Events)
        .publish(tx, new BookingOfferedV1({ bookingId: newId(), studentId: STUDENT, until: '2026-12-01T05:00:00Z' })),
    );
    await drainEvents(test);
    await test.query(
      sql`UPDATE events.delivery SET handled_at = NULL, dispatched_at = NULL WHERE event_id = ${id} AND consumer = 'integration'`,
    );
    await drainEvents(test);
    await kit.inbox(student, 1);
    expect(await test.query(sql`SELECT FROM events.delivery WHERE event_id = ${id} AND dead_at IS NOT NULL`)).toEqual(
      [],
    );
  });

  it('only what a kind is for: a yellow warning tells nobody at once', async () => {
    await kit.publish(warning(STUDENT, 'yellow'), digest(COUNSELOR));
    const [message] = await kit.inbox(counselor, 1);
    expect(message).toMatchObject({ kind: 'daily-digest', title: '2026-12-01 提要' });
    expect(message!.body).toMatch(/新预警 2，超时 1/);
  });

  it('whoever holds the post no more when it is told gets nothing, and what they are not told is up to another', async () => {
    await kit.publish(
      warning(STUDENT),
      new WarningEscalatedV1({ warningId: newId(), step: 1, personIds: [OTHER_STUDENT] }),
    );
    const moved = sql`UPDATE staffing.appointment SET valid_to = ${'2026-12-01'}`;
    await kit.test.query(sql`${moved} WHERE person_id = ${COUNSELOR}`);
    kit.test.clock.advance({ minutes: 6 });
    const rows = await eventually(async () => {
      const found = await kit.test.query<{ withheld: string }>(
        sql`SELECT withheld_for AS withheld FROM integration.message WHERE closed_at IS NOT NULL AND kind <> 'unreached' ORDER BY kind`,
      );
      expect(found).toHaveLength(2);
      return found;
    });
    await kit.test.query(sql`UPDATE staffing.appointment SET valid_to = NULL WHERE person_id = ${COUNSELOR}`);
    expect(rows.map(({ withheld }) => withheld)).toEqual(['not_answering', 'not_answering']);
    await kit.inbox(counselor, 0, 'kind=warning-raised');
    await kit.inbox(other, 0);
  });

  it('are read, unread again, and read all until a time; numbers say how many are left', async () => {
    await kit.publish(leave(STUDENT), leave(STUDENT), leave(STUDENT));
    const [newest] = await kit.inbox(student, 3);
    const unread = async () =>
      ((await student.get(`${MESSAGES}/unread`).expect(200)).body as { unread: number }).unread;
    expect(await unread()).toBe(3);
    const { body } = await student.post(`${MESSAGES}/${newest!.id}/read`).expect(200);
    expect((body as { readAt: string }).readAt).not.toBeNull();
    await kit.inbox(student, 2, 'unread=true');
    await kit.inbox(student, 1, 'unread=false');
    await student.post(`${MESSAGES}/${newest!.id}/unread`).expect(200);
    expect(await unread()).toBe(3);
    kit.test.clock.advance({ minutes: 1 });
    await kit.publish(leave(STUDENT));
    await kit.inbox(student, 4);
    await student.post(`${MESSAGES}/read`, { until: newest!.at }).expect(200);
    expect(await unread()).toBe(1);
    expect(
      await kit.test.query(
        sql`SELECT FROM integration.message_delivery WHERE channel = 'in_app' AND state = 'delivered' AND read_at IS NOT NULL`,
      ),
    ).toHaveLength(3);
    await student.post(`${MESSAGES}/read`, { until: 'yesterday' }).expect(400);
  });

  it('pages hold every message once, newest first', async () => {
    for (let i = 0; i < 5; i++) {
      await kit.publish(leave(STUDENT));
      kit.test.clock.advance({ seconds: 1 });
    }
    await kit.inbox(student, 5);
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await student.get(`${MESSAGES}?limit=2${cursor}`).expect(200);
      const { data, nextCursor } = body as { data: { id: string }[]; nextCursor: string | null };
      ids.push(...data.map(({ id }) => id));
      if (!nextCursor) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(ids).toEqual((await kit.inbox(student, 5)).map(({ id }) => id));
  });

  it('a person says how to be told, and takes it back', async () => {
    const path = '/integration/v1/notification-preferences';
    expect((await student.get(path).expect(200)).body).toEqual({ language: 'zh', quiet: null, kinds: [], version: 0 });
    const said = {
      language: 'en',
      quiet: { from: '23:00', to: '06:00' },
      kinds: [{ kind: 'leave-approved', channels: ['email'] }],
    };
    expect((await student.put(path, said).expect(200)).body).toEqual({ ...said, version: 1 });
    expect((await other.get(path).expect(200)).body).toMatchObject({ version: 0 });
    const twice = [...said.kinds, ...said.kinds];
    const { body } = await student.put(path, { ...said, kinds: twice }).expect(400);
    expect(body).toMatchObject({ errors: [{ pointer: '#/kinds/1/kind' }] });
    await student.put(path, { ...said, quiet: { from: '25:00', to: '06:00' } }).expect(400);
    await student.put(path, { ...said, kinds: [{ kind: 'gossip', channels: [] }] }).expect(400);
    await student.delete(path).expect(204);
    expect((await student.get(path).expect(200)).body).toMatchObject({ version: 0 });
  });

  it('go with the personal data of a student; of a digest goes what is about them', async () => {
    await kit.publish(leave(OTHER_STUDENT), warning(OTHER_STUDENT), warning(STUDENT));
    kit.test.clock.advance({ minutes: 6 });
    await kit.inbox(other, 1);
    await kit.inbox(counselor, 1, 'kind=warning-raised');
    await kit.publish(new StudentErasedV1(OTHER_STUDENT));
    const left = await kit.test.query<{ subjects: { studentId: string }[] }>(
      sql`SELECT subjects FROM integration.message WHERE subjects::text LIKE ${`%${OTHER_STUDENT}%`} OR person_id = ${OTHER_STUDENT}`,
    );
    expect(left).toEqual([]);
    expect((await kit.inbox(counselor, 1, 'kind=warning-raised'))[0]).toMatchObject({ count: 2 });
  });

  it('say what a school has published: previewed, refused with a pointer, and published by a second person', async () => {
    const path = '/integration/v1/message-templates';
    const [officer, app] = [await kit.test.person(SCHOOL_OFFICER), await kit.test.client('integration:template:write')];
    const words = (body: string) => ({
      kind: 'leave-approved',
      zh: { title: '准假', body },
      en: { title: 'OK', body: 'Go' },
    });
    await (await kit.test.person(OFFICER)).get(path).expect(403);
    await student.get(path).expect(403);
    const preview = await officer.post(`${path}/preview`, words('{{ name }}可以走了')).expect(200);
    expect(preview.body).toMatchObject({ zh: { title: '准假', body: '王芳可以走了' }, en: { body: 'Go' } });
    const refused = await officer.post(path, words('{{ idCard }}')).expect(422);
    expect(refused.body).toMatchObject({ code: 'integration/template-refused', errors: [{ pointer: '#/zh/body' }] });
    await officer.post(path, { ...words('x'), kind: 'gossip' }).expect(400);

    const act = (client: Client, id: string, verb: string, version: number) =>
      client.post(`${path}/${id}/${verb}`).set('If-Match', `"${version}"`);
    const own = (await officer.post(path, words('自己写的')).expect(201)).body as { id: string };
    const second = await act(officer, own.id, 'publish', 1).expect(409);
    expect(second.body).toMatchObject({ code: 'integration/template-second-person-needed' });
    await officer.delete(`${path}/${own.id}`).set('If-Match', '"1"').expect(204);
    const { id } = (await app.post(path, words('{{ name }}可以走了')).expect(201)).body as { id: string };
    await act(app, id, 'publish', 1).expect(403);
    await act(officer, id, 'publish', 7).expect(412);
    await kit.publish(leave(STUDENT));
    expect((await kit.inbox(student, 1))[0]).toMatchObject({ title: '请假已批准' });
    const published = await act(officer, id, 'publish', 1).expect(200);
    expect(published.body).toMatchObject({ number: 1, version: 2 });
    expect((await kit.inbox(student, 1))[0]).toMatchObject({ title: '准假', body: expect.stringMatching(/可以走了$/) });
    await officer.put(`${path}/${id}`, words('另一种')).set('If-Match', '"2"').expect(409);
    await officer.delete(`${path}/${id}`).set('If-Match', '"2"').expect(409);
    const kinds = (await officer.get(`${path}/kinds`).expect(200)).body as { kind: string; number: number }[];
    expect(kinds.find(({ kind }) => kind === 'leave-approved')).toMatchObject({ number: 1 });
    await kit.test.query(sql`DELETE FROM integration.message_template`);
  });

  it('each evening it is found who of the chain cannot be reached', async () => {
    const { test } = kit;
    await test.database.transaction(null, (tx) =>
      test.app.get(NotificationHandlers).everyEvening(tx, { at: test.clock.now(), date: '2026-12-01' }),
    );
    const path = '/integration/v1/unreached/unreachable-people';
    const officer = await test.person(SCHOOL_OFFICER);
    const { data } = (await officer.get(path).expect(200)).body as {
      data: { person: { id: string }; posts: string[]; reason: string }[];
    };
    expect(data.find(({ person }) => person.id === COUNSELOR)).toMatchObject({
      posts: ['counselor'],
      reason: 'no_address',
    });
    expect(data.map(({ person }) => person.id)).not.toContain(campus.staff.classAdvisorSe2401);
    expect(((await counselor.get(path).expect(200)).body as { data: [] }).data).toHaveLength(1);
    await student.get(path).expect(403);
  });
});
