import type { Api, Json } from './api.js';
import { BIG_COLLEGE, type DemoCampus, holderOf } from './campus.js';
import { approverName, idOf, type Ids } from './personas.js';

const PATH = '/affairs/v1/rounds';
const ENTRIES = 40;

interface Round extends Json {
  id: string;
  version: number;
  status: string;
  content: { components: { code: string }[]; figures: { code: string }[] };
}

/** A scholarship of this year with some dozens of entries, as far as its public notice. Returns how many are in it. */
export async function bringInRounds(
  api: Api,
  as: (name: string) => Api,
  campus: DemoCampus,
  ids: Ids,
): Promise<string> {
  const [school] = (await api.get<{ data: { id: string }[] }>('/directory/v1/units?kind=school&limit=1')).data;
  const templates = await api.get<{ code: string; content: Json }[]>(`${PATH}/templates`);
  const { content } = templates.find(({ code }) => code === 'encouragement-scholarship')!;
  const form = { type: 'object', additionalProperties: false, properties: {} };
  const body = { unitId: school!.id, content: { ...content, form, eligibility: [], collegeApproval: false } };
  let round = await api.post<Round>(PATH, body, { key: 'demo-round' });
  round = await api.get<Round>(`${PATH}/${round.id}`);
  const act = async (by: Api, action: string): Promise<void> => {
    round = await by.post<Round>(`${PATH}/${round.id}/actions`, { action }, { version: round.version });
  };
  const students = campus.students.filter(({ class: { college } }) => college.code === BIG_COLLEGE).slice(0, ENTRIES);
  if (round.status === 'draft') await act(api, 'open');
  if (round.status === 'open') {
    await Promise.all(
      students.map(({ number }) =>
        api.post(
          '/affairs/v1/round-entries',
          { roundId: round.id, studentId: idOf(ids, number) },
          { key: `demo-round-${number}` },
        ),
      ),
    );
    await api.handIn(`${PATH}/${round.id}/sheets?kind=figures`, 'figures.csv', sheetOf(students));
    await act(api, 'close');
  }
  if (round.status === 'review') await act(api, 'propose');
  const officer = holderOf(campus, 'student_affairs_officer', campus.school.code);
  if (round.status === 'proposed') await act(as(approverName(officer)), 'approve');
  return `${students.length} entries for a scholarship, which stands under public notice`;
}

/** Scores between 70 and 98; a few have failed courses. */
function sheetOf(students: readonly { number: string }[]): Uint8Array<ArrayBuffer> {
  const rows = students.map(({ number }, i) => [
    number,
    70 + ((i * 37) % 57) / 2,
    75 + ((i * 11) % 20),
    i % 9 === 4 ? 1 : 0,
    0,
  ]);
  const header = ['number', 'study', 'evaluation', 'failed_courses', 'late_returns'];
  return new TextEncoder().encode([header, ...rows].map((cells) => cells.join(',')).join('\n'));
}
