import { sql } from '#database';
import { campus, studentNumbers, TestApp } from '#testing';
import { ZktecoDevice } from '../../../tools/devices/zkteco.js';
import { DeviceListener } from '../src/devices/listener/device-listener.js';
import { Silence } from '../src/devices/listener/silence.service.js';
import { safety } from '../src/safety.module.js';
import { keepAll } from './gates.js';

const PATH = '/safety/v1/devices';
const [ONE, TWO] = studentNumbers as [string, string];

describe('ZKTeco devices', () => {
  let test: TestApp;
  let url: string;
  const device = (serial: string) => new ZktecoDevice(url, serial);

  beforeAll(async () => {
    test = await TestApp.create([safety], { devicePort: 0 });
    await keepAll(test);
    url = `http://127.0.0.1:${test.app.get(DeviceListener).port}`;
    test.clock.set('2026-03-05T18:00:00+08:00');
  });
  afterAll(() => test.close());

  const passesOf = (code: string) =>
    test.query<{ status: string; direction: string; at: Date; corrected: Date | null; raw: string }>(
      sql`SELECT p.status, p.direction, p.at, p.corrected_at AS corrected, p.raw_at AS raw FROM safety.pass p
            JOIN safety.device d ON d.id = p.device_id WHERE d.code = ${code} ORDER BY p.at, p.id`,
    );
  const contactOf = async (code: string) =>
    (
      await test.query<{ stamps: object; refused: string; unknown: object; offset: number | null }>(
        sql`SELECT c.stamps, c.refused, c.unknown_kinds AS unknown, c.clock_offset_seconds AS offset
              FROM safety.device_contact c JOIN safety.device d ON d.id = c.device_id WHERE d.code = ${code}`,
      )
    )[0]!;

  it('are answered in plain text, as they wait for it', async () => {
    const gate = device('GATE-B1');
    expect(await gate.hello()).toEqual({
      status: 200,
      type: 'text/plain',
      text:
        'GET OPTION FROM: GATE-B1\nATTLOGStamp=0\nOPERLOGStamp=9999\nATTPHOTOStamp=None\nErrorDelay=30\nDelay=10\n' +
        'TransTimes=00:00;14:05\nTransInterval=1\nTransFlag=1000000000\nTimeZone=8\nRealtime=1\nEncrypt=None',
    });
    expect((await gate.heartbeat()).text).toBe('OK');
    expect((await gate.get('ping')).text).toBe('OK');
    expect((await gate.get('rtdata', { type: 'time' })).text).toMatch(/^DateTime=\d+,ServerTZ=\+0800$/);
    const door = device('GATE-B2');
    const { text } = await door.hello(true);
    expect(text).toMatch(/^registry=ok\nRegistryCode=[0-9a-f]{32}\nServerVersion=3\.1\.2\n/);
    expect(text).toMatch(/\nSessionID=[0-9a-f]{32}\nTimeoutSec=10$/);
    expect((await door.table('tabledata', 'x', { tablename: 'user', count: '3' })).text).toBe('user=3');
    expect((await fetch(`${url}/safety/v1/devices`)).status).toBe(404);
    expect((await fetch(`${url}/iclock/cdata?SN=a%00b`)).status).toBe(400);
  });

  it('deliver attendance, again and with rows that are wrong, and each pass counts once', async () => {
    const gate = device('GATE-B1');
    const rows: [string, string, number][] = [
      [ONE, '2026-03-05 08:00:00', 1],
      [ONE, '2026-03-05 17:00:00', 0],
      [ONE, '2026-03-05 17:00:00', 0],
      ['T-0001', '2026-03-05 17:01:00', 0],
      [TWO, 'yesterday', 0],
    ];
    expect((await gate.attendance(rows, '77')).text).toBe('OK: 5');
    expect((await gate.attendance(rows, '78')).text).toBe('OK: 5');
    expect((await passesOf('GATE-B1')).map(({ direction, raw }) => [direction, raw])).toEqual([
      ['out', '2026-03-05T08:00:00'],
      ['in', '2026-03-05T17:00:00'],
    ]);
    expect(await contactOf('GATE-B1')).toMatchObject({ stamps: { ATTLOG: '78' }, refused: '4' });
    expect((await gate.hello()).text).toContain('\nATTLOGStamp=78\n');
    // Tabs that became spaces on the way.
    expect((await gate.table('ATTLOG', `${TWO} 2026-03-05 17:30:00 0 15`)).text).toBe('OK: 1');
    expect(await passesOf('GATE-B1')).toHaveLength(3);
  });

  it('lose nothing and double nothing when their numbers begin anew', async () => {
    const door = device('GATE-B2');
    const first = { time: '2026-03-05 09:00:00', pin: ONE, way: 1 };
    expect((await door.events([first, { ...first, pin: '0', time: '2026-03-05 09:00:01' }])).text).toBe('OK');
    door.reset();
    await door.events([{ ...first, time: '2026-03-05 10:00:00', way: 0 }]);
    await door.events([
      { ...first, index: 1 },
      { ...first, index: 9, event: 27 },
      { ...first, index: 10, event: 4711 },
    ]);
    expect((await passesOf('GATE-B2')).map(({ direction }) => direction)).toEqual(['out', 'in']);
    expect((await contactOf('GATE-B2')).unknown).toEqual({ 4711: 1 });
  });

  it('keep nothing of bodies, names and photos', async () => {
    const gate = device('GATE-B1');
    const secret = 'Q2hpbmVzZSBuYW1l';
    expect((await gate.table('OPERLOG', `FP PIN=1\tTMP=${secret}\nUSER PIN=1\tName=${secret}`)).text).toBe('OK: 2');
    for (const table of ['BIODATA', 'ATTPHOTO', 'options', 'somethingNew'])
      expect((await gate.table(table, `pin=1\t${secret}`)).text).toBe('OK');
    expect((await contactOf('GATE-B1')).unknown).toEqual({ 'table somethingNew': 1 });
    const tables = await test.query<{ name: string }>(
      sql`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
           WHERE table_schema IN ('safety', 'events', 'platform') AND table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables) {
      const found = await test.tx.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE '%${secret}%'`);
      expect([name, found]).toEqual([name, []]);
    }
  });

  it('that are not known wait with their records; what is too much is sent again later', async () => {
    const gate = device('ZK-NEW');
    await gate.hello();
    expect((await gate.attendance([[ONE, '2026-03-05 12:00:00', 0]])).text).toBe('OK: 1');
    // A clock that is ahead: not taken now and not lost.
    const ahead = await gate.attendance([[TWO, '2026-03-05 18:30:00', 0]], '5');
    expect([ahead.status, (await contactOf('ZK-NEW')).stamps]).toEqual([503, { ATTLOG: '9999' }]);
    const officer = await test.person(campus.staff.schoolOfficer);
    const { body } = await officer.get(`${PATH}?status=pending`).expect(200);
    expect(body.data).toMatchObject([{ code: 'ZK-NEW', heldPasses: 1 }]);
    await officer.post(`${PATH}/${body.data[0].id}/approve`, { buildingCode: 'B1', directionMode: 'both' }).expect(200);
    expect((await passesOf('ZK-NEW')).map(({ status }) => status)).toEqual(['counted']);
  });

  it('with a clock that is off are noticed, and the passes say what time it was', async () => {
    const gate = device('GATE-B1');
    const local = (at: Date): string => at.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
    const latest = async () => (await passesOf('GATE-B1')).at(-1)!;
    // What it had kept from before it was connected says nothing of its clock.
    await gate.heartbeat();
    const before = (await contactOf('GATE-B1')).offset;
    await gate.attendance([[ONE, '2026-03-05 17:50:00', 1]]);
    expect([(await contactOf('GATE-B1')).offset, (await latest()).corrected]).toEqual([before, null]);
    for (let minute = 0; minute < 11; minute++) {
      test.clock.advance({ minutes: 1 });
      await gate.heartbeat();
    }
    const row = [ONE, local(new Date(test.clock.now().getTime() - 600_000)), 1] as [string, string, number];
    await gate.attendance([row]);
    const offset = (await contactOf('GATE-B1')).offset!;
    expect([offset < -590, offset > -620]).toEqual([true, true]);
    const { at, corrected } = await latest();
    expect([local(at), corrected!.getTime() - at.getTime()]).toEqual([row[1], -offset * 1000]);
    // Sent again: one pass.
    await gate.attendance([row]);
    expect(await passesOf('GATE-B1')).toHaveLength(5);
  });

  it('that call and send nothing for longer than usual are reported, until they send again', async () => {
    const gate = device('GATE-B1');
    const officer = await test.person(campus.staff.schoolOfficer);
    const silent = async () => {
      await gate.heartbeat();
      await test.database.background((tx) => test.app.get(Silence).check(tx));
      const { body } = await officer.get(`${PATH}?state=silent`).expect(200);
      return (body.data as { code: string }[]).map(({ code }) => code);
    };
    const told = () =>
      test.query<{ payload: object }>(
        sql`SELECT payload FROM events.event WHERE name = 'safety.device-silence.v1' ORDER BY id`,
      );
    test.clock.advance({ hours: 2, minutes: 59 });
    expect(await silent()).toEqual([]);
    test.clock.advance({ minutes: 2 });
    expect(await silent()).toEqual(['GATE-B1']);
    expect(await silent()).toEqual(['GATE-B1']);
    expect(await told()).toHaveLength(1);
    await gate.attendance([[TWO, '2026-03-05 21:00:00', 0]]);
    expect(await silent()).toEqual([]);
    expect((await told()).map(({ payload }) => 'until' in payload)).toEqual([false, true]);
    // One that does not call at all is offline, not silent.
    expect((await officer.get(`${PATH}?state=offline`).expect(200)).body.data).toHaveLength(2);
    // One that never sent anything is silent, too.
    const approved = new Date(test.clock.now().getTime() - 14_400_000);
    await test.query(sql`UPDATE safety.device SET approved_at = ${approved} WHERE code = 'GATE-B2'`);
    await test.query(
      sql`UPDATE safety.device_contact SET recorded_at = NULL WHERE device_id = (SELECT id FROM safety.device WHERE code = 'GATE-B2')`,
    );
    await device('GATE-B2').heartbeat();
    expect(await silent()).toEqual(['GATE-B2']);
  });

  it('deliver ten thousand rows at once', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i): [string, string, number] => {
      const at = new Date(Date.UTC(2026, 1, 1) + i * 60_000).toISOString();
      return [studentNumbers[i % 8]!, `${at.slice(0, 10)} ${at.slice(11, 19)}`, i % 2];
    });
    expect((await device('GATE-B1').attendance(rows)).text).toBe('OK: 10000');
    expect(await passesOf('GATE-B1')).toHaveLength(10_006);
  });
});
