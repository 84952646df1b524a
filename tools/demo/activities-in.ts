import { addDays, addMonths, instantOf } from '#time';
import type { Api, Json, Progress } from './api.js';
import type { DemoCampus } from './campus.js';
import { idOf, type Ids } from './personas.js';

const AT_ONCE = 6;
const ACTIVITIES = '/affairs/v1/activities';
const POSTS = '/affairs/v1/work-study-posts';

interface Row extends Json {
  id: string;
  version: number;
}

interface Plan {
  kind: string;
  title: { zh: string; en: string };
  credits: number;
  hours: number;
  students: number;
}

const HELD: Plan[] = [
  { kind: 'lecture', title: { zh: '人工智能与社会', en: 'AI and society' }, credits: 0.1, hours: 2, students: 20 },
  {
    kind: 'volunteering',
    title: { zh: '图书馆志愿服务', en: 'Volunteering in the library' },
    credits: 0.1,
    hours: 4,
    students: 12,
  },
];
const AHEAD: Plan[] = [
  { kind: 'event', title: { zh: '社区文化节', en: 'Festival of the community' }, credits: 0.2, hours: 3, students: 10 },
  {
    kind: 'reading',
    title: { zh: '共读《乡土中国》', en: 'Reading “From the Soil”' },
    credits: 0.1,
    hours: 2,
    students: 8,
  },
];

/** Activities with who took part, and who is enrolled in those to come. A bring-in that was cut short leaves what it had begun. */
export async function bringInActivities(
  api: Api,
  campus: DemoCampus,
  ids: Ids,
  date: string,
  timeZone: string,
  progress: Progress,
): Promise<string> {
  const { data: before } = await api.get<{ data: Row[] }>(`${ACTIVITIES}?limit=1`);
  if (before.length > 0) return 'there are some already';
  const unitId = await unitOf(api, 'school');
  const numbers = campus.students.map(({ number }) => number);
  for (const plan of HELD) {
    const startsAt = instantOf(addDays(date, -1), '08:00', timeZone).toISOString();
    const tomorrow = instantOf(addDays(date, 1), '12:00', timeZone).toISOString();
    const activity = await publish(api, unitId, plan, { startsAt, endsAt: tomorrow, enrolUntil: tomorrow });
    const enrolments = await enrolAll(api, activity, numbers.slice(0, plan.students), ids, progress);
    const rows = enrolments.map(({ id }, i) => ({ id, present: i % 10 !== 9 }));
    await api.post(`${ACTIVITIES}/${activity.id}/roll`, { rows });
    // It ended yesterday, whoever holds it says now: who took part can be confirmed.
    const over = instantOf(addDays(date, -1), '12:00', timeZone).toISOString();
    const times = { startsAt, endsAt: over, enrolUntil: over };
    const { version } = await api.put<Row>(`${ACTIVITIES}/${activity.id}`, formOf(plan, times), activity.version);
    await api.post(`${ACTIVITIES}/${activity.id}/close`, {}, { version });
  }
  for (const [i, plan] of AHEAD.entries()) {
    const at = (time: string): string => instantOf(addDays(date, 7 + i), time, timeZone).toISOString();
    const activity = await publish(api, unitId, plan, {
      startsAt: at('19:00'),
      endsAt: at('21:00'),
      enrolUntil: at('12:00'),
    });
    await enrolAll(api, activity, numbers.slice(0, plan.students), ids, progress);
  }
  return `${HELD.length} activities held, ${AHEAD.length} to come`;
}

/** A post of work-study, who has it, what they worked last month, and the payroll of it. */
export async function bringInWorkStudy(
  api: Api,
  campus: DemoCampus,
  ids: Ids,
  date: string,
  timeZone: string,
): Promise<string> {
  const { data: before } = await api.get<{ data: Row[] }>(`${POSTS}?limit=1`);
  if (before.length > 0) return 'there is some already';
  const unitId = await unitOf(api, 'department');
  const month = addMonths(date, -1).slice(0, 7);
  const post = await api.post<Row>(POSTS, {
    ...{ unitId, title: '图书馆整架助理', description: '整理书架，每周两次', kind: 'temporary', location: 'on_campus' },
    ...{
      region: '演示市',
      dangers: [],
      hourlyFen: 1_800,
      places: 3,
      startsOn: `${month}-01`,
      endsOn: addDays(date, 120),
    },
  });
  const { id: postId } = await api.post<Row>(`${POSTS}/${post.id}/open`, {}, { version: post.version });
  let shifts = 0;
  for (const { number } of campus.students.slice(0, 3)) {
    const studentId = idOf(ids, number);
    const asked = await api.post<Row>(`${POSTS}/${postId}/applications`, {
      studentId,
      statement: '周二、周四下午有空',
    });
    await api.post(`/affairs/v1/work-study-applications/${asked.id}/assign`, {}, { version: asked.version });
    for (const day of [`${month}-05`, `${month}-12`]) {
      const [startsAt, endsAt] = ['14:00', '17:00'].map((time) => instantOf(day, time, timeZone).toISOString());
      const shift = await api.post<Row>('/affairs/v1/work-study-shifts', { postId, studentId, startsAt, endsAt });
      await api.post(`/affairs/v1/work-study-shifts/${shift.id}/confirm`, { minutes: 180 }, { version: shift.version });
      shifts++;
    }
  }
  const payroll = await api.post<Row>('/affairs/v1/payrolls', { unitId, month });
  await api.post(`/affairs/v1/payrolls/${payroll.id}/close`, {}, { version: payroll.version });
  return `a post, ${shifts} shifts, a payroll`;
}

interface Times {
  startsAt: string;
  endsAt: string;
  enrolUntil: string;
}

function formOf({ students: _students, ...plan }: Plan, times: Times): object {
  return { ...plan, ...times, enrolFrom: '2020-01-01T00:00:00Z', place: '书院活动室', capacity: 60 };
}

async function publish(api: Api, unitId: string, plan: Plan, times: Times): Promise<Row> {
  const draft = await api.post<Row>(ACTIVITIES, { unitId, ...formOf(plan, times) });
  return api.post<Row>(`${ACTIVITIES}/${draft.id}/publish`, {}, { version: draft.version });
}

async function enrolAll(api: Api, activity: Row, numbers: string[], ids: Ids, progress: Progress): Promise<Row[]> {
  const waiting = [...numbers];
  const enrolments: Row[] = [];
  const work = async (): Promise<void> => {
    for (let number = waiting.shift(); number; number = waiting.shift()) {
      const body = { activityId: activity.id, studentId: idOf(ids, number) };
      enrolments.push(await api.post<Row>('/affairs/v1/enrolments', body));
      progress(enrolments.length, numbers.length, 'enrolments');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return enrolments;
}

async function unitOf(api: Api, kind: string): Promise<string> {
  const { data } = await api.get<{ data: Row[] }>(`/directory/v1/units?kind=${kind}&limit=1`);
  return data[0]!.id;
}
