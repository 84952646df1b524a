import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

/** A student's registration for a presentation of a module; what OULAD calls a student may have several. */
export interface Registration {
  /** `<module>-<presentation>-<id>`, e.g. `AAA-2013J-11391`. */
  number: string;
  module: string;
  presentation: string;
  /** Days from the presentation's start; null = not known, or never. */
  registered: number | null;
  unregistered: number | null;
  /** Final result Fail or Withdrawn. */
  atRisk: boolean;
  submissions: { day: number; score: number | null }[];
}

export interface Oulad {
  registrations: Registration[];
  /** Days on which an assessment other than the exam is due, by `<module>-<presentation>`. */
  due: Map<string, number[]>;
}

export type Row = Record<string, string>;

/** The presentations asked for, or all that there are, in their order in time. Throws an Error for one that there is not. */
export function presentationsOf({ registrations }: Oulad, asked: readonly string[]): string[] {
  // B begins in February, J in October.
  const all = [...new Set(registrations.map((r) => r.presentation))].sort();
  const unknown = asked.find((one) => !all.includes(one));
  if (unknown !== undefined) throw new Error(`There is no presentation ${unknown}, but ${all.join(', ')}`);
  return asked.length === 0 ? all : all.filter((one) => asked.includes(one));
}

/** Reads the gzipped CSV files of the Open University Learning Analytics Dataset (CC BY 4.0; Kuzilek et al. 2017). */
export async function readOulad(folder: string): Promise<Oulad> {
  const [infos, registrations, assessments, submissions] = await Promise.all(
    ['studentInfo', 'studentRegistration', 'assessments', 'studentAssessment'].map((name) => readCsv(folder, name)),
  );
  const numberOf = (row: Row, id: string): string => `${row['code_module']}-${row['code_presentation']}-${id}`;
  const results = new Map(infos!.map((row) => [numberOf(row, row['id_student']!), row['final_result']!]));
  const byNumber = new Map<string, Registration>();
  for (const row of registrations!) {
    const number = numberOf(row, row['id_student']!);
    byNumber.set(number, {
      number,
      module: row['code_module']!,
      presentation: row['code_presentation']!,
      registered: dayOf(row['date_registration']),
      unregistered: dayOf(row['date_unregistration']),
      atRisk: ['Fail', 'Withdrawn'].includes(results.get(number) ?? ''),
      submissions: [],
    });
  }
  const due = new Map<string, number[]>();
  const assessmentOf = new Map(assessments!.map((row) => [row['id_assessment']!, row]));
  for (const row of assessments!) {
    const day = dayOf(row['date']);
    if (row['assessment_type'] === 'Exam' || day === null) continue;
    const course = `${row['code_module']}-${row['code_presentation']}`;
    due.set(course, [...(due.get(course) ?? []), day]);
  }
  for (const row of submissions!) {
    const assessment = assessmentOf.get(row['id_assessment']!);
    const registration = assessment && byNumber.get(numberOf(assessment, row['id_student']!));
    registration?.submissions.push({ day: dayOf(row['date_submitted'])!, score: dayOf(row['score']) });
  }
  return { registrations: [...byNumber.values()], due };
}

export async function readCsv(folder: string, name: string): Promise<Row[]> {
  const text = gunzipSync(await readFile(join(folder, `${name}.csv.gz`)));
  return parse(text, { columns: true, bom: true }) as Row[];
}

export function dayOf(value: string | undefined): number | null {
  return value === undefined || value === '' ? null : Number(value);
}
