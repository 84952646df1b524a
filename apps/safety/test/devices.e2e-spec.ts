import { newId, sql } from '#database';
import { Policies } from '#policy';
import { campus, TestApp } from '#testing';
import type { DeviceDto } from '../src/devices/devices.dto.js';
import { PendingDevicesPolicy } from '../src/devices/pending-devices.policy.js';
import { safety } from '../src/safety.module.js';
import { keepAll, pass, send } from './gates.js';

const PATH = '/safety/v1/devices';
const { staff, places } = campus;
const B1 = '00000000-0000-7000-8000-006000000001';
const B2 = '00000000-0000-7000-8000-006000000002';
const NOBODYS = newId();

describe('who sees and keeps a device', () => {
  let test: TestApp;
  const campusHead = staff.psychologist;

  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await test.query(sql`INSERT INTO safety.device (id, code) VALUES (${NOBODYS}, 'SN-NOBODY')`);
    await test.query(sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
      VALUES (${newId()}, ${campusHead}, 'building_head', ${places.campus}, '2024-09-01')`);
  });
  afterAll(() => test.close());

  const outage = { from: '2026-01-10T18:00:00+08:00', to: '2026-01-10T20:00:00+08:00', reason: '停电检修' };

  it.each([
    ['the school', staff.schoolOfficer, [B1, B2, NOBODYS], [B1, B2, NOBODYS]],
    ['the campus', campusHead, [B1, B2], [B1, B2]],
    ['the building', staff.buildingHead1, [B1], [B1]],
    // Students of the college live in building 1 only.
    ['a college', staff.collegeOfficerCs, [B1], []],
  ])('is, for who answers for %s, by buildings', async (_, person, seen, kept) => {
    const client = await test.person(person);
    const { body } = await client.get(PATH).expect(200);
    expect(body.data.map(({ id }: { id: string }) => id).sort()).toEqual([...seen].sort());
    for (const id of [B1, B2, NOBODYS]) {
      await client.get(`${PATH}/${id}`).expect(seen.includes(id) ? 200 : 404);
      const outages = (await client.get(`${PATH}/${id}/outages`).expect(200)).body.data as object[];
      if (!seen.includes(id)) expect(outages).toEqual([]);
      await client.post(`${PATH}/${id}/outages`, outage).expect(kept.includes(id) ? 201 : 404);
    }
  });

  it('follows the students: a college sees the gate of a building while one of them lives there', async () => {
    const officer = await test.person(staff.collegeOfficerCs);
    await officer.get(`${PATH}/${B2}`).expect(404);
    const membership = newId();
    await test.query(sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
      VALUES (${membership}, ${campus.students[8]!}, ${campus.classes.se2401}, '2024-09-01')`);
    await officer.get(`${PATH}/${B2}`).expect(200);
    await test.query(sql`UPDATE directory.membership SET valid_to = '2024-10-01' WHERE id = ${membership}`);
    await officer.get(`${PATH}/${B2}`).expect(404);
  });

  it('is for nobody without the permission', async () => {
    await (await test.person(staff.counselorCs)).get(PATH).expect(403);
    await (await test.person(campus.students[0]!)).get(PATH).expect(403);
  });
});

describe('what waits for approval', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await test.app.get(Policies).put(test.tx, PendingDevicesPolicy, {
      ...{ effectiveFrom: '2000-01-01', source: 'test', by: 'test' },
      value: { devices: 2, heldPasses: 3 },
    });
    await keepAll(test);
  });
  afterAll(() => test.close());

  it('is bounded: unknown devices, and the passes held for each', async () => {
    const bridge = await test.client('safety:pass:write');
    const at = (device: string, minute: number) => pass(1, 'in', `2025-03-05 18:0${minute}`, device);
    const batch = [at('SN-1', 0), at('SN-1', 1), at('SN-2', 0), at('SN-3', 0), at('SN-1', 2), at('SN-1', 3)];
    const answer = await send(bridge, batch);
    expect([answer.held, answer.accepted]).toEqual([4, 0]);
    expect(answer.rejected.map(({ pointer, zh }) => [pointer, zh.slice(0, 6)])).toEqual([
      ['#/passes/3/deviceCode', '未登记的设备'],
      ['#/passes/5/deviceCode', '设备等待审批'],
    ]);
    expect((await send(bridge, [at('SN-2', 1), at('SN-1', 4)])).rejected.map(({ index }) => index)).toEqual([1]);

    const officer = await test.person(staff.schoolOfficer);
    const { body } = await officer.get(`${PATH}?status=pending`).expect(200);
    expect(body.data.map(({ code, heldPasses }: DeviceDto) => [code, heldPasses])).toEqual([
      ['SN-1', 3],
      ['SN-2', 2],
    ]);
    await officer.post(`${PATH}/${body.data[0].id}/approve`, { buildingCode: 'B1', directionMode: 'both' }).expect(200);
    expect(await send(bridge, [batch[5]!, at('SN-1', 5), at('SN-3', 1)])).toMatchObject({ accepted: 2, held: 1 });
  });
});
