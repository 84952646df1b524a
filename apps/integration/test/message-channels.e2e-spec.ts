import { LeaveApprovedV1, WarningEscalatedV1 } from '#contracts';
import { newId, sql } from '#database';
import { type Client, eventually, fireTimers } from '#testing';
import { NotificationPolicy } from '../src/notifications/notifications.policy.js';
import { DingtalkStand, MailStand, WecomStand } from './channel-stands.js';
import { COUNSELOR, NotificationKit, OFFICER, OTHER_STUDENT, SCHOOL_OFFICER, STUDENT } from './notification-kit.js';

const CHANNELS = '/integration/v1/notification-channels';
const PREFERENCES = '/integration/v1/notification-preferences';
const UNREACHED = '/integration/v1/unreached';
const DELIVERIES = '/integration/v1/message-deliveries';

type Key = 'email' | 'wecom' | 'dingtalk';
interface ChannelRow {
  id: string;
  key: Key;
  version: number;
}
interface Delivery {
  id: string;
  version: number;
  channel: string;
  state: string;
  problem: string | null;
  notBefore: string | null;
  readAt: string | null;
  attempts: { problem: string | null }[];
}

const leaves = (count: number): LeaveApprovedV1[] =>
  Array.from(
    { length: count },
    () =>
      new LeaveApprovedV1({
        leaveId: newId(),
        studentId: STUDENT,
        startsAt: '2026-12-02T00:00:00Z',
        endsAt: '2026-12-03T00:00:00Z',
      }),
  );
const urgent = (...personIds: string[]): WarningEscalatedV1 =>
  new WarningEscalatedV1({ warningId: newId(), step: 1, personIds });

