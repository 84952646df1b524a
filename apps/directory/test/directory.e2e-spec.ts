import { mock } from 'node:test';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { sql } from '#database';
import { addWorkingDays, calendarDays, inScope, nextWorkingDays } from '#roster';
import { campus, TestApp } from '#testing';
import { addDays, daysBetween, weekdayOf } from '#time';
import { staffing } from '../../staffing/src/staffing.module.js';
import { directory } from '../src/directory.module.js';
import independent from './chinese-calendar.json' with { type: 'json' };

describe('directory', () => {
  let test: TestApp;
  beforeAll(async () => void (test = await TestApp.create([directory, staffing])));
  afterAll(() => test.close());

  const ids = (body: { data: { id: string }[] }): string[] => body.data.map(({ id }) => id);

  describe('people', () => {
    it('shows a counselor the students of the classes they answer for, and nobody else', async () => {
      const counselor = await test.person(campus.staff.counselorCs);
      const { body } = await counselor.get('/directory/v1/people').expect(200);
      expect(ids(body).sort()).toEqual(campus.students.slice(0, 8));
      await counselor.get(`/directory/v1/people/${campus.students[0]}`).expect(200);
      await counselor.get(`/directory/v1/people/${campus.students[8]}`).expect(404);
      await counselor.get(`/directory/v1/people/${campus.students[8]}/memberships`).expect(404);
      // Not through a filter either.
      const foreign = await counselor.get(`/directory/v1/people?unitId=${campus.classes.en2401}`).expect(200);
      expect(foreign.body).toEqual({ data: [], nextCursor: null });
      const byNumber = await counselor.post('/directory/v1/people/search', { number: ['2024000009'] }).expect(200);
      expect(byNumber.body.data).toEqual([]);
    });

    it('shows the building head who lives in the building, and a student nobody', async () => {
      const head = await test.person(campus.staff.buildingHead1);
      expect(ids((await head.get('/directory/v1/people').expect(200)).body).sort()).toEqual(
        campus.students.slice(0, 8),
      );
      const student = await test.person(campus.students[0]!);
      await student.get('/directory/v1/people').expect(403);
    });

    it('follows the appointments of today', async () => {
      const counselor = await test.person(campus.staff.counselorFl);
      expect((await counselor.get('/directory/v1/people').expect(200)).body.data).toHaveLength(4);
      await test.query(
        sql`UPDATE staffing.appointment SET valid_to = '2026-01-01' WHERE person_id = ${campus.staff.counselorFl}`,
      );
      await counselor.get('/directory/v1/people').expect(403);
    });

    it('finds people by any part of a name: one character, two, or more', async () => {
      const client = await test.client();
      const everybody = (await client.get('/directory/v1/people?limit=200').expect(200)).body.data as {
        id: string;
        name: string;
      }[];
      for (const part of ['学', '1', '学生', '生1', '学1', '生12', '学生1', '查无']) {
        const { body } = await client.post('/directory/v1/people/search', { name: part, limit: 200 }).expect(200);
        const named = everybody.filter(({ name }) => name.includes(part)).map(({ id }) => id);
        expect({ part, found: ids(body).sort() }).toEqual({ part, found: named.sort() });
      }
    });

    it('leaves nothing of an import that whoever looks for a name would have to read', async () => {
      await test.query(
        sql`INSERT INTO directory.person (id, kind, number, name)
            SELECT gen_random_uuid(), 'staff', 'PENDING' || n, '司马相如' || n FROM generate_series(1, 200) n`,
      );
      const [left] = await test.query<{ pages: string }>(
        sql`SELECT gin_clean_pending_list('directory.person_name_bigrams'::regclass) AS pages`,
      );
      expect(Number(left!.pages)).toBe(0);
      await test.query(sql`DELETE FROM directory.person WHERE number LIKE 'PENDING%'`);
    });

    it('filters, sorts and pages', async () => {
      const client = await test.client('directory:person:read');
      const { body } = await client
        .get('/directory/v1/people?kind=student&grade=2024&active=true&limit=5&sort=-number')
        .expect(200);
      expect(ids(body)).toEqual(campus.students.slice(7).reverse());
      const next = await client
        .get(`/directory/v1/people?kind=student&grade=2024&active=true&limit=5&sort=-number&cursor=${body.nextCursor}`)
        .expect(200);
      expect(ids(next.body)).toEqual(campus.students.slice(2, 7).reverse());
      const inBuilding = await client.get(`/directory/v1/people?unitId=${campus.places.building2}`).expect(200);
      expect(ids(inBuilding.body)).toEqual(campus.students.slice(8));
      const named = await client.post('/directory/v1/people/search', { name: '生12', total: true }).expect(200);
      expect(named.body.total).toBe(1);
      expect(named.body.data).toEqual([
        {
          id: campus.students[11],
          kind: 'student',
          number: '2024000012',
          mergedInto: null,
          name: '学生12',
          sex: '2',
          grade: '2024',
          active: true,
        },
      ]);
      for (const bad of [
        'sort=sex',
        'limit=201',
        'kind=pupil',
        'unitId=1',
        'name=x',
        'number=1',
        'active=1',
        'cursor=x',
        'colour=red',
      ]) {
        await client.get(`/directory/v1/people?${bad}`).expect(400);
      }
    });

    it('slows an app down that tries out numbers, and tells the operators without them', async () => {
      const { mock: warned } = mock.method(Logger.prototype, 'warn', () => undefined);
      const client = await test.client();
      const policy = { ...{ effectiveFrom: test.clock.today(), source: 'test' }, value: { perMinute: 100 } };
      await client.post('/directory/v1/policies/directory.look-ups/versions', policy).expect(201);
      const some = (n: number) => Array.from({ length: n }, (_, i) => String(2_024_000_001 + i));
      const search = (number: string[], by = client) => by.post('/directory/v1/people/search', { number });
      for (let i = 0; i < 2; i++) expect((await search(some(50)).expect(200)).body.data).toHaveLength(12);
      for (let i = 0; i < 3; i++) {
        const refused = await search(some(1)).set('Accept-Language', 'en').expect(429);
        expect(refused.body.code).toBe('directory/too-many-look-ups');
        expect(refused.body.detail).toContain('at most 100 a minute and 5000 different ones a day');
        expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
        expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
      }
      const said = warned.calls.map((call) => call.arguments);
      expect(said).toEqual([[expect.stringContaining('the app test-app looks up too many numbers')]]);
      expect(JSON.stringify(said)).not.toContain('2024');
      // Others go on, and so does what is no look-up by number.
      await search(some(1), await test.person(campus.staff.counselorCs)).expect(200);
      await client.post('/directory/v1/people/search', { name: '生12' }).expect(200);
      warned.restore();
    });

    it('shows where somebody belonged on a date', async () => {
      const client = await test.client('directory:person:read');
      const { body } = await client.get(`/directory/v1/people/${campus.students[0]}/memberships`).expect(200);
      expect(body.data.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
        'academy',
        'bed',
        'building',
        'campus',
        'class',
        'college',
        'floor',
        'grid',
        'major',
        'room',
        'school',
      ]);
      expect(body.data.find(({ kind }: { kind: string }) => kind === 'class')).toEqual({
        ...{
          unitId: campus.classes.se2401,
          kind: 'class',
          code: 'SE2401',
          name: '软工2401',
          validFrom: '2024-09-01',
          validTo: null,
        },
      });
      const before = await client
        .get(`/directory/v1/people/${campus.students[0]}/memberships?on=2024-08-31`)
        .expect(200);
      expect(before.body.data).toEqual([]);
      await client.get(`/directory/v1/people/${campus.students[0]}/memberships?on=2024-02-30`).expect(400);
    });
  });

  it('lists units and places, and shows what is above them', async () => {
    const client = await test.client('directory:unit:read');
    const colleges = await client.get('/directory/v1/units?kind=college').expect(200);
    expect(ids(colleges.body)).toEqual([campus.colleges.cs, campus.colleges.fl]);
    expect(ids((await client.get(`/directory/v1/units?parentId=${campus.majors.se}`).expect(200)).body)).toEqual([
      campus.classes.se2401,
      campus.classes.se2402,
    ]);
    const unit = await client.get(`/directory/v1/units/${campus.classes.se2401}`).expect(200);
    expect(unit.body.path.map(({ code }: { code: string }) => code)).toEqual(['YZU', 'CS', 'SE', 'SE2401']);
    expect(unit.headers['etag']).toBe('"1"');
    const rooms = await client.get(`/directory/v1/places?kind=room&gridId=${campus.grids.east}`).expect(200);
    expect(ids(rooms.body)).toEqual([campus.rooms.b1r101, campus.rooms.b1r102]);
    const room = await client.get(`/directory/v1/places/${campus.rooms.b2r101}`).expect(200);
    expect(room.body.path.map(({ code }: { code: string }) => code)).toEqual(['C1', 'B2', 'B2-1', 'B2-101']);
    await client.get(`/directory/v1/units/${campus.rooms.b2r101}`).expect(404);
    await client.get(`/directory/v1/places/${campus.classes.se2401}`).expect(404);
  });

  describe('calendar', () => {
    it('merges the national plan with the days of the school', async () => {
      const client = await test.client('directory:unit:read', 'directory:calendar:write');
      const range = '/directory/v1/calendar?from=2026-10-01&to=2026-10-10';
      const day = async (date: string): Promise<object> =>
        (await client.get(range).expect(200)).body.days.find((one: { date: string }) => one.date === date);
      expect(await day('2026-10-01')).toEqual({
        date: '2026-10-01',
        workday: false,
        name: '国庆节',
        provisional: false,
      });
      expect(await day('2026-10-09')).toMatchObject({ workday: true });
      await client.put('/directory/v1/calendar/2026-10-09', { workday: false, name: '校运会' }).expect(200);
      await client.put('/directory/v1/calendar/2026-10-09', { workday: false, name: '运动会' }).expect(200);
      expect(await day('2026-10-09')).toEqual({
        date: '2026-10-09',
        workday: false,
        name: '运动会',
        provisional: false,
      });
      await client.delete('/directory/v1/calendar/2026-10-09').expect(204);
      await client.delete('/directory/v1/calendar/2026-10-09').expect(404);
      expect(await day('2026-10-09')).toMatchObject({ workday: true });
      const far = await client.get('/directory/v1/calendar?from=2099-01-01&to=2099-01-01').expect(200);
      expect(far.body.days).toMatchObject([{ provisional: true }]);
    });

    it('refuses ranges and days that make no sense', async () => {
      const client = await test.client('directory:unit:read', 'directory:calendar:write');
      await client.get('/directory/v1/calendar?from=2026-01-01&to=2027-02-04').expect(200);
      for (const range of ['from=2026-01-01&to=2027-02-05', 'from=2026-01-02&to=2026-01-01', 'from=2026-01-01']) {
        const { body } = await client.get(`/directory/v1/calendar?${range}`).expect(400);
        expect(body.errors[0].pointer).toBe('?to');
      }
      await client.put('/directory/v1/calendar/2026-02-30', { workday: true, name: 'x' }).expect(400);
      const { body } = await client.put('/directory/v1/calendar/2026-02-03', { workday: 'no', name: 'x' }).expect(400);
      expect(body.errors[0].pointer).toBe('#/workday');
      const reader = await test.client('directory:unit:read');
      await reader.put('/directory/v1/calendar/2026-02-03', { workday: true, name: 'x' }).expect(403);
      // It holds for the whole school: an officer of one college does not change it.
      const officer = await test.person(campus.staff.collegeOfficerCs);
      const refused = await officer.put('/directory/v1/calendar/2026-02-03', { workday: true, name: 'x' }).expect(403);
      expect(refused.body).toMatchObject({ permission: 'directory:calendar:write', scope: 'school' });
      await officer.delete('/directory/v1/calendar/2026-02-03').expect(403);
    });

    it('ends with the year 9999', async () => {
      const client = await test.client('directory:unit:read', 'directory:calendar:write');
      const days = async (range: string): Promise<string[]> =>
        (await client.get(`/directory/v1/calendar?${range}`).expect(200)).body.days.map(
          (day: { date: string }) => day.date,
        );
      expect(await days('from=9999-12-31&to=9999-12-31')).toEqual(['9999-12-31']);
      expect(await days('from=9999-12-30&to=9999-12-31')).toEqual(['9999-12-30', '9999-12-31']);
      expect(await days('from=0001-01-01&to=0001-01-02')).toEqual(['0001-01-01', '0001-01-02']);
      const { body } = await client.get('/directory/v1/calendar?from=0001-01-01&to=9999-12-31').expect(400);
      expect(body.errors[0].pointer).toBe('?to');
      await client.put('/directory/v1/calendar/9999-12-31', { workday: false, name: '末日' }).expect(200);
      const last = { date: '9999-12-31', provisional: true };
      expect(await addWorkingDays(test.tx, '9999-12-20', 30)).toEqual(last);
      expect(await addWorkingDays(test.tx, '9999-12-31', 1)).toEqual(last);
      await client.delete('/directory/v1/calendar/9999-12-31').expect(204);
    });

    describe('is held against another one, of every year that it knows', () => {
      const years = Object.keys(independent.years) as (keyof typeof independent.years)[];
      const [first, last] = [`${years[0]!}-01-01`, `${years.at(-1)!}-12-31`];
      const listed = (which: 'off' | 'worked'): Set<string> =>
        new Set(
          years.flatMap((year) =>
            independent.years[year][which].split(' ').map((day) => (day ? `${year}-${day}` : '')),
          ),
        );
      const [off, worked] = [listed('off'), listed('worked')];
      const isWorkday = (date: string): boolean =>
        worked.has(date) || (![6, 7].includes(weekdayOf(date)) && !off.has(date));

      it('and is the same on each day; what it has no plan of is provisional', async () => {
        const days = await test.database.read((tx) => calendarDays(tx, first, last));
        expect(days.length).toBe(8401);
        expect(days.filter(({ date, workday }) => workday !== isWorkday(date))).toEqual([]);
        // The plan of the year that follows the last known one may move days of its last week.
        const unknown = days.filter(({ provisional }) => provisional).map(({ date }) => date);
        expect(unknown.every((date) => date > `${years.at(-1)!}-12-25`)).toBe(true);
        for (const [from, to] of [
          ['2003-01-01', '2003-12-31'],
          ['2032-01-01', '2032-12-31'],
        ] as const) {
          const beyond = await test.database.read((tx) => calendarDays(tx, from, to));
          expect(beyond.every(({ provisional }) => provisional)).toBe(true);
        }
      });

      it('and counts working days the same, forward and back', async () => {
        const all = Array.from({ length: daysBetween(first, last) + 1 }, (_, i) => addDays(first, i)).filter(isWorkday);
        const start = fc.integer({ min: 0, max: daysBetween(first, last) - 140 }).map((n) => addDays(first, n));
        await test.database.read((tx) =>
          fc.assert(
            fc.asyncProperty(start, fc.integer({ min: 1, max: 60 }), async (date, n) => {
              const from = all.findIndex((day) => day > date);
              const { dates, provisional } = await nextWorkingDays(tx, date, n);
              expect(dates).toEqual(all.slice(from, from + n));
              expect(provisional).toBe(false);
              const end = await addWorkingDays(tx, date, n);
              expect(end).toEqual({ date: all[from + n - 1], provisional: false });
              // Back from the end, as many working days lie in between.
              const between = (await calendarDays(tx, addDays(date, 1), end.date)).filter(({ workday }) => workday);
              expect(between.length).toBe(n);
            }),
            { numRuns: 300, seed: 20_261_202 },
          ),
        );
      });

      it('the days of the school on top', async () => {
        const client = await test.client('directory:calendar:write');
        const [monday, saturday] = ['2026-03-09', '2026-03-14'];
        expect([isWorkday(monday), isWorkday(saturday)]).toEqual([true, false]);
        await client.put(`/directory/v1/calendar/${monday}`, { workday: false, name: '校庆' }).expect(200);
        await client.put(`/directory/v1/calendar/${saturday}`, { workday: true, name: '补课' }).expect(200);
        const { dates } = await nextWorkingDays(test.tx, '2026-03-06', 6);
        expect(dates).toEqual(['2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13', saturday, '2026-03-16']);
        for (const day of [monday, saturday]) await client.delete(`/directory/v1/calendar/${day}`).expect(204);
      });
    });

    it('keeps terms, changed only by whoever saw the newest version', async () => {
      const client = await test.client('directory:unit:read', 'directory:calendar:write');
      const parentId = (await client.get('/directory/v1/terms?kind=school_year').expect(200)).body.data[0].id as string;
      const term = {
        code: '2026-2027-2',
        name: '第二学期',
        kind: 'term',
        schoolYear: 2027,
        startsOn: '2027-02-22',
        endsOn: '2027-07-12',
        parentId,
      };
      const created = await client.post('/directory/v1/terms', term).set('Idempotency-Key', 'term-2').expect(201);
      const again = await client.post('/directory/v1/terms', term).set('Idempotency-Key', 'term-2').expect(201);
      expect(again.body).toEqual(created.body);
      const at = `/directory/v1/terms/${created.body.id}`;
      expect(created.headers['location']).toBe(at);
      const taken = await client.post('/directory/v1/terms', term).expect(409);
      expect(taken.body).toMatchObject({ code: 'directory/term-code-taken', errors: [{ pointer: '#/code' }] });
      await client.put(at, { ...term, name: '春季学期' }).expect(428);
      const changed = await client
        .put(at, { ...term, name: '春季学期' })
        .set('If-Match', '"1"')
        .expect(200);
      expect(changed.body).toMatchObject({ name: '春季学期', version: 2 });
      await client.put(at, term).set('If-Match', '"1"').expect(412);
      for (const [wrong, pointer] of [
        [{ endsOn: '2027-02-22' }, '#/endsOn'],
        [{ parentId: campus.term }, '#/parentId'],
        [{ parentId: campus.school }, '#/parentId'],
        [{ schoolYear: '2027' }, '#/schoolYear'],
        [{ kind: 'semester' }, '#/kind'],
      ] as const) {
        const { body } = await client
          .put(at, { ...term, ...wrong })
          .set('If-Match', '"2"')
          .expect(400);
        expect(body.errors[0].pointer).toBe(pointer);
      }
      await client.delete(`/directory/v1/terms/${parentId}`).set('If-Match', '"1"').expect(409);
      await client.delete(at).set('If-Match', '"1"').expect(412);
      await client.delete(at).set('If-Match', '"2"').expect(204);
      await client.get(at).expect(404);
    });
  });
});

