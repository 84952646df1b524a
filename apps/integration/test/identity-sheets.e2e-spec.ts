import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type supertest from 'supertest';
import { sql } from '#database';
import { writeTable } from '#exchange';
import { type Client } from '#testing';
import { COUNSELOR, NotificationKit, OTHER_STUDENT, STUDENT } from './notification-kit.js';

const SHEET = '/integration/v1/notification-channels/identity-sheet';

describe('a sheet of addresses', () => {
  let kit: NotificationKit;
  let admin: Client;
  let numbers: Record<string, string>;

  beforeAll(async () => {
    kit = await NotificationKit.create();
    admin = await kit.test.client('integration:channel:manage');
    const people = [STUDENT, OTHER_STUDENT, COUNSELOR];
    const rows = await kit.test.query<{ id: string; number: string }>(
      sql`SELECT id, number FROM directory.person WHERE id = ANY(${people}::uuid[])`,
    );
    numbers = Object.fromEntries(rows.map(({ id, number }) => [id, number]));
  });
  afterAll(() => kit?.test.close());
  beforeEach(async () => {
    await kit.test.query(sql`DELETE FROM integration.channel_identity`);
  });

  const send = (sheet: string | Buffer, query = '', by = admin): supertest.Test =>
    by.post(`${SHEET}${query}`).attach('file', Buffer.from(sheet), 'addresses.csv');
  const csv = (...rows: [person: string, channel: string, address: string][]): string =>
    ['学号/工号,渠道,标识', ...rows.map(([person, ...rest]) => [numbers[person] ?? person, ...rest].join(','))].join(
      '\n',
    );
  const counts = (created: number, changed: number, removed: number, unchanged: number, dryRun = false) => ({
    ...{ created, changed, removed, unchanged, dryRun },
  });
  async function own(personId: string): Promise<Record<string, string>> {
    const person = await kit.test.person(personId);
    const { body } = await person.get('/integration/v1/notification-preferences/channels').expect(200);
    const channels = body as { channel: string; address: string | null }[];
    return Object.fromEntries(channels.flatMap(({ channel, address }) => (address ? [[channel, address]] : [])));
  }

  it('sets, compares without writing, changes nothing the second time, and removes', async () => {
    const sheet = csv(
      [STUDENT, '企业微信', 'zhang'],
      [STUDENT, '邮箱', 'z@example.edu.cn'],
      [COUNSELOR, 'DingTalk', 'w1'],
    );
    expect((await send(sheet, '?dryRun=true').expect(200)).body).toEqual(counts(3, 0, 0, 0, true));
    expect(await own(STUDENT)).toEqual({});
    expect((await send(sheet).expect(200)).body).toEqual(counts(3, 0, 0, 0));
    expect((await send(sheet).expect(200)).body).toEqual(counts(0, 0, 0, 3));
    expect(await own(STUDENT)).toEqual({ wecom: 'zhang', email: 'z@example.edu.cn' });
    const next = csv([STUDENT, 'wecom', 'Zhang'], [STUDENT, 'email', ''], [OTHER_STUDENT, 'email', '']);
    expect((await send(next).expect(200)).body).toEqual(counts(0, 1, 1, 1));
    expect(await own(STUDENT)).toEqual({ wecom: 'Zhang' });
    expect(await own(COUNSELOR)).toEqual({ dingtalk: 'w1' });
    const entries = await kit.test.query<{ action: string; subject: string }>(
      sql`SELECT action, subject_id AS subject FROM platform.audit WHERE action = 'integration.channel-identity.import'`,
    );
    expect(new Set(entries.map(({ subject }) => subject)).size).toBe(3);
  });

  it('is the same as a workbook', async () => {
    async function* lines() {
      yield ['number', 'channel', 'address'];
      yield [numbers[STUDENT]!, 'wecom', 'zhang'];
    }
    const book = await buffer(Readable.from(writeTable(lines(), { type: 'xlsx' })));
    expect((await send(book).expect(200)).body).toEqual(counts(1, 0, 0, 0));
    expect(await own(STUDENT)).toEqual({ wecom: 'zhang' });
  });

  it('two people may exchange their addresses', async () => {
    await send(csv([STUDENT, 'wecom', 'a1'], [OTHER_STUDENT, 'wecom', 'b1'])).expect(200);
    const { body } = await send(csv([STUDENT, 'wecom', 'b1'], [OTHER_STUDENT, 'wecom', 'a1'])).expect(200);
    expect(body).toEqual(counts(0, 2, 0, 0));
    expect([await own(STUDENT), await own(OTHER_STUDENT)]).toEqual([{ wecom: 'b1' }, { wecom: 'a1' }]);
  });

  it('says of each row what is wrong, gives the sheet back with it, and writes nothing', async () => {
    await send(csv([COUNSELOR, 'wecom', 'wang'])).expect(200);
    const wrong = csv(
      [OTHER_STUDENT, 'wecom', 'li'],
      ['999999', 'wecom', 'nobody'],
      [STUDENT, 'qq', '10001'],
      [STUDENT, 'wecom', 'a|b'],
      [STUDENT, 'wecom', 'WANG'],
      [STUDENT, 'dingtalk', 'd1'],
      [STUDENT, '钉钉', 'd2'],
      [COUNSELOR, 'dingtalk', 'D1'],
    );
    const refused = (await send(wrong).expect(422)).body as {
      code: string;
      errors: { pointer: string; line: number }[];
    };
    expect(refused.code).toBe('integration/identity-sheet-refused');
    const said = refused.errors.map(({ pointer, line }) => `${line} ${pointer}`).sort();
    expect(said).toEqual([
      ...['3 #/file/number', '4 #/file/channel', '5 #/file/address', '6 #/file/address'],
      ...['8 #/file/number', '9 #/file/address'],
    ]);
    expect([await own(OTHER_STUDENT), await own(STUDENT)]).toEqual([{}, {}]);
    // That one was told whose addresses are taken stays, though nothing else does.
    const looked = await kit.test.query(
      sql`SELECT 1 FROM platform.audit WHERE action = 'integration.channel-identity.import-refused'`,
    );
    expect(looked).toHaveLength(2);
    const { text } = await send(wrong, '/check').set('Accept-Language', 'zh').expect(200);
    const rows = text.trim().split('\n');
    expect(rows[0]).toMatch(/错误\r?$/);
    expect(rows[1]).toMatch(/,li,\r?$/);
    expect(rows[5]).toMatch(/已属于另一人/);
    // The row that is right by itself, and the sheet once its other rows are gone.
    const right = await send([rows[0], rows[1]].join('\n')).expect(200);
    expect(right.body).toEqual(counts(1, 0, 0, 0));
  });

  it('who has left gets no address, and loses the one they have', async () => {
    await send(csv([OTHER_STUDENT, 'wecom', 'li'])).expect(200);
    await kit.test.query(sql`UPDATE directory.person SET active = FALSE WHERE id = ${OTHER_STUDENT}`);
    await send(csv([OTHER_STUDENT, 'wecom', 'li2'])).expect(422);
    expect((await send(csv([OTHER_STUDENT, 'wecom', ''])).expect(200)).body).toEqual(counts(0, 0, 1, 0));
    await kit.test.query(sql`UPDATE directory.person SET active = TRUE WHERE id = ${OTHER_STUDENT}`);
  });

  it('is for whoever may set addresses, and no table is refused as such', async () => {
    await send(csv([STUDENT, 'wecom', 'a1']), '', await kit.test.person(STUDENT)).expect(403);
    await send(csv([STUDENT, 'wecom', 'a1']), '', await kit.test.client('integration:delivery:manage')).expect(403);
    await send('学号\n1\n').expect(422);
    await send(Buffer.from('<html>')).expect(400);
  });
});
