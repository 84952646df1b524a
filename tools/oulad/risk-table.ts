import type { Column, Table } from '../../apps/early-warning/src/risk/model/table.js';
import { dayOf, readCsv, type Row } from './data.js';

/** What was known of a registration, without the clicks; days count from the presentation's start. */
interface Entry {
  info: Row;
  course: string;
  registered: number | null;
  unregistered: number | null;
  submissions: Submission[];
}

interface Submission {
  assessment: Assessment;
  day: number;
  banked: boolean;
  score: number | null;
}

interface Assessment {
  id: string;
  type: string;
  due: number | null;
  weight: number;
}

export interface RiskData {
  entries: Entry[];
  byStudent: Map<string, Entry[]>;
  /** Assessments other than the exam, by course, in the order they are due. */
  assessments: Map<string, Assessment[]>;
  lengths: Map<string, number>;
}

export async function readRiskData(folder: string): Promise<RiskData> {
  const names = ['studentInfo', 'studentRegistration', 'assessments', 'studentAssessment', 'courses'];
  const [infos, registrations, assessmentRows, submissions, courses] = await Promise.all(
    names.map((name) => readCsv(folder, name)),
  );
  const courseOf = (row: Row): string => `${row['code_module']}-${row['code_presentation']}`;
  const entryOf = new Map<string, Entry>();
  const byStudent = new Map<string, Entry[]>();
  for (const info of infos!) {
    const entry: Entry = { info, course: courseOf(info), registered: null, unregistered: null, submissions: [] };
    const id = info['id_student']!;
    entryOf.set(`${entry.course}-${id}`, entry);
    byStudent.set(id, [...(byStudent.get(id) ?? []), entry]);
  }
  for (const row of registrations!) {
    const entry = entryOf.get(`${courseOf(row)}-${row['id_student']}`)!;
    entry.registered = dayOf(row['date_registration']);
    entry.unregistered = dayOf(row['date_unregistration']);
  }
  const assessments = new Map<string, Assessment[]>();
  const assessmentOf = new Map<string, { course: string; assessment: Assessment }>();
  for (const row of assessmentRows!) {
    const course = courseOf(row);
    const type = row['assessment_type']!;
    const assessment = { id: row['id_assessment']!, type, due: dayOf(row['date']), weight: Number(row['weight']) };
    assessmentOf.set(assessment.id, { course, assessment });
    if (type !== 'Exam') assessments.set(course, [...(assessments.get(course) ?? []), assessment]);
  }
  for (const of of assessments.values()) of.sort((a, b) => (a.due ?? 999) - (b.due ?? 999));
  for (const row of submissions!) {
    const { course, assessment } = assessmentOf.get(row['id_assessment']!)!;
    const entry = entryOf.get(`${course}-${row['id_student']}`);
    const day = dayOf(row['date_submitted'])!;
    entry?.submissions.push({ assessment, day, banked: row['is_banked'] === '1', score: dayOf(row['score']) });
  }
  const lengths = new Map(courses!.map((row) => [courseOf(row), Number(row['module_presentation_length'])]));
  return { entries: [...entryOf.values()], byStudent, assessments, lengths };
}

/** The registrations of the presentations that are not unregistered by the day, as they were known then. */
export function riskTable(data: RiskData, presentations: readonly string[], day: number): Table & { groups: Row[] } {
  const entries = data.entries.filter(
    ({ info, unregistered }) =>
      presentations.includes(info['code_presentation']!) && !(unregistered !== null && unregistered <= day),
  );
  const known = new Map(entries.map((entry) => [entry, factsOf(data, entry, day)]));
  addPlaces(entries, known);
  const keys = Object.keys(known.get(entries[0]!)!);
  const levels = levelsOf(data);
  const columns = keys.map((key): Column => {
    const values = entries.map((entry) => known.get(entry)![key]!);
    if (typeof values[0] !== 'string') return { key, kind: 'number', values: Float64Array.from(values as number[]) };
    return { key, kind: 'level', values: Float64Array.from(values, (value) => levels.get(`${key} ${value}`) ?? NaN) };
  });
  return {
    columns,
    outcomes: Uint8Array.from(entries, ({ info }) => Number(['Fail', 'Withdrawn'].includes(info['final_result']!))),
    students: Int32Array.from(entries, ({ info }) => Number(info['id_student'])),
    groups: entries.map(({ info }) => info),
  };
}

type Facts = Record<string, number | string>;

/** Names of levels that have no order, each with its number: the same for training and judging. */
const NAMES = { module: 'code_module', region: 'region' };

function levelsOf({ entries }: RiskData): Map<string, number> {
  const levels = new Map<string, number>();
  for (const [key, column] of Object.entries(NAMES)) {
    const names = [...new Set(entries.map(({ info }) => info[column]!))].sort();
    names.forEach((name, i) => levels.set(`${key} ${name}`, i));
  }
  return levels;
}

const EDUCATION = [
  'No Formal quals',
  'Lower Than A Level',
  'A Level or Equivalent',
  'HE Qualification',
  'Post Graduate Qualification',
];
/** Days from the start of one presentation to that of the next, about. */
const STARTS: Record<string, number> = { '2013B': 0, '2013J': 242, '2014B': 365, '2014J': 607 };