describe('channels of messages', () => {
  let kit: NotificationKit;
  let admin: Client;
  let student: Client;
  let policies: Client;
  const [wecom, dingtalk, mail] = [new WecomStand(), new DingtalkStand(), new MailStand()];

  beforeAll(async () => {
    [kit] = await Promise.all([NotificationKit.create(), wecom.start(), dingtalk.start(), mail.start()]);
    admin = await kit.test.client('integration:channel:manage', 'integration:delivery:manage');
    policies = await kit.test.client();
    student = await kit.test.person(STUDENT);
    wecom.minute = () => Math.floor(kit.test.clock.now().getTime() / 60_000);
  });
  afterAll(async () => {
    await kit?.test.close();
    await Promise.all([wecom.close(), dingtalk.close(), mail.close()]);
  });
  beforeEach(async () => {
    kit.test.clock.set('2026-12-01T10:02:00+08:00');
    for (const table of [
      sql`message`,
      sql`unreached`,
      sql`channel_use`,
      sql`channel_identity`,
      sql`notification_preference`,
      sql`email_code`,
    ])
      await kit.test.query(sql`DELETE FROM integration.${table}`);
    await kit.test.query(sql`UPDATE integration.channel SET enabled = FALSE`);
    wecom.arrived.length = dingtalk.arrived.length = mail.got.length = wecom.asked.length = 0;
    mail.status = () => 250;
  });

  const SETTINGS: Record<Key, () => object> = {
    wecom: () => ({ settings: { corpId: 'ww1', agentId: 7, origin: wecom.origin }, secret: 'wecom-secret' }),
    dingtalk: () => ({ settings: { appKey: 'ding1', agentId: 9, origin: dingtalk.origin }, secret: 'ding-secret' }),
    email: () => ({
      settings: { host: '127.0.0.1', port: mail.port, encryption: 'none', from: 'yizhan@example.edu.cn' },
    }),
  };

  async function channel(key: Key): Promise<ChannelRow> {
    const rows = (await admin.get(CHANNELS).expect(200)).body as ChannelRow[];
    return rows.find((row) => row.key === key)!;
  }
  const change = async (key: Key, said: object, status: number): Promise<unknown> => {
    const { id, version } = await channel(key);
    return (await admin.put(`${CHANNELS}/${id}`, said).set('If-Match', `"${version}"`).expect(status)).body;
  };
  async function on(key: Key, addresses: Record<string, string | null> = {}): Promise<void> {
    const { id, version } = await channel(key);
    await admin
      .put(`${CHANNELS}/${id}`, { enabled: true, ...SETTINGS[key]() })
      .set('If-Match', `"${version}"`)
      .expect(200);
    const rows = Object.entries(addresses).map(([person, address]) => ({ id: person, address }));
    if (rows.length > 0) {
      const { body } = await admin.post(`${CHANNELS}/${id}/identities`, { rows }).expect(200);
      expect((body as { rows: { problem: null }[] }).rows.filter(({ problem }) => problem)).toEqual([]);
    }
  }
  const putPolicy = (value: object) =>
    policies.post('/integration/v1/policies/integration.notifications/versions', {
      ...{ effectiveFrom: '2026-01-01', source: '本校消息管理办法' },
      value: { ...new NotificationPolicy(), ...value },
    });
  async function deliveries(channelKey: string, personId = STUDENT): Promise<Delivery[]> {
    const { body } = await admin.get(`${DELIVERIES}?channel=${channelKey}&personId=${personId}&limit=200`).expect(200);
    return (body as { data: Delivery[] }).data;
  }
  const settled = (channelKey: string, expected: object[], personId = STUDENT): Promise<Delivery[]> =>
    eventually(async () => {
      const found = await deliveries(channelKey, personId);
      expect(found).toMatchObject(expected);
      expect(found).toHaveLength(expected.length);
      return found;
    });

  it('secrets are never answered, settings are checked, and nothing is enabled half', async () => {
    await on('wecom');
    const found = await channel('wecom');
    expect(found).toMatchObject({ enabled: true, hasSecret: true });
    expect(JSON.stringify(found)).not.toContain('wecom-secret');
    expect(await change('wecom', { enabled: true, settings: { corpId: 'ww1' } }, 400)).toMatchObject({
      errors: [{ pointer: '#/settings/agentId' }],
    });
    await change('dingtalk', { enabled: true, settings: { appKey: 'k', agentId: 1 }, secret: null }, 422);
    const stale = await channel('wecom');
    await admin.put(`${CHANNELS}/${stale.id}`, { enabled: false, settings: {} }).set('If-Match', '"1"').expect(412);
    const { rows } = (
      await admin
        .post(`${CHANNELS}/${stale.id}/identities`, {
          rows: [
            { id: STUDENT, address: 'zhang' },
            { id: OTHER_STUDENT, address: 'ZHANG' },
            { id: newId(), address: 'li' },
            { id: OTHER_STUDENT, address: 'a|b' },
          ],
        })
        .expect(200)
    ).body as { rows: { status: string | null; problem: { code: string } | null }[] };
    expect(rows.map(({ status, problem }) => status ?? problem?.code)).toEqual([
      ...['set', 'integration/address-taken', 'http/not-found', 'http/invalid'],
    ]);
  });

  it('企业微信 drops beyond 30 a minute without a word, so what is more waits, and all arrive', async () => {
    wecom.members.add('zhang');
    await on('wecom', { [STUDENT]: 'zhang' });
    await kit.publish(...leaves(35));
    await eventually(() => expect(wecom.arrived).toHaveLength(30));
    await eventually(async () =>
      expect(
        (await deliveries('wecom')).filter(({ state, problem }) => state === 'waiting' && problem === 'QUOTA'),
      ).toHaveLength(5),
    );
    kit.test.clock.advance({ seconds: 61 });
    await eventually(() => expect(wecom.arrived).toHaveLength(35));
    expect(wecom.asked).toHaveLength(35);
    expect(wecom.asked[0]).toMatchObject({ touser: 'zhang', agentid: 7, enable_duplicate_check: 1 });
  });

  it('its success with invaliduser is a failure, and a token that ended is taken anew', async () => {
    await on('wecom', { [STUDENT]: 'nobody' });
    await kit.publish(...leaves(1));
    const [failed] = await settled('wecom', [{ state: 'failed', problem: 'ADDRESS_REFUSED', attempts: [{}] }]);
    wecom.members.add('nobody');
    wecom.endTokens();
    const before = wecom.tokens;
    await admin.post(`${DELIVERIES}/${failed!.id}/retry`).set('If-Match', `"${failed!.version}"`).expect(200);
    const [sent] = await settled('wecom', [
      { state: 'sent', problem: null, attempts: [{ problem: 'ADDRESS_REFUSED' }, { problem: null }] },
    ]);
    expect(wecom.tokens).toBe(before + 1);
    await admin.post(`${DELIVERIES}/${sent!.id}/retry`).set('If-Match', `"${sent!.version}"`).expect(409);
    wecom.members.delete('nobody');
  });

  it('钉钉 answers success for what it drops: it is asked, and what was dropped for the day goes out the next', async () => {
    dingtalk.perDay = 2;
    await on('dingtalk', { [STUDENT]: 'ding-zhang' });
    await kit.publish(...leaves(3));
    // The same words thrice: each text differs, or two would be dropped.
    await eventually(() => expect(dingtalk.arrived).toHaveLength(2));
    await settled('dingtalk', [{ state: 'sent' }, { state: 'sent' }, { state: 'sent' }]);
    dingtalk.read.add('ding-zhang');
    kit.test.clock.advance({ seconds: 31 });
    const after = await eventually(async () => {
      const found = await deliveries('dingtalk');
      expect(found.filter(({ state, readAt }) => state === 'delivered' && readAt)).toHaveLength(2);
      expect(found.filter(({ state }) => state === 'waiting')).toHaveLength(1);
      return found;
    });
    const waiting = after.find(({ state }) => state === 'waiting')!;
    expect(waiting).toMatchObject({ problem: 'DINGTALK_143105' });
    expect(new Date(waiting.notBefore!).getTime()).toBeGreaterThan(new Date('2026-12-02T00:00:00+08:00').getTime());
    expect([0, 30]).not.toContain(new Date(waiting.notBefore!).getUTCMinutes());
    dingtalk.perDay = 500;
  });

  it('mail: 4xx is tried again, 5xx is not; an address is proved by a code', async () => {
    await on('email');
    await student.post(`${PREFERENCES}/email`, { address: 'not one' }).expect(400);
    await student.post(`${PREFERENCES}/email`, { address: 'zhang@example.edu.cn' }).expect(204);
    await student.post(`${PREFERENCES}/email`, { address: 'zhang@example.edu.cn' }).expect(409);
    const text = Buffer.from(mail.got[0]!.source.split('\r\n\r\n')[1]!.replace(/\s/g, ''), 'base64').toString();
    const code = /\d{6}/.exec(
      /Your code is \d{6}/.exec(text)?.[0] ?? mail.got[0]!.source.match(/code is \d{6}/)![0],
    )![0];
    const wrong = code === '000000' ? '000001' : '000000';
    await student.post(`${PREFERENCES}/email/confirm`, { code: wrong }).expect(422);
    const { body } = await student.post(`${PREFERENCES}/email/confirm`, { code }).expect(200);
    expect(body).toContainEqual({ channel: 'email', enabled: true, address: 'zhang@example.edu.cn', source: 'own' });
    await student.post(`${PREFERENCES}/email/confirm`, { code }).expect(422);

    mail.status = () => 451;
    await kit.publish(...leaves(1));
    await settled('email', [{ state: 'waiting', problem: 'SMTP_451', attempts: [{ problem: 'SMTP_451' }] }]);
    mail.status = () => 250;
    kit.test.clock.advance({ seconds: 6 });
    await settled('email', [{ state: 'sent', attempts: [{ problem: 'SMTP_451' }, { problem: null }] }]);
    expect(mail.got.at(-1)).toMatchObject({
      to: 'zhang@example.edu.cn',
      source: expect.stringMatching(/Auto-Submitted: auto-generated/),
    });
    mail.status = () => 550;
    await kit.publish(...leaves(1));
    await eventually(async () =>
      expect((await deliveries('email'))[0]).toMatchObject({ state: 'failed', problem: 'SMTP_550' }),
    );
  });

  it('quiet hours put off what is not urgent until morning; a channel that is off by then gets nothing', async () => {
    wecom.members.add('zhang').add('wang');
    await on('wecom', { [STUDENT]: 'zhang', [COUNSELOR]: 'wang' });
    kit.test.clock.set('2026-12-01T23:40:00+08:00');
    await kit.publish(...leaves(1), urgent(COUNSELOR));
    await settled('wecom', [{ state: 'sent' }], COUNSELOR);
    const [waiting] = await settled('wecom', [{ state: 'waiting', attempts: [] }]);
    const morning = new Date('2026-12-02T07:00:00+08:00').getTime();
    expect(new Date(waiting!.notBefore!).getTime()).toBeGreaterThan(morning);
    expect(new Date(waiting!.notBefore!).getTime()).toBeLessThan(morning + 7 * 60_000);
    await change('wecom', { enabled: false, ...SETTINGS.wecom() }, 200);
    kit.test.clock.set('2026-12-02T07:08:00+08:00');
    await settled('wecom', [{ state: 'skipped', problem: 'CHANNEL_OFF' }]);
    expect(wecom.arrived.map(({ to }) => to)).toEqual(['wang']);
  });

  it('what a channel fails for good goes out over the next, within quotas; what is read, or nobody wants elsewhere, does not', async () => {
    await on('wecom', { [STUDENT]: 'nobody' });
    await on('email', { [STUDENT]: 'zhang@example.edu.cn' });
    await kit.publish(...leaves(1));
    await settled('wecom', [{ state: 'failed', problem: 'ADDRESS_REFUSED' }]);
    await settled('email', [{ state: 'sent', attempts: [{ problem: null }] }]);
    await settled('dingtalk', []);
    expect(mail.got).toMatchObject([{ to: 'zhang@example.edu.cn' }]);

    // The school's order of channels is its policy, a person's own comes first.
    await putPolicy({ channels: [{ kind: 'leave-approved', channels: ['wecom'] }] }).expect(201);
    await kit.publish(...leaves(1));
    await settled('wecom', [{ state: 'failed' }, { state: 'failed' }]);
    await settled('email', [{ state: 'sent' }]);
    const own = { language: 'zh', quiet: null, kinds: [{ kind: 'leave-approved', channels: ['wecom', 'email'] }] };
    await student.put(PREFERENCES, own).expect(200);
    await kit.publish(...leaves(1));
    await settled('email', [{ state: 'sent' }, { state: 'sent' }]);
    const twice = [
      { kind: 'leave-approved', channels: ['wecom'] },
      { kind: 'leave-approved', channels: [] },
    ];
    const { body } = await putPolicy({ channels: twice }).expect(400);
    expect(body).toMatchObject({ errors: [{ pointer: '#/value/channels/1/kind' }] });
    await putPolicy({}).expect(201);
  });

  it('a channel that is turned off by the morning leaves it to the next', async () => {
    wecom.members.add('zhang');
    await on('wecom', { [STUDENT]: 'zhang' });
    await on('email', { [STUDENT]: 'zhang@example.edu.cn' });
    kit.test.clock.set('2026-12-01T23:40:00+08:00');
    await kit.publish(...leaves(1));
    await settled('wecom', [{ state: 'waiting' }]);
    await change('wecom', { enabled: false, ...SETTINGS.wecom() }, 200);
    kit.test.clock.set('2026-12-02T07:08:00+08:00');
    await settled('wecom', [{ state: 'skipped', problem: 'CHANNEL_OFF' }]);
    await settled('email', [{ state: 'sent' }]);
  });

  it('an urgent message that no channel delivered is up to a named other within minutes', async () => {
    wecom.members.add('li');
    await on('wecom', { [COUNSELOR]: 'gone', [SCHOOL_OFFICER]: 'li' });
    await kit.publish(urgent(COUNSELOR));
    await settled('wecom', [{ state: 'failed' }], COUNSELOR);
    const officer = await kit.test.person(SCHOOL_OFFICER);
    const counselor = await kit.test.person(COUNSELOR);
    const open = async (client: Client) =>
      ((await client.get(UNREACHED).expect(200)).body as { data: { id: string; version: number; actions: string[] }[] })
        .data;
    expect(await open(officer)).toEqual([]);
    kit.test.clock.advance({ minutes: 11 });
    await fireTimers(kit.test);
    const [task] = await eventually(async () => {
      const found = await open(officer);
      expect(found).toMatchObject([
        { kind: 'warning-escalated', reason: 'failed', status: 'open', step: 1, actions: ['take'] },
      ]);
      return found;
    });
    expect((task as unknown as { assignees: { id: string }[] }).assignees.map(({ id }) => id).sort()).toEqual(
      [OFFICER, SCHOOL_OFFICER].sort(),
    );
    // Who is told of it is told over channels too.
    await eventually(() =>
      expect(wecom.arrived).toMatchObject([{ to: 'li', text: expect.stringMatching(/紧急消息未能送达/) }]),
    );
    expect(await open(counselor)).toEqual([]);
    await counselor.get(`${UNREACHED}/${task!.id}`).expect(404);
    const act = (client: Client, verb: string, version: number) =>
      client.post(`${UNREACHED}/${task!.id}/${verb}`).set('If-Match', `"${version}"`);
    await act(counselor, 'take', task!.version).expect(404);
    await act(officer, 'finish', task!.version).expect(409);
    const { body } = await act(officer, 'take', task!.version).expect(200);
    expect(body).toMatchObject({ status: 'taken', takenBy: { id: SCHOOL_OFFICER }, actions: ['release', 'finish'] });
    await act(officer, 'take', task!.version).expect(409);
    await act(officer, 'finish', 2).expect(200);
  });

  it('one that was read, or that a channel took, is up to nobody', async () => {
    wecom.members.add('li');
    await on('wecom', { [SCHOOL_OFFICER]: 'li' });
    await kit.publish(urgent(SCHOOL_OFFICER));
    await settled('wecom', [{ state: 'sent' }], SCHOOL_OFFICER);
    kit.test.clock.advance({ minutes: 11 });
    await fireTimers(kit.test);
    expect(await kit.test.query(sql`SELECT FROM integration.unreached`)).toEqual([]);
  });
});
