import { sql } from '#database';
import { campus, type Client, TestApp, wholeList } from '#testing';
import { safety } from '../src/safety.module.js';
import { check, keepAll, pass, send, student } from './gates.js';

interface Row {
  id: string;
  student: { id: string; number: string; name: string };
  code: string;
  night: string;
  finding: string;
}

describe('lists of safety', () => {
  let test: TestApp;
  let app: Client;
  let counselorFl: Client;
  const nights = ['2025-03-10', '2025-03-11'];

  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await keepAll(test);
    app = await test.client();
    counselorFl = await test.person(campus.staff.counselorFl);
    for (const night of nights) {
      const late = [1, 2, 9, 10].flatMap((who) => [
        pass(who, 'out', `${night} 17:00`),
        pass(who, 'in', `${night} 23:${30 + who}`),
      ]);
      await send(app, [...late, pass(3, 'out', `${night} 17:00`)]);
      await check(test, app, night);
    }
    for (const who of [1, 2, 9]) {
      const form = { studentId: student(who), from: '2025-04-01', to: '2025-04-02', reason: '比赛' };
      await app.post('/safety/v1/late-passes', form).expect(201);
    }
  });
  afterAll(() => test.close());

  const all = (client: Client, path: string, filter?: string) => wholeList<Row>(client, `/safety/v1/${path}`, filter);
  const who = (rows: Row[]) =>
    [...new Set(rows.map(({ student: { id } }) => campus.students.indexOf(id) + 1))].sort((a, b) => a - b);
  const touch = (table: string, id: string) =>
    test.database.connection.query(`UPDATE safety.${table} SET updated_at = now() + interval '1 hour' WHERE id = $1`, [
      id,
    ]);
  const soon = () => encodeURIComponent(new Date(Date.now() + 1_800_000).toISOString());

  it('late passes: by students, by units with those below, by change', async () => {
    const path = 'late-passes';
    expect(who(await all(app, path))).toEqual([1, 2, 9]);
    expect(who(await all(app, path, `studentId=${student(1)}&studentId=${student(9)}`))).toEqual([1, 9]);
    expect((await all(app, path, `studentId=${student(9)}`))[0]!.student).toEqual({
      ...{ id: student(9), number: '2024000009', name: '学生9' },
    });
    expect(who(await all(app, path, `unitId=${campus.classes.en2401}`))).toEqual([9]);
    expect(who(await all(app, path, `unitId=${campus.places.campus}`))).toEqual([1, 2, 9]);
    expect(who(await all(counselorFl, path, `unitId=${campus.places.campus}`))).toEqual([9]);
    expect(await all(app, path, `night=2025-04-02&revoked=true`)).toEqual([]);
    const [, changed] = await all(app, path);
    await touch('late_pass', changed!.id);
    expect((await all(app, path, `updatedSince=${soon()}`)).map(({ id }) => id)).toEqual([changed!.id]);
    expect((await all(app, path, 'sort=-updatedAt'))[0]!.id).toBe(changed!.id);
  });

  it('devices: by statuses and buildings, by change', async () => {
    const path = 'devices';
    const { building1, building2 } = campus.places;
    const codes = async (filter: string) => (await all(app, path, filter)).map(({ code }) => code);
    await test.query(sql`INSERT INTO safety.device (id, code) VALUES (gen_random_uuid(), 'SN-NEW')`);
    expect(await codes('')).toEqual(['GATE-B1', 'GATE-B2', 'SN-NEW']);
    expect(await codes('status=pending')).toEqual(['SN-NEW']);
    expect(await codes('status=pending&status=active')).toEqual(['GATE-B1', 'GATE-B2', 'SN-NEW']);
    expect(await codes(`buildingId=${building2}`)).toEqual(['GATE-B2']);
    expect(await codes(`buildingId=${building1}&buildingId=${building2}`)).toEqual(['GATE-B1', 'GATE-B2']);
    const [, b2] = await all(app, path);
    await touch('device', b2!.id);
    expect(await codes(`updatedSince=${soon()}`)).toEqual(['GATE-B2']);
    expect((await codes('sort=-updatedAt'))[0]).toBe('GATE-B2');
    const outage = { from: '2026-01-10T18:00:00+08:00', to: '2026-01-10T20:00:00+08:00', reason: '停电检修' };
    await app.post(`/safety/v1/devices/${b2!.id}/outages`, outage).expect(201);
    expect(await all(app, `devices/${b2!.id}/outages`)).toHaveLength(1);
  });

  it('nights: counted, and their numbers are of the students of who reads', async () => {
    expect((await all(app, 'night-checks')).map(({ night }) => night)).toEqual([...nights].reverse());
    expect(await all(app, 'night-checks', `from=${nights[1]}`)).toMatchObject([
      { night: nights[1], counts: { late: 4, notReturned: 1, excused: 0, excusedByLeave: 0, suppressed: 0 } },
    ]);
    expect(await all(counselorFl, 'night-checks', `to=${nights[0]}`)).toMatchObject([
      { night: nights[0], students: 4, counts: { late: 2, notReturned: 0 } },
    ]);
  });

  it('findings of a night: by several findings, students, units and buildings', async () => {
    const path = `night-checks/${nights[0]}/findings`;
    const known = 'finding=late&finding=not_returned';
    expect(who(await all(app, path, known))).toEqual([1, 2, 3, 9, 10]);
    expect(who(await all(app, path, 'finding=not_returned'))).toEqual([3]);
    expect(who(await all(app, path, `${known}&unitId=${campus.classes.en2401}`))).toEqual([9, 10]);
    expect(who(await all(app, path, `${known}&buildingId=${campus.places.building1}`))).toEqual([1, 2, 3]);
    expect(who(await all(app, path, `studentId=${student(1)}&studentId=${student(10)}`))).toEqual([1, 10]);
    expect(who(await all(counselorFl, path, `${known}&unitId=${campus.places.campus}`))).toEqual([9, 10]);
  });

  it('findings of all nights: newest first, by students, units and change', async () => {
    const late = await all(app, 'findings', 'finding=late');
    expect(late.map(({ night }) => night)).toEqual(
      [...nights].reverse().flatMap((night) => [night, night, night, night]),
    );
    expect(await all(app, 'findings', `finding=late&studentId=${student(1)}&studentId=${student(2)}`)).toHaveLength(4);
    expect(who(await all(app, 'findings', `finding=late&unitId=${campus.classes.en2401}&from=${nights[1]}`))).toEqual([
      9, 10,
    ]);
    expect(who(await all(counselorFl, 'findings', 'finding=late&finding=not_returned'))).toEqual([9, 10]);
    expect(await all(counselorFl, 'findings', `studentId=${student(1)}`)).toEqual([]);
    await touch('night_finding', late[5]!.id);
    expect((await all(app, 'findings', `updatedSince=${soon()}`)).map(({ id }) => id)).toEqual([late[5]!.id]);
    expect((await all(app, 'findings', 'sort=-updatedAt'))[0]!.id).toBe(late[5]!.id);
  });

  it('passes: by students and units, each with its student', async () => {
    const ofOne = await all(app, 'passes', `studentId=${student(9)}`);
    expect(ofOne).toHaveLength(4);
    expect(ofOne[0]!.student).toEqual({ id: student(9), number: '2024000009', name: '学生9' });
    expect(who(await all(app, 'passes', `unitId=${campus.classes.en2401}&to=2025-03-11T00:00:00Z`))).toEqual([9, 10]);
    expect(who(await all(counselorFl, 'passes'))).toEqual([9, 10]);
    const one = ofOne[0]!.id;
    const { body } = await app.post(`/safety/v1/passes/${one}/void`, { reason: '他人代刷' }).expect(200);
    expect(body).toMatchObject({ id: one, status: 'void', student: { id: student(9), name: '学生9' } });
  });
});
