import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, sql } from '#database';
import { campus, TestApp } from '#testing';
import { safety } from '../src/safety.module.js';

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
