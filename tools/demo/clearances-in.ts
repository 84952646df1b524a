import { addDays } from '#time';
import type { Api, Job, Progress } from './api.js';
import { BIG_COLLEGE, type DemoCampus } from './campus.js';

const LISTS = '/affairs/v1/clearance-lists';
const SIGN_OFFS = '/affairs/v1/clearance-sign-offs';
/** Rows of a batch; pages of clearances that are decided on. */
const ROWS = 500;
const PAGE = 200;

interface Entry {
  id: string;
  entry: string;
  version: number;
}
interface Clearance {
  student: { number: string };
  entries: Entry[];
}
interface Unit {
  id: string;
  code: string;
}

/** The oldest grade of the big college leaves: an open list with sign-offs in every state. Returns how far it is. */
export async function bringInClearances(
  api: Api,
  campus: DemoCampus,
  date: string,
  progress: Progress,
): Promise<string> {
  const departments = new Map(
    (await api.all<Unit>('/directory/v1/units?kind=department')).map(({ code, id }) => [code, id]),
  );
  const colleges = await api.all<Unit>('/directory/v1/units?kind=college');
  const college = colleges.find(({ code }) => code === BIG_COLLEGE)!.id;
  const entry = (code: string, zh: string, en: string, department: string | null, more: object = {}): object => ({
    ...{ code, title: { zh, en }, unitId: department && departments.get(department) },
    ...more,
  });
  const grade = String(Math.min(...campus.classes.map((group) => group.grade)));
  const list = {
    ...{ kind: 'departure', title: { zh: '毕业生离校', en: 'Departure of this year’s graduates' } },
    ...{ from: addDays(date, -10), to: addDays(date, 20), unitIds: [college], grades: [grade] },
    entries: [
      entry('library', '图书还清', 'Books returned', 'TSG', { automatic: true }),
      entry('fees', '学费结清', 'Fees paid', 'CWC', { deferrable: true }),
      entry('room', '宿舍退宿', 'Room given back', 'HQC', { evidence: 'text' }),
      entry('diploma', '毕业证领取', 'Diploma collected', 'JWC', { after: ['library', 'fees'] }),
      entry('card', '学生证注销', 'Student card cancelled', null, { after: ['room'] }),
      entry('survey', '离校问卷', 'Survey', 'JYZX', { blocking: false }),
    ],
  };
  const { id } = await api.post<{ id: string }>(LISTS, list, { key: 'demo-clearance-list' });
  const job = await api.post<Job>(`${LISTS}/${id}/open`, {}, { key: 'demo-clearance-open', version: 1 });
  await api.finish('affairs', job, 'clearances', progress);
  const path = `/affairs/v1/clearances?listId=${id}&sort=createdAt&limit=${PAGE}`;
  const { data } = await api.get<{ data: Clearance[] }>(path);
  await signOff(api, id, data, addDays(date, 60));
  const { total, complete } = await api.get<{ total: number; complete: number }>(`${LISTS}/${id}/board`);
  return `${total} students leave, ${complete} have everything signed`;
}

/** The first of every ten have all signed; of the others something is refused, waived, deferred, handed in, or waits. */
async function signOff(api: Api, listId: string, clearances: readonly Clearance[], until: string): Promise<void> {
  const of = (clearance: Clearance, code: string): Entry => clearance.entries.find(({ entry }) => entry === code)!;
  const act = (one: Entry, verb: string, body: object): Promise<Entry> =>
    api.post<Entry>(`${SIGN_OFFS}/${one.id}/${verb}`, body, { key: `demo-${verb}-${one.id}`, version: one.version });
  const books = clearances.map(({ student }, n) => ({
    ...{ studentNumber: student.number, entry: 'library', result: n % 10 === 1 ? 'refused' : 'cleared' },
    ...(n % 10 === 1 && { reason: '尚有 1 本未还' }),
  }));
  await api.post('/affairs/v1/clearance-reports', { listId, rows: books }, { key: 'demo-clearance-books' });
  const ready = clearances.filter((_, n) => n % 10 === 0);
  const given = await Promise.all(
    ready.map((one) => act(of(one, 'room'), 'evidence', { text: '钥匙已交，房间已清空' })),
  );
  for (const one of clearances.filter((_, n) => n % 20 === 2))
    await act(of(one, 'room'), 'evidence', { text: '钥匙已交' });
  for (const one of clearances.filter((_, n) => n % 20 === 4)) {
    await act(of(one, 'fees'), 'defer', { until, reason: '助学贷款未到账' });
  }
  const rows = clearances.flatMap((clearance, n) => {
    const decided = (code: string, decision: string, version: number, reason?: string): object[] => [
      { id: of(clearance, code).id, version, decision, ...(reason && { reason }) },
    ];
    if (n % 10 === 0)
      return [
        ...decided('fees', 'clear', 1),
        ...decided('room', 'clear', given.find((one) => one.id === of(clearance, 'room').id)!.version),
        ...decided('diploma', 'clear', 1),
        ...decided('card', 'clear', 1),
      ];
    if (n % 10 === 3) return decided('fees', 'refuse', 1, '住宿费未结清');
    return n % 10 === 5 ? decided('survey', 'waive', 1, '休学期间') : [];
  });
  for (let i = 0; i < rows.length; i += ROWS)
    await api.post(
      `${SIGN_OFFS}/decisions`,
      { rows: rows.slice(i, i + ROWS) },
      { key: `demo-clearance-decisions-${i}` },
    );
}
