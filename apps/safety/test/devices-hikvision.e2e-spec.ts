import { once } from 'node:events';
import { connect } from 'node:net';
import { sql } from '#database';
import { campus, studentNumbers, TestApp } from '#testing';
import { DeviceListener } from '../src/devices/listener/device-listener.js';
import { safety } from '../src/safety.module.js';
import { check, keepAll, pass, send } from './gates.js';

const PATH = '/safety/v1/devices';
const [ONE, TWO] = studentNumbers as [string, string];
const MAC = '44:19:b6:00:00:01';
const SECRET = 'Q2hpbmVzZSBuYW1l';

/** As the maker's guide has it, with made-up values. */
const eventJson = (event: object, at: string, mac = MAC): string =>
  JSON.stringify({
    ipAddress: '10.8.0.31',
    portNo: 80,
    protocol: 'HTTP',
    macAddress: mac,
    channelID: 1,
    dateTime: at,
    activePostCount: 1,
    eventType: 'AccessControllerEvent',
    eventState: 'active',
    eventDescription: 'Access Controller Event',
    AccessControllerEvent: {
      deviceName: '1栋东门',
      majorEventType: 5,
      subEventType: 75,
      name: SECRET,
      cardReaderKind: 1,
      cardReaderNo: 1,
      doorNo: 1,
      userType: 'normal',
      currentVerifyMode: 'cardOrFaceOrFp',
      currentEvent: true,
      attendanceStatus: 'undefined',
      mask: 'unknown',
      ...event,
    },
  });

const HEARTBEAT = `{"ipAddress":"10.8.0.31","portNo":80,"protocol":"HTTP","macAddress":"${MAC}","channelID":1,"dateTime":"2026-03-05T18:00:00+08:00","activePostCount":1,"eventType":"heartBeat","eventState":"active","eventDescription":"Heartbeat"}`;
const VIDEOLOSS = `{"ipAddress":"10.8.0.31","macAddress":"${MAC}","channelID":1,"dateTime":"2026-03-05T18:00:00+08:00","activePostCount":1,"eventType":"videoloss","eventState":"inactive","eventDescription":"videoloss alarm"}`;

