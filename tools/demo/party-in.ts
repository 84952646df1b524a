import { addDays, addMonths } from '#time';
import type { Api, Json, Progress } from './api.js';
import { type DemoAcademy, type DemoCampus, type DemoStudent, holderOf } from './campus.js';
import { idOf, type Ids } from './personas.js';

const ROOT = '/party-building/v1';
const FOUNDED = '2021-07-01';
/** Academies whose grids no branch covers yet. */
const UNCOVERED = 2;
/** Academies with admissions under way. */
const ADMITTING = 4;

interface Organization extends Json {
  id: string;
  code: string;
  version: number;
}

/**
 * The three levels of party organizations: community committee, a general branch per academy, and in it a joint branch of
 * academy and college. Branches cover the academy's grids, except in two academies, and have members and admissions.
 */
export async function bringInParty(
  api: Api,
  campus: DemoCampus,
  ids: Ids,
  today: string,
  progress: Progress,
): Promise<string> {
  const units = new Map(
    (await api.all<{ id: string; kind: string; code: string }>('/directory/v1/units')).map((unit) => [
      `${unit.kind} ${unit.code}`,
      unit.id,
    ]),
  );
  const unit = (kind: string, code: string): string => units.get(`${kind} ${code}`) as string;
  const known = new Map((await api.all<Organization>(`${ROOT}/organizations`)).map((one) => [one.code, one]));
  const found = async (
    kind: string,
    code: string,
    name: string,
    parentId: string | null,
    unitIds: string[],
  ): Promise<Organization> =>
    known.get(code) ??
    api.post<Organization>(`${ROOT}/organizations`, { kind, code, name, parentId, unitIds, foundedOn: FOUNDED });

  const school = unit('school', campus.school.code);
  const committee = await found('party_committee', 'DW', '一站式学生社区党委', null, [school]);
  let admissions = 0;
  for (const [i, academy] of campus.academies.entries()) {
    const organizer = holderOf(campus, 'party_organizer', academy.code);
    const students = campus.students.filter((student) => student.class.academy === academy);
    const college = (students[0] as DemoStudent).class.college;
    const own = unit('academy', academy.code);
    const general = await found('general_branch', `${academy.code}-Z`, `${academy.name}党总支`, committee.id, [own]);
    const units = [own, unit('college', college.code)];
    const branch = await found('joint_branch', `${academy.code}-L`, `${academy.name}师生联合党支部`, general.id, units);
    if (!known.has(branch.code)) await staff(api, campus, ids, academy, students, branch, today);
    if (i < campus.academies.length - UNCOVERED) await cover(api, campus, academy, branch, unit, today);
    if (i < ADMITTING) admissions += await admit(api, ids, students, branch, idOf(ids, organizer.number), today);
    progress(i + 1, campus.academies.length, 'academies');
  }
  const uncovered = `${UNCOVERED * 2} of ${campus.grids.length} grids without a branch`;
  return `${1 + 2 * campus.academies.length} organizations, ${uncovered}, ${admissions} admissions under way`;
}

/** The organizer and three students of the top year are members. */
async function staff(
  api: Api,
  campus: DemoCampus,
  ids: Ids,
  academy: DemoAcademy,
  students: DemoStudent[],
  branch: Organization,
  today: string,
): Promise<void> {
  const [joined, since] = [addMonths(today, -18), addMonths(today, -12)];
  const oldest = Math.min(...students.map((student) => student.class.grade));
  const seniors = students.filter((student) => student.class.grade === oldest).slice(0, 3);
  for (const { number } of [holderOf(campus, 'party_organizer', academy.code), ...seniors]) {
    const member = {
      organizationId: branch.id,
      personId: idOf(ids, number),
      kind: 'full_member',
      joinedOn: joined,
      validFrom: since,
    };
    await api.post(`${ROOT}/members`, member, { key: `demo-member-${number}` });
  }
}

async function cover(
  api: Api,
  campus: DemoCampus,
  academy: DemoAcademy,
  branch: Organization,
  unit: (kind: string, code: string) => string,
  today: string,
): Promise<void> {
  const gridIds = campus.grids
    .filter(({ code }) => code.startsWith(`G-${academy.building}`))
    .map(({ code }) => unit('grid', code));
  const { version } = await api.get<Organization>(`${ROOT}/organizations/${branch.id}`);
  await api.put(`${ROOT}/branches/${branch.id}/grids`, { gridIds, from: addDays(today, -30) }, version);
}

interface Admission extends Json {
  id: string;
  step: number;
  version: number;
}

const paper = (kind: string, reference: string): object => ({ documents: [{ kind, reference: `demo/${reference}` }] });

/** Three students on their way: an activist with a review overdue, one whose talk is overdue, and one who has just applied. */
async function admit(
  api: Api,
  ids: Ids,
  students: DemoStudent[],
  branch: Organization,
  contact: string,
  today: string,
): Promise<number> {
  const early = addMonths(today, -10);
  const decided = addMonths(early, 3);
  const steps = [
    { takenOn: addDays(early, 20), choices: [{ name: 'talker_role', value: 'secretary' }] },
    {
      takenOn: decided,
      choices: [{ name: 'method', value: 'league_recommendation' }],
      ...paper('decision_minutes', 'minutes'),
    },
    { takenOn: addDays(decided, 5), ...paper('filing_record', 'filing') },
    { takenOn: addDays(decided, 7), people: [{ role: 'contact', personId: contact }] },
  ];
  const plans = [
    { appliedOn: early, steps },
    { appliedOn: addMonths(today, -2), steps: [] },
    { appliedOn: addDays(today, -10), steps: [] },
  ];
  const oldEnough = students.filter(
    (student) => addMonths(student.birthDate, 18 * 12) < early && student.since < early,
  );
  for (const [i, { appliedOn, steps: taken }] of plans.entries()) {
    const { number, birthDate } = oldEnough[i + 10] as DemoStudent;
    const application = { organizationId: branch.id, personId: idOf(ids, number), birthDate, appliedOn };
    const opened = await api.post<Admission>(
      `${ROOT}/admissions`,
      { ...application, ...paper('application_letter', 'letter') },
      { key: `demo-admission-${number}` },
    );
    let admission = await api.get<Admission>(`${ROOT}/admissions/${opened.id}`);
    for (const [at, step] of taken.entries()) {
      if (admission.step > at + 1) continue;
      admission = await api.post<Admission>(`${ROOT}/admissions/${opened.id}/steps/${at + 2}`, step, {
        version: admission.version,
      });
    }
  }
  return plans.length;
}
