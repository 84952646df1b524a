import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';

const { schoolOfficer } = campus.staff;
const VERSIONS = '/affairs/v1/policies/affairs.leave/versions';

const level = (upToDays: number, ...approvers: object[]): object => ({ upToDays, approvers, applyWorkingDaysAhead: 0 });
const COUNSELOR = { kind: 'counselor' };
const COLLEGE = { kind: 'student_affairs_officer', unitKind: 'college' };
const within = (deadline: object): object => ({ ...COUNSELOR, deadline });

describe('a policy of leave, before it is published', () => {
  let test: TestApp;
  let school: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    school = await test.person(schoolOfficer);
  });
  afterAll(() => test.close());

  const publish = (value: object) =>
    school.post(VERSIONS, { effectiveFrom: '2026-01-01', source: '学生请假办法', value });
  const refused = async (value: object): Promise<{ pointer: string; detail: string }[]> => {
    const before = await test.query(sql`SELECT count(*)::int AS n FROM platform.policy_version`);
    const { body } = await publish(value).set('Accept-Language', 'en').expect(400);
    expect(await test.query(sql`SELECT count(*)::int AS n FROM platform.policy_version`)).toEqual(before);
    return body.errors;
  };

  it.each<[string, object, string]>([
    ['no length', { then: 'remind' }, '/deadline'],
    ['two lengths', { hours: 1, workingDays: 1, then: 'remind' }, '/deadline'],
    ['nobody to escalate to', { hours: 1, then: 'escalate' }, '/deadline/to'],
    ['consent without a source', { hours: 1, then: 'approve' }, '/deadline/source'],
    ['a post that does not decide', { hours: 1, then: 'escalate', to: { kind: 'mentor' } }, '/deadline/to/kind'],
  ])('names the approver whose deadline has %s', async (_, deadline, where) => {
    const errors = await refused({ levels: [level(9, COUNSELOR, COLLEGE), level(3, COUNSELOR, within(deadline))] });
    expect(errors.map(({ pointer }) => pointer)).toEqual([`#/value/levels/1/approvers/1${where}`]);
  });

  it('refuses two levels of the same days', async () => {
    const errors = await refused({ levels: [level(3, COUNSELOR), level(3, COUNSELOR, COLLEGE)] });
    expect(errors).toMatchObject([{ pointer: '#/value/levels/1/upToDays', detail: 'is the same as of another level' }]);
  });

  it('refuses halves of days where whole days are counted, and takes them where halves are', async () => {
    const levels = [level(0.5, COUNSELOR), level(3, COUNSELOR, COLLEGE)];
    const errors = await refused({ levels });
    expect(errors).toMatchObject([{ pointer: '#/value/levels/0/upToDays', detail: 'must be a multiple of 1' }]);
    expect(await refused({ levels: [level(0.3, COUNSELOR)], halfDayFrom: '12:00' })).toHaveLength(1);
    expect(await refused({ levels, halfDayFrom: '24:00' })).toHaveLength(1);
    await publish({ levels, halfDayFrom: '12:00' }).expect(201);
  });

  it('names the step that nobody would sign for real students, by college, grade and days', async () => {
    const nobody = { kind: 'class_advisor', unitKind: 'academy' };
    const levels = [level(2, COUNSELOR), level(9, COUNSELOR, nobody)];
    // The stand-in of the school signs it.
    await publish({ levels }).expect(201);
    const errors = await refused({ levels, standIn: nobody });
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/value/levels/1/approvers/1']);
    expect(errors[0]!.detail).toMatch(/^计算机学院 \S+ 9 d: there is nobody to sign$/);
  });

  it('takes deadlines that are whole', async () => {
    const levels = [level(9, within({ workingDays: 1, then: 'escalate', to: COLLEGE }), COLLEGE)];
    const { body } = await publish({ levels }).expect(201);
    expect(body.value.levels[0].approvers[0].deadline).toEqual({ workingDays: 1, then: 'escalate', to: COLLEGE });
  });
});