const eventXml = (number: string, serial: number, at: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<ipAddress>10.8.0.31</ipAddress>
<portNo>80</portNo>
<protocol>HTTP</protocol>
<macAddress>${MAC}</macAddress>
<channelID>1</channelID>
<dateTime>${at}</dateTime>
<activePostCount>1</activePostCount>
<eventType>AccessControllerEvent</eventType>
<eventState>active</eventState>
<eventDescription>Access Controller Event</eventDescription>
<AccessControllerEvent>
<deviceName>1&#x680B;&amp;2</deviceName>
<majorEventType>5</majorEventType>
<subEventType>1</subEventType>
<cardNo>1234567</cardNo>
<name>阿依&#183;古丽</name>
<cardReaderNo>2</cardReaderNo>
<employeeNoString>${number}</employeeNoString>
<serialNo>${serial}</serialNo>
</AccessControllerEvent>
</EventNotificationAlert>
`;

describe('Hikvision devices', () => {
  let test: TestApp;
  let port: number;

  beforeAll(async () => {
    test = await TestApp.create([safety], { devicePort: 0 });
    await keepAll(test);
    port = test.app.get(DeviceListener).port;
    test.clock.set('2026-03-05T18:00:00+08:00');
  });
  afterAll(() => test.close());

  /** Bytes as they are; the whole answer. */
  const exchange = async (...bytes: (string | Buffer)[]): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    for (const part of bytes) socket.write(part);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };
  const post = async (path: string, type: string, body: string | Buffer): Promise<string> => {
    const head = `POST ${path} HTTP/1.1\r\nHost: 10.8.0.2:8088\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
    const [status, rest] = (await exchange(head, body)).split(/\r\n(?<rest>[^]*)/) as [string, string];
    const text = rest.slice(rest.indexOf('\r\n\r\n') + 4);
    return `${status.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)}${text && ` ${text}`}`;
  };
  const json = (event: object, at: string, path = '/hikvision/GATE-B1') =>
    post(path, 'application/json; charset="UTF-8"', eventJson(event, at));
  const passesOf = (code: string) =>
    test.query<{ status: string; direction: string; at: Date; record: string }>(
      sql`SELECT p.status, p.direction, p.at, p.record_id AS record FROM safety.pass p
            JOIN safety.device d ON d.id = p.device_id WHERE d.code = ${code} ORDER BY p.at, p.id`,
    );
  const contactOf = async (code: string) =>
    (
      await test.query<{ protocol: string; refused: string; unknown: object; serial: string; offset: number | null }>(
        sql`SELECT c.protocol, c.refused, c.unknown_kinds AS unknown, c.last_serial AS serial, c.clock_offset_seconds AS "offset"
              FROM safety.device_contact c JOIN safety.device d ON d.id = c.device_id WHERE d.code = ${code}`,
      )
    )[0]!;

  it('deliver events as JSON, once each, and are answered with an empty 200', async () => {
    const first = { employeeNoString: ONE, serialNo: 1502, frontSerialNo: 1501 };
    expect(await json(first, '2026-03-05T17:10:00+08:00')).toBe('200');
    expect(await json(first, '2026-03-05T17:10:00+08:00')).toBe('200');
    // Without a zone, by the other reader; with UTC; by what the person said.
    const next = { employeeNoString: ONE, serialNo: 1503, frontSerialNo: 1502, cardReaderNo: 2, subEventType: 1 };
    expect(await json(next, '2026-03-05T17:11:00')).toBe('200');
    expect(await json({ employeeNoString: TWO, serialNo: 1504 }, '2026-03-05T09:12:00Z')).toBe('200');
    const said = { employeeNoString: TWO, serialNo: 1505, attendanceStatus: 'checkOut' };
    expect(await json(said, '2026-03-05T17:13:00+08:00')).toBe('200');
    expect(
      (await passesOf('GATE-B1')).map(({ record, direction, at }) => [record, direction, at.toISOString()]),
    ).toEqual([
      ['1502', 'in', '2026-03-05T09:10:00.000Z'],
      ['1503', 'out', '2026-03-05T09:11:00.000Z'],
      ['1504', 'in', '2026-03-05T09:12:00.000Z'],
      ['1505', 'out', '2026-03-05T09:13:00.000Z'],
    ]);
    expect(await contactOf('GATE-B1')).toMatchObject({ protocol: 'hikvision', refused: '0', serial: '1505' });
  });

  it('deliver them as XML, and in multipart bodies beside pictures', async () => {
    expect(await post('/hikvision/GATE-B1', 'application/xml', eventXml(ONE, 1506, '2026-03-05T17:14:00+08:00'))).toBe(
      '200',
    );
    const picture = Buffer.concat([
      Buffer.from([0xff, 0xd8]),
      Buffer.from(`{"{{\r\n--${SECRET}--\r\n`),
      Buffer.alloc(300_000, 0x7b),
      Buffer.from([0xff, 0xd9]),
    ]);
    const multipart = (type: string, name: string, text: string | Buffer): Buffer =>
      Buffer.concat([
        Buffer.from(
          `--MIME_boundary\r\nContent-Disposition: form-data; name="${name}"\r\n${type && `Content-Type: ${type}\r\n`}` +
            `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n`,
        ),
        Buffer.from(text),
        Buffer.from(
          `\r\n--MIME_boundary\r\nContent-Disposition: form-data; name="Picture"; filename="Picture.jpg"\r\n` +
            `Content-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\nContent-ID: pictureImage\r\n\r\n`,
        ),
        picture,
        Buffer.from('\r\n--MIME_boundary--\r\n'),
      ]);
    const send = (body: Buffer, type = 'multipart/form-data; boundary=MIME_boundary') =>
      post('/hikvision/GATE-B1', type, body);
    const event = (serialNo: number) =>
      eventJson({ employeeNoString: ONE, serialNo }, `2026-03-05T17:${serialNo - 1492}:00+08:00`);
    expect(await send(multipart('application/json', 'event_log', event(1507)))).toBe('200');
    expect(await send(multipart('', 'AccessControllerEvent', event(1508)))).toBe('200');
    expect(await send(multipart('application/xml', 'x', eventXml(ONE, 1509, '2026-03-05T17:17:00+08:00')))).toBe('200');
    // A type that is wrong, and a name in GBK whose last byte is a backslash.
    const gbk = Buffer.from(event(1510).replace(SECRET, '@@').replace('1栋东门', 'B1'));
    gbk.set([0x81, 0x5c], gbk.indexOf('@@'));
    expect(await send(multipart('application/json', 'event_log', gbk), 'application/octet-stream')).toBe('200');
    expect((await passesOf('GATE-B1')).map(({ record }) => record).slice(4)).toEqual([
      '1506',
      '1507',
      '1508',
      '1509',
      '1510',
    ]);
  });

  it('are there when they say so, whatever else they tell', async () => {
    for (const body of [HEARTBEAT, VIDEOLOSS, ''])
      expect(await post('/hikvision/GATE-B1', 'application/json', body)).toBe('200');
    const other = HEARTBEAT.replace('heartBeat', 'diskfull');
    expect(await post('/hikvision/GATE-B1', 'application/json', other)).toBe('200');
    expect(await json({ employeeNoString: ONE, serialNo: 1511, subEventType: 4711 }, '2026-03-05T17:20:00+08:00')).toBe(
      '200',
    );
    expect(await json({ serialNo: 1512, subEventType: 21 }, '2026-03-05T17:20:00+08:00')).toBe('200');
    expect(await json({ serialNo: 1513, majorEventType: 2, subEventType: 39 }, '2026-03-05T17:20:00+08:00')).toBe(
      '200',
    );
    // No such student, nobody, no time, and what cannot be read at all.
    expect(await json({ employeeNoString: 'T-0001', serialNo: 1514 }, '2026-03-05T17:20:00+08:00')).toBe('200');
    expect(await json({ serialNo: 1515 }, '2026-03-05T17:20:00+08:00')).toBe('200');
    expect(await json({ employeeNoString: ONE, serialNo: 1516 }, 'yesterday')).toBe('200');
    const dtd = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "${'9'.repeat(10)}">]>${eventXml('&x;', 1517, '2026-03-05T17:20:00+08:00').slice(38)}`;
    for (const body of ['{"eventType":', '[]', 'null', '{"eventType":"\\u0000"}', dtd])
      expect(await post('/hikvision/GATE-B1', 'application/json', body)).toBe('200');
    expect(await contactOf('GATE-B1')).toMatchObject({
      refused: '8',
      unknown: { 'event diskfull': 1, '5/4711': 1 },
      serial: '1515',
    });
    expect(await passesOf('GATE-B1')).toHaveLength(9);
  });

  it('are refused what no event is as large as, and who does not say who it is', async () => {
    const large = eventJson(
      { employeeNoString: ONE, serialNo: 1520, name: 'x'.repeat(70_000) },
      '2026-03-05T17:30:00+08:00',
    );
    expect(await post('/hikvision/GATE-B1', 'application/json', large)).toBe('413 ERROR');
    const many = `--b\r\nContent-Type: application/json\r\n\r\n${HEARTBEAT}\r\n`.repeat(40);
    expect(await post('/hikvision/GATE-B1', 'multipart/form-data; boundary=b', `${many}--b--`)).toBe('413 ERROR');
    expect(await post('/hikvision', 'application/json', HEARTBEAT.replace(MAC, ''))).toBe('400 UNKNOWN DEVICE');
    expect(await exchange('GET /hikvision HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain(' 404 ');
    // One that is cut off within its event, and the rest of which never comes.
    const cut = `--b\r\nContent-Type: application/json\r\n\r\n${HEARTBEAT.slice(0, 80)}`;
    expect(await post('/hikvision/GATE-B1', 'multipart/form-data; boundary=b', cut)).toBe('200');
  });

  it('keep nothing of names, cards and pictures', async () => {
    const tables = await test.query<{ name: string }>(
      sql`SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
           WHERE table_schema IN ('safety', 'events', 'platform') AND table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables) {
      const found = await test.tx.query(`SELECT 1 FROM ${name} t WHERE t::text ~ '${SECRET}|古丽|1234567'`);
      expect([name, found]).toEqual([name, []]);
    }
  });

  it('that are not known wait under their MAC address', async () => {
    expect(await json({ employeeNoString: ONE, serialNo: 9 }, '2026-03-05T12:00:00+08:00', '/hikvision')).toBe('200');
    const officer = await test.person(campus.staff.schoolOfficer);
    const { body } = await officer.get(`${PATH}?status=pending`).expect(200);
    expect(body.data).toMatchObject([{ code: MAC, heldPasses: 1 }]);
    await officer.post(`${PATH}/${body.data[0].id}/approve`, { buildingCode: 'B1', directionMode: 'both' }).expect(200);
    expect((await passesOf(MAC)).map(({ status, direction }) => [status, direction])).toEqual([['counted', 'in']]);
  });

  it('that were away tell nothing of their clocks with what they kept', async () => {
    for (let minute = 0; minute < 11; minute++) {
      test.clock.advance({ minutes: 1 });
      await post('/hikvision/GATE-B1', 'application/json', HEARTBEAT);
    }
    const at = (minutes: number) =>
      `${new Date(test.clock.now().getTime() - minutes * 60_000 + 28_800_000).toISOString().slice(0, 19)}+08:00`;
    const kept = { employeeNoString: ONE, serialNo: 1521, currentEvent: false };
    expect(await json(kept, at(9))).toBe('200');
    expect((await contactOf('GATE-B1')).offset).toBeNull();
    expect(await json({ employeeNoString: TWO, serialNo: 1522 }, at(9))).toBe('200');
    expect((await contactOf('GATE-B1')).offset).toBeLessThan(-500);
  });

  it('whose clock is off make nobody late, and whose events are missing make nobody late, either', async () => {
    const app = await test.client();
    const late = async () => {
      const found = await check(test, app, '2026-03-05');
      return [1, 2, 3].map((who) => found[who]?.finding);
    };
    // Ten minutes ahead: one was in before curfew, two after it; three came by what is not known to be wrong.
    test.clock.set('2026-03-05T22:55:00+08:00');
    expect(await json({ employeeNoString: ONE, serialNo: 1523 }, '2026-03-05T23:05:00+08:00')).toBe('200');
    test.clock.set('2026-03-05T23:20:00+08:00');
    expect(await json({ employeeNoString: TWO, serialNo: 1524 }, '2026-03-05T23:30:00+08:00')).toBe('200');
    await send(app, [pass(3, 'in', '2026-03-05 23:15')]);
    test.clock.set('2026-03-06T08:00:00+08:00');
    expect(await late()).toEqual([undefined, 'suppressed', 'late']);
    await test.query(
      sql`UPDATE safety.device SET access_url = 'http://127.0.0.1:9', access_user = 'x', sealed_password = '\\x00' WHERE code = 'GATE-B1'`,
    );
    const gap = (status: string) => sql`INSERT INTO safety.device_gap (id, device_id, reason, from_at, to_at, status)
      SELECT gen_random_uuid(), id, 'serials', '2026-03-05T22:00:00+08:00', '2026-03-05T22:30:00+08:00', ${status} FROM safety.device WHERE code = 'GATE-B1'`;
    await test.query(sql`DELETE FROM safety.device_gap`);
    await test.query(gap('done'));
    expect(await late()).toEqual([undefined, 'suppressed', 'late']);
    await test.query(gap('waiting'));
    expect(await late()).toEqual([undefined, 'suppressed', 'suppressed']);
    const { body } = await app.get('/safety/v1/night-checks/2026-03-05').expect(200);
    expect(body.outages).toMatchObject([{ kind: 'gap' }]);
    // A clock that is off by days is no clock.
    await test.query(sql`DELETE FROM safety.device_gap`);
    await test.query(
      sql`UPDATE safety.pass SET corrected_at = corrected_at + interval '2 hours', at = at - interval '6 days' WHERE record_id = '1524'`,
    );
    expect(await late()).toEqual([undefined, undefined, 'suppressed']);
    expect((await app.get('/safety/v1/night-checks/2026-03-05').expect(200)).body.outages).toMatchObject([
      { kind: 'clock' },
    ]);
  });
});