describe('a course class', () => {
  it('is in reach of who answers for the class, and not of the college that gives the course', async () => {
    const test = await TestApp.create([directory]);
    try {
      const [course, student] = ['00000000-0000-7000-8000-0006000000c1', campus.students[0]!];
      await test.query(sql`INSERT INTO directory.unit (id, kind, code, name, parent_id)
        VALUES (${course}, 'course_class', 'ENGLISH-1', '大学英语（1）', ${campus.colleges.fl})`);
      await test.query(sql`INSERT INTO directory.unit_path (ancestor_id, descendant_id)
        SELECT ancestor_id, ${course}::uuid FROM directory.unit_path WHERE descendant_id = ${campus.colleges.fl} UNION SELECT ${course}, ${course}`);
      await test.query(sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from, secondary)
        VALUES (gen_random_uuid(), ${student}, ${course}, '2026-09-01', TRUE)`);
      const reached = async (unitId: string): Promise<boolean> => {
        const scope = inScope({ school: false, unitIds: [unitId] }, sql`s.id`, '2026-10-01');
        const rows = await test.query(
          sql`SELECT 1 FROM directory.published_student_v1 s WHERE s.id = ${student} AND ${scope}`,
        );
        return rows.length > 0;
      };
      expect(await reached(course)).toBe(true);
      expect(await reached(campus.colleges.cs)).toBe(true);
      expect(await reached(campus.colleges.fl)).toBe(false);
    } finally {
      await test.close();
    }
  });
});
