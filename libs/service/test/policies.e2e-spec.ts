import { sql } from '#database';
import { campus, TestApp } from '#testing';
import { safety } from '../../../apps/safety/src/safety.module.js';

const POLICY = '/safety/v1/policies/safety.curfew';
const VERSION = { effectiveFrom: '2026-11-01', value: { notReturnedAfter: '04:30' }, source: '宿舍管理办法' };

describe('the policies of a service', () => {
  let test: TestApp;
  beforeAll(async () => void (test = await TestApp.create([safety])));
  afterAll(() => test.close());

  it('are seen by the officers of a college, and revised by those of the school', async () => {
    const college = await test.person(campus.staff.collegeOfficerCs);
    const versions = async () => (await college.get(POLICY).expect(200)).body.versions as object[];
    const { body } = await college.post(`${POLICY}/versions`, VERSION).expect(403);
    expect(body.code).toBe('http/forbidden');
    expect(await versions()).toEqual([]);
    const school = await test.person(campus.staff.schoolOfficer);
    await school.post(`${POLICY}/versions`, VERSION).expect(201);
    expect(await versions()).toMatchObject([{ number: 1, ...VERSION, value: { notReturnedAfter: '04:30' } }]);
    const audited = sql`SELECT person_id AS by FROM platform.audit WHERE action = 'platform.policy.put'`;
    expect(await test.query(audited)).toEqual([{ by: campus.staff.schoolOfficer }]);
  });

  it('are revised by apps, which act for the school', async () => {
    const app = await test.client('platform:policy:write');
    await app.post(`${POLICY}/versions`, VERSION).expect(201);
    await app.post('/safety/v1/policies/safety.unknown/versions', VERSION).expect(404);
  });
});
