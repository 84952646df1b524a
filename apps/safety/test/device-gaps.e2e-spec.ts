import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { sql } from '#database';
import { type Client, campus, drainEvents, fireTimers, studentNumbers, TestApp } from '#testing';
import { HikvisionDevice } from '../../../tools/devices/hikvision.js';
import { simulate } from '../../../tools/devices/simulate.js';
import { ZktecoDevice } from '../../../tools/devices/zkteco.js';
import { DeviceListener } from '../src/devices/listener/device-listener.js';
import { safety } from '../src/safety.module.js';
import { keepAll } from './gates.js';

const PATH = '/safety/v1/devices';
const AS = { user: 'yizhan', password: 'a "quoted" pass\\word' };

describe('what devices did not send', () => {
  let test: TestApp;
  let url: string;
  let officer: Client;
  let gate: HikvisionDevice;
  let address: string;

  beforeAll(async () => {
    test = await TestApp.create([safety], { devicePort: 0 });
    await keepAll(test);
    url = `http://127.0.0.1:${test.app.get(DeviceListener).port}`;
    test.clock.set('2026-03-05T18:00:00+08:00');
    officer = await test.person(campus.staff.schoolOfficer);
    gate = new HikvisionDevice(url, '/hikvision/GATE-B1');
    address = await gate.answer(AS.user, AS.password);
  });
  afterAll(async () => {
    await gate.close();
    await test.close();
  });

  const deviceOf = async (code: string) => {
    const { body } = await officer.get(`${PATH}?limit=200`).expect(200);
    return (body.data as { id: string; code: string; version: number; openGaps: number }[]).find(
      (device) => device.code === code,
    )!;
  };
  const put = async (code: string, what: 'access' | 'key', body: object) => {
    const { id, version } = await deviceOf(code);
    return officer.put(`${PATH}/${id}/${what}`, body).set('If-Match', `"${version}"`);
  };
  const gapsOf = async (code: string) => {
    const { body } = await officer.get(`${PATH}/${(await deviceOf(code)).id}/gaps`).expect(200);
    return body.data as { reason: string; status: string; events: number | null; found: number; problem: string }[];
  };
  const passes = async (code = 'GATE-B1') =>
    (
      await test.query<{ record: string }>(
        sql`SELECT p.record_id AS record FROM safety.pass p JOIN safety.device d ON d.id = p.device_id
             WHERE d.code = ${code} ORDER BY p.at, p.id`,
      )
    ).map(({ record }) => record);
  const person = (n: number) => studentNumbers[n % 8]!;
  const time = (minute: number, second = 0) =>
    `2026-03-05T${String(10 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:${String(second).padStart(2, '0')}+08:00`;
  const swipe = (minute: number, second = 0) =>
    gate.record({ person: person(minute), time: time(minute, second), reader: 1 + (minute % 2) });
  const settle = async () => {
    test.clock.advance({ minutes: 1 });
    await fireTimers(test, test.clock.now());
    await drainEvents(test);
  };

  it('is noticed by the numbers that skip, and waits until it is said how to ask', async () => {
    await gate.send(swipe(0));
    for (let i = 1; i <= 70; i++) swipe(i);
    expect(await gate.send(swipe(71))).toBe(200);
    await settle();
    expect(await gapsOf('GATE-B1')).toMatchObject([
      { reason: 'serials', status: 'waiting', events: 70, problem: null },
    ]);
    expect(await deviceOf('GATE-B1')).toMatchObject({ openGaps: 1, accessUrl: null, hasKey: false });
    const { id } = await deviceOf('GATE-B1');
    await officer.post(`${PATH}/${id}/gaps`, { from: time(0), to: time(1) }).expect(409);
  });

  it('asks no address outside of the networks of devices, and shows no password', async () => {
    for (const where of ['http://10.8.0.31', 'http://localhost:80', 'http://127.0.0.1/path', 'x']) {
      const { status, body } = await put('GATE-B1', 'access', { url: where, ...AS });
      expect([where, status, body.code]).toEqual([where, 400, 'safety/device-url-refused']);
    }
    const set = await put('GATE-B1', 'access', { url: address, ...AS, password: 'wrong' });
    expect([set.status, set.body.accessUrl]).toEqual([200, address]);
    const { id, version } = await deviceOf('GATE-B1');
    await officer
      .put(`${PATH}/${id}/access`, { url: address, ...AS })
      .set('If-Match', `"${version - 1}"`)
      .expect(412);
    const head = await test.person(campus.staff.counselorCs);
    await head
      .put(`${PATH}/${id}/access`, { url: address, ...AS })
      .set('If-Match', `"${version}"`)
      .expect(403);
    expect(JSON.stringify(set.body)).not.toMatch(/wrong|password/);
    const [row] = await test.query<{ sealed: string }>(
      sql`SELECT encode(sealed_password, 'escape') AS sealed FROM safety.device WHERE id = ${id}`,
    );
    expect(row!.sealed).not.toContain('wrong');
  });

  it('is asked for again later where the device does not answer as it should', async () => {
    await settle();
    expect(await gapsOf('GATE-B1')).toMatchObject([{ status: 'waiting', found: 0, problem: 'credentials' }]);
    expect(gate.pages).toBe(0);
  });

  it('comes page by page, and each pass counts once', async () => {
    expect((await put('GATE-B1', 'access', { url: address, ...AS })).status).toBe(200);
    // One of them was sent in the meantime all the same.
    await gate.send({ person: person(3), time: time(3), reader: 2, minor: 75, serialNo: 4 }, 'xml', true);
    await settle();
    expect(await gapsOf('GATE-B1')).toMatchObject([{ status: 'done', found: 69, problem: null }]);
    expect(gate.pages).toBe(3);
    expect(await passes()).toEqual(Array.from({ length: 72 }, (_, i) => String(i + 1)));
    expect((await deviceOf('GATE-B1')).openGaps).toBe(0);
  });

  it('goes on where it was stopped, and is asked for by one process at a time', async () => {
    for (let i = 72; i <= 140; i++) swipe(i);
    await gate.send(swipe(141));
    // A process took the first page and died while it asked for the second.
    const [{ id }] = (await test.query<{ id: string }>(
      sql`UPDATE safety.device_gap SET position = 31, leased_until = ${new Date(test.clock.now().getTime() + 120_000)}
           WHERE status = 'waiting' RETURNING id`,
    )) as [{ id: string }];
    const before = gate.pages;
    await settle();
    expect(gate.pages).toBe(before);
    test.clock.advance({ minutes: 3 });
    await settle();
    expect(gate.pages).toBe(before + 2);
    const [gap] = await gapsOf('GATE-B1');
    expect([id.length > 0, gap]).toEqual([true, expect.objectContaining({ status: 'done', found: 39 })]);
  });

  it('is asked for after the device was away, and when somebody wants it', async () => {
    await gate.heartbeat();
    const since = test.clock.now();
    test.clock.advance({ minutes: 30 });
    const at = new Date(since.getTime() + 600_000 + 28_800_000).toISOString().slice(0, 19);
    gate.record({ person: person(1), time: `${at}+08:00` });
    const before = (await passes()).length;
    await gate.heartbeat();
    await settle();
    expect((await gapsOf('GATE-B1'))[0]).toMatchObject({ reason: 'silence', status: 'done', found: 1 });
    expect(await passes()).toHaveLength(before + 1);
    const { id } = await deviceOf('GATE-B1');
    const asked = await officer.post(`${PATH}/${id}/gaps`, { from: time(70), to: time(110) }).expect(201);
    expect(asked.body).toMatchObject({ reason: 'asked', status: 'waiting', found: 0 });
    await officer.post(`${PATH}/${id}/gaps`, { from: time(70), to: time(69) }).expect(400);
    await settle();
    // What one had been skipped over when it went on is there now.
    expect((await gapsOf('GATE-B1'))[0]).toMatchObject({ status: 'done', found: 30 });
  });

  it.each(['stale', 'cut', 'count'] as const)(
    'comes whole, and once, where the second page goes wrong: %s',
    async (fault) => {
      const before = (await passes()).length;
      const recorded = Array.from({ length: 41 }, (_, i) => {
        const at = new Date(test.clock.now().getTime() + (i - 40) * 1000 + 28_800_000).toISOString().slice(0, 19);
        return gate.record({ person: person(i), time: `${at}+08:00` });
      });
      gate.fault = fault;
      await gate.send(recorded.at(-1)!);
      await settle();
      if (fault === 'cut') {
        expect((await gapsOf('GATE-B1'))[0]).toMatchObject({ status: 'waiting', found: 29, problem: 'unreachable' });
        await settle();
      }
      expect((await gapsOf('GATE-B1'))[0]).toMatchObject({ status: 'done', events: 40, found: 40, problem: null });
      expect([gate.fault, (await passes()).length]).toEqual([undefined, before + 41]);
      test.clock.advance({ minutes: 5 });
      await gate.heartbeat();
    },
  );

  it('is not taken for missing when numbers begin anew', async () => {
    gate.restart();
    const gaps = (await gapsOf('GATE-B1')).length;
    const at = (seconds: number) =>
      `${new Date(test.clock.now().getTime() - seconds * 1000 + 28_800_000).toISOString().slice(0, 19)}+08:00`;
    for (const seconds of [20, 10])
      expect(await gate.send(gate.record({ person: person(2), time: at(seconds) }), 'multipart')).toBe(200);
    expect(await gapsOf('GATE-B1')).toHaveLength(gaps);
    expect((await passes()).filter((record) => record === '1' || record === '2')).toHaveLength(4);
  });

  it('devices with a key are refused without it', async () => {
    expect((await put('GATE-B1', 'key', { key: 'k7Qx2mPz9v' })).body).toMatchObject({ hasKey: true });
    const told = async (path: string) => new HikvisionDevice(url, path).heartbeat();
    expect(await told('/hikvision/GATE-B1')).toBe(401);
    expect(await told('/hikvision/GATE-B1/k7Qx2mPz9w')).toBe(401);
    expect(await told('/hikvision/GATE-B1/k7Qx2mPz9v')).toBe(200);
    expect((await put('GATE-B1', 'key', { key: 'another-key' })).body).toMatchObject({ hasKey: true });
    expect(await told('/hikvision/GATE-B1/k7Qx2mPz9v')).toBe(401);
    const { id, version } = await deviceOf('GATE-B1');
    await officer.delete(`${PATH}/${id}/key`).set('If-Match', `"${version}"`).expect(200);
    expect(await told('/hikvision/GATE-B1')).toBe(200);
  });

  it('ZKTeco devices tell their key when they call first, and are known by their address then', async () => {
    expect((await put('GATE-B2', 'key', { key: '123456' })).status).toBe(200);
    const door = new ZktecoDevice(url, 'GATE-B2');
    const row: [string, string, number][] = [[person(1), '2026-03-05 17:00:00', 0]];
    expect((await door.attendance(row)).status).toBe(401);
    expect((await door.hello()).status).toBe(401);
    expect((await door.get('cdata', { options: 'all', pushcommkey: '123457' })).status).toBe(401);
    expect((await door.get('cdata', { options: 'all', pushcommkey: '123456' })).status).toBe(200);
    expect((await door.attendance(row)).text).toBe('OK: 1');
    // A later call that tells a key tells the right one; one that tells none comes from where the first came from.
    expect((await door.get('getrequest', { pushcommkey: '123457' })).status).toBe(401);
    expect((await door.get('getrequest', { pushcommkey: '' })).status).toBe(401);
    expect((await door.get('getrequest', { pushcommkey: '123456' })).status).toBe(200);
    const from = async (localAddress: string) => {
      const asked = request(`${url}/iclock/getrequest?SN=GATE-B2`, { localAddress, agent: false }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect([await from('127.0.0.9'), await from('127.0.0.1')]).toEqual([401, 200]);
    await put('GATE-B2', 'key', { key: '654321' });
    expect((await door.attendance(row)).status).toBe(401);
    // Nothing of a key is kept as it is.
    const found = await test.query(sql`SELECT 1 FROM safety.device d WHERE d::text ~ '123456|654321|another-key'`);
    expect(found).toEqual([]);
  });

  it.each(['zkteco', 'hikvision'] as const)('can be tried with a simulated gate that misbehaves: %s', async (kind) => {
    const code = `SIM-${kind}`;
    const lines: string[] = [];
    const asNow = test.clock.now().getTime();
    let tick = 0;
    const told = simulate({
      ...{ kind, url, code, students: [person(1), person(2)], mischief: ['repeat', 'skip', 'restart'] },
      ...{ passes: 6, everyMs: 0, now: () => new Date(asNow - 600_000 + tick++ * 60_000) },
    });
    for await (const line of told) lines.push(line);
    expect(lines[0]).toBe('calls: 200');
    expect(lines.filter((line) => line.endsWith(': kept'))).toHaveLength(2);
    expect(lines).toContain('its numbers begin anew');
    // Four were sent, twice each.
    expect(await passes(code)).toHaveLength(4);
  });
});
