import { sql } from '#database';
import { campus, type Client } from '#testing';
import { WorkStudyPolicy } from '../src/work-study/work-study.policy.js';
import { ActivityTest, type Answer, at } from './activity-kit.js';
import { appoint } from './support.js';

export const POSTS = '/affairs/v1/work-study-posts';
export const APPLICATIONS = '/affairs/v1/work-study-applications';
export const SHIFTS = '/affairs/v1/work-study-shifts';
export const PAYROLLS = '/affairs/v1/payrolls';

export interface Line {
  student: { id: string };
  minutes: number;
  amountFen: number;
  reverses: string | null;
  id: string;
}

export const minimumWages = [
  { region: '西安市', from: '2027-01-01', monthlyFen: 216_000, hourlyFen: 2_100 },
  { region: '西安市', from: '2027-06-01', monthlyFen: 240_000, hourlyFen: 2_300 },
];

/** With a department for which students work. */
export class WorkStudyTest extends ActivityTest {
  /** Of the department. */
  clerk: Client;

  override async start(): Promise<void> {
    await super.start();
    await appoint(this.test, campus.staff.psychologist, 'department_clerk', campus.department);
    this.clerk = await this.test.person(campus.staff.psychologist);
    await this.put(WorkStudyPolicy, { minimumWages });
  }

  async clear(): Promise<void> {
    this.test.clock.set(at('03-01', '09:00'));
    await this.test.query(sql`DELETE FROM affairs.work_study_priority`);
    await this.test.query(sql`DELETE FROM affairs.work_study_shift`);
  }

  readonly form = {
    ...{
      title: '整架助理',
      description: '整理书架',
      kind: 'temporary',
      location: 'on_campus',
      region: '西安市',
      dangers: [],
    },
    ...{ hourlyFen: 1_850, places: 5, startsOn: '2027-01-01', endsOn: '2027-12-31' },
  };
  readonly draftPost = (more: object = {}, by = this.clerk) =>
    by.post(POSTS, { unitId: campus.department, ...this.form, ...more });
  readonly opened = async (more: object = {}): Promise<Answer> =>
    this.done(this.clerk, POSTS, (await this.draftPost(more).expect(201)).body as Answer, 'open');
  readonly apply = async (who: Client, post: { id: string }): Promise<Answer> =>
    (await who.post(`${POSTS}/${post.id}/applications`, { statement: '周二下午有空' }).expect(201)).body as Answer;
  readonly assigned = async (who: Client, post: { id: string }): Promise<Answer> =>
    this.done(this.clerk, APPLICATIONS, await this.apply(who, post), 'assign');
  readonly book = (who: Client, post: { id: string }, day: string, from: string, to: string, more: object = {}) =>
    who.post(SHIFTS, { postId: post.id, startsAt: at(day, from), endsAt: at(day, to), ...more });
  readonly booked = async (...args: Parameters<WorkStudyTest['book']>): Promise<Answer> =>
    (await this.book(...args).expect(201)).body as Answer;
  readonly confirm = (shift: Answer, minutes: number): Promise<Answer> =>
    this.done(this.clerk, SHIFTS, shift, 'confirm', { minutes });
  readonly lines = async (payroll: { id: string }, who = this.clerk): Promise<Line[]> =>
    (await who.get(`${PAYROLLS}/lines?payrollId=${payroll.id}`).expect(200)).body.data as Line[];
}
