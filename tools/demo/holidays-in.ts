import { addDays, instantOf } from '#time';
import type { Api } from './api.js';
import { BIG_COLLEGE, type DemoCampus } from './campus.js';
import { idOf, type Ids } from './personas.js';

const CAMPAIGNS = '/affairs/v1/holiday-campaigns';
const REGISTRATIONS = '/affairs/v1/holiday-registrations';
const AT_ONCE = 4;
const MOST = 40;

interface Row {
  id: string;
  version: number;
}

/** A college asks where its students will be over a holiday that is to come: one class has registered, in every state. */
export async function bringInHolidays(
  api: Api,
  campus: DemoCampus,
  ids: Ids,
  date: string,
  timeZone: string,
): Promise<string> {
  const colleges = await api.all<{ id: string; code: string }>('/directory/v1/units?kind=college');
  const unitId = colleges.find(({ code }) => code === BIG_COLLEGE)!.id;
  const [from, to] = [addDays(date, 14), addDays(date, 21)];
  const destination = (code: string, zh: string, en: string, away: boolean, more: object = {}): object => ({
    ...{ code, title: { zh, en }, away },
    ...more,
  });
  const content = {
    ...{ title: { zh: '假期去向登记', en: 'Where students will be over the holiday' }, unitId },
    startsAt: instantOf(from, '16:00', timeZone).toISOString(),
    endsAt: instantOf(to, '22:00', timeZone).toISOString(),
    ...{ opensOn: addDays(date, -3), closesOn: addDays(date, 12) },
    destinations: [
      destination('home', '回家', 'Home', true, { asks: ['region', 'contact', 'guardianTold'] }),
      destination('campus', '留校', 'Stays on campus', false, { approval: true, asks: ['note'] }),
      destination('internship', '实习', 'Internship', true, { asks: ['region', 'address', 'contact'] }),
      destination('travel', '旅游', 'Travel', true, { asks: ['region', 'leavesAt', 'returnsAt', 'guardianTold'] }),
      destination('other', '其他', 'Other', true, { approval: true, asks: ['region', 'note'] }),
    ],
  };
  const drafted = await api.post<Row>(CAMPAIGNS, content, { key: 'demo-holiday' });
  await api.post(`${CAMPAIGNS}/${drafted.id}/open`, {}, { key: 'demo-holiday-open', version: drafted.version });
  const { code } = campus.classes.find(({ college }) => college.code === BIG_COLLEGE)!;
  const students = campus.students.filter((one) => one.class.code === code).slice(0, MOST);
  // The last of every five has not registered.
  const waiting = students.map((one, n) => [one, n] as const).filter(([, n]) => n % 5 !== 4);
  const registered = waiting.length;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await register(api, drafted.id, idOf(ids, next[0].number), next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await api.post(`${CAMPAIGNS}/${drafted.id}/reminders`, {}, { key: 'demo-holiday-reminders' });
  const { total, submitted } = await api.get<{ total: number; submitted: number }>(`${CAMPAIGNS}/${drafted.id}/board`);
  return `${registered} of ${total} students have registered, ${submitted} wait for consent`;
}

/** One registration by its place in the class: at home, on campus (agreed to, refused or waiting), told to staff, withdrawn. */
async function register(api: Api, campaignId: string, studentId: string, n: number): Promise<void> {
  const key = `demo-holiday-${studentId}`;
  const home = { destination: 'home', region: '陕西省宝鸡市', contact: '家长电话', guardianTold: n % 3 !== 0 };
  const form = n % 5 === 1 ? { destination: 'campus', note: '参加实验室课题' } : home;
  const path = n % 5 === 2 ? `${REGISTRATIONS}/on-behalf` : REGISTRATIONS;
  const one = await api.post<Row>(path, { campaignId, studentId, ...form }, { key });
  const act = (verb: string, body: object = {}): Promise<unknown> =>
    api.post(`${REGISTRATIONS}/${one.id}/${verb}`, body, { key: `${key}-${verb}`, version: one.version });
  if (n % 20 === 1 || n % 20 === 6) await act('approve');
  if (n % 20 === 11) await act('reject', { reason: '假期本楼检修，请改登记' });
  if (n % 20 === 3) await act('withdraw');
}