function factsOf(data: RiskData, entry: Entry, day: number): Facts {
  const { info, course, registered, submissions } = entry;
  const assessments = data.assessments.get(course) ?? [];
  const due = assessments.filter((one) => one.due !== null && one.due <= day);
  const handedIn = submissions
    .filter((one) => one.day <= day && one.assessment.type !== 'Exam')
    .sort((a, b) => a.day - b.day);
  const own = handedIn.filter((one) => !one.banked);
  const byId = new Map(handedIn.map((one) => [one.assessment.id, one]));
  const missing = due.filter(({ id }) => !byId.has(id));
  const tutor = (of: readonly Assessment[]): Assessment[] => of.filter(({ type }) => type === 'TMA');
  const lateness = own.flatMap(({ assessment, day: at }) => (assessment.due === null ? [] : [at - assessment.due]));
  const scored = handedIn.filter((one) => one.score !== null);
  const tutored = scored.filter(({ assessment }) => assessment.type === 'TMA');
  const scores = scored.map(({ score }) => score!);
  const weightDue = sum(due.map(({ weight }) => weight));
  const lastDue = due.at(-1);
  const lastTutor = tutor(due).at(-1);
  const next = assessments.find((one) => one.due !== null && one.due > day);
  let run = 0;
  for (const one of due.toReversed()) {
    if (byId.has(one.id)) break;
    run++;
  }
  return {
    module: info['code_module']!,
    length: data.lengths.get(course)!,
    region: info['region']!,
    education: EDUCATION.indexOf(info['highest_education']!),
    deprivation: info['imd_band'] ? Number.parseInt(info['imd_band'], 10) : NaN,
    previous_attempts: Number(info['num_of_prev_attempts']),
    credits: Number(info['studied_credits']),
    // Who is to register later is not known yet.
    registered: registered === null ? NaN : Math.min(registered, day + 1),
    due: due.length,
    submitted: handedIn.length,
    submitted_share:
      due.length === 0 ? NaN : handedIn.filter(({ assessment }) => due.includes(assessment)).length / due.length,
    missing: missing.length,
    missing_tutored: tutor(missing).length,
    missing_run: run,
    missing_weight: weightDue === 0 ? NaN : sum(missing.map(({ weight }) => weight)) / weightDue,
    ahead: handedIn.filter(({ assessment }) => assessment.due === null || assessment.due > day).length,
    banked: handedIn.length - own.length,
    late: lateness.filter((days) => days > 0).length,
    late_mean: mean(lateness),
    late_last: lateness.at(-1) ?? NaN,
    late_worst: lateness.length === 0 ? NaN : Math.max(...lateness),
    since_last: own.length === 0 ? NaN : day - own.at(-1)!.day,
    since_due: lastDue ? day - lastDue.due! : NaN,
    to_next: next ? next.due! - day : NaN,
    last_submitted: lastDue ? Number(byId.has(lastDue.id)) : NaN,
    last_tutored_submitted: lastTutor ? Number(byId.has(lastTutor.id)) : NaN,
    score_mean: mean(scores),
    score_weighted: weighted(scored),
    score_tutored: mean(tutored.map(({ score }) => score!)),
    score_last: scores.at(-1) ?? NaN,
    score_worst: scores.length === 0 ? NaN : Math.min(...scores),
    score_first: scores[0] ?? NaN,
    score_trend: scores.length < 2 ? NaN : scores.at(-1)! - mean(scores.slice(0, -1)),
    points: weightDue === 0 ? NaN : sum(scored.map(({ assessment, score }) => assessment.weight * score!)) / weightDue,
    ...othersOf(data, entry, day),
  };
}

/** What the same student did in other courses, as far as it was known on the day. */
function othersOf({ byStudent }: RiskData, entry: Entry, day: number): Facts {
  const now = STARTS[entry.info['code_presentation']!]! + day;
  const others = byStudent.get(entry.info['id_student']!)!.filter((other) => other !== entry);
  const results: number[] = [];
  let [beside, left] = [0, 0];
  for (const { info, unregistered, registered } of others) {
    const start = STARTS[info['code_presentation']!]!;
    // A course takes eight or nine months; its result is known after that.
    if (start + 270 <= now && start < STARTS[entry.info['code_presentation']!]!)
      results.push(Number(['Fail', 'Withdrawn'].includes(info['final_result']!)));
    else if (start + (registered ?? 0) <= now) beside++;
    if (unregistered !== null && start + unregistered <= now) left++;
  }
  return { other_courses: beside, other_left: left, earlier_failed: mean(results), earlier: results.length };
}

/** Where the scores stand among those who take the same course: courses mark differently. */
function addPlaces(entries: readonly Entry[], known: ReadonlyMap<Entry, Facts>): void {
  const courses = new Map<string, Entry[]>();
  for (const entry of entries) courses.set(entry.course, [...(courses.get(entry.course) ?? []), entry]);
  for (const of of courses.values())
    for (const key of ['score_mean', 'points', 'submitted', 'score_last', 'registered']) {
      const values = of
        .map((entry) => known.get(entry)![key] as number)
        .filter((value) => !Number.isNaN(value))
        .sort((a, b) => a - b);
      for (const entry of of) known.get(entry)![`${key}_place`] = placeOf(values, known.get(entry)![key] as number);
    }
}

/** Share of the values below, those that are equal counted by half. */
function placeOf(ascending: readonly number[], value: number): number {
  if (Number.isNaN(value)) return NaN;
  const below = (holds: (other: number) => boolean): number => {
    let [low, high] = [0, ascending.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(ascending[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (below((other) => other < value) + below((other) => other <= value)) / (2 * ascending.length);
}

function weighted(of: readonly Submission[]): number {
  const weight = sum(of.map(({ assessment }) => assessment.weight));
  return weight === 0 ? NaN : sum(of.map(({ assessment, score }) => assessment.weight * score!)) / weight;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : sum(values) / values.length;
}
