import { addDays } from '#time';
import { bulkZip, type Tables } from '../oneroster/bulk-zip.js';
import type { Oulad, Registration } from './data.js';

/** Later by so many years: what is older than a metric's retention is refused. */
const YEARS_LATER = 10;

function yearOf(presentation: string): number {
  return Number(presentation.slice(0, 4)) + YEARS_LATER;
}

/** First day of a presentation: B begins in February, J in October (the data set gives no exact day). */
export function startOf(presentation: string): string {
  return `${yearOf(presentation)}-${presentation.endsWith('B') ? '02' : '10'}-01`;
}

/** The calendar date of a day counted from the presentation's start. */
export function dateOf(presentation: string, day: number): string {
  return addDays(startOf(presentation), day);
}

/** Every registration as a student of a college named after its presentation, in a course class named after its module. */
export function rosterOf({ registrations }: Oulad): Promise<Buffer> {
  const presentations = [...new Set(registrations.map((r) => r.presentation))].sort();
  const courses = [...new Set(registrations.map((r) => `${r.module}-${r.presentation}`))].sort();
  const presentationOf = (course: string): string => course.split('-')[1]!;
  const tables: Tables = {
    academicSessions: presentations.flatMap((p) => {
      const schoolYear = yearOf(p) + (p.endsWith('B') ? 0 : 1);
      return [{ sourcedId: p, title: p, type: 'term', startDate: startOf(p), endDate: dateOf(p, 300), schoolYear }];
    }),
    orgs: [
      { sourcedId: 'ou', name: 'Open University (OULAD)', type: 'school', identifier: 'OU' },
      ...presentations.map((p) => ({
        sourcedId: `p-${p}`,
        name: p,
        type: 'department',
        identifier: p,
        parentSourcedId: 'ou',
        'metadata.kind': 'college',
      })),
    ],
    courses: [...new Set(courses.map((course) => course.split('-')[0]!))].map((module) => ({
      sourcedId: module,
      title: module,
      courseCode: module,
      orgSourcedId: 'ou',
    })),
    classes: courses.map((course) => ({
      sourcedId: course,
      title: course,
      courseSourcedId: course.split('-')[0]!,
      classCode: course,
      classType: 'scheduled',
      schoolSourcedId: `p-${presentationOf(course)}`,
      termSourcedIds: presentationOf(course),
    })),
    users: registrations.map((r) => ({
      sourcedId: r.number,
      enabledUser: 'true',
      userIds: `{registration:${r.number}}`,
      givenName: 'Student',
      familyName: r.number,
      identifier: r.number,
      primaryOrgSourcedId: `p-${r.presentation}`,
    })),
    roles: registrations.map((r) => ({
      sourcedId: `${r.number}-r`,
      userSourcedId: r.number,
      roleType: 'primary',
      role: 'student',
      orgSourcedId: `p-${r.presentation}`,
      ...period(r),
    })),
    enrollments: registrations.map((r) => ({
      sourcedId: `${r.number}-e`,
      classSourcedId: `${r.module}-${r.presentation}`,
      schoolSourcedId: `p-${r.presentation}`,
      userSourcedId: r.number,
      role: 'student',
      primary: 'true',
      ...period(r),
    })),
  };
  return bulkZip(tables, { name: 'Open University Learning Analytics Dataset', code: 'oulad' });
}

/** From the registration (not known: the start) until the day of unregistration, that day excluded. */
function period({ presentation, registered, unregistered }: Registration): { beginDate: string; endDate: string } {
  const begin = Math.min(registered ?? 0, unregistered === null ? Infinity : unregistered - 1);
  return {
    beginDate: dateOf(presentation, begin),
    endDate: unregistered === null ? '' : dateOf(presentation, unregistered),
  };
}

export interface Observation {
  studentNumber: string;
  metric: string;
  day: string;
  value: number;
}

/** What was due, what was handed in, and the scores, each on its own day. A score counts from its submission. */
export function* observationsOf({ registrations, due }: Oulad): Generator<Observation> {
  for (const { number: studentNumber, module, presentation, submissions } of registrations) {
    const on = (day: number, metric: string, value = 1): Observation => ({
      studentNumber,
      metric,
      day: dateOf(presentation, day),
      value,
    });
    for (const day of due.get(`${module}-${presentation}`) ?? []) yield on(day, 'assessment_due');
    for (const { day, score } of submissions) {
      yield on(day, 'assessment_submitted');
      if (score === null) continue;
      yield on(day, 'score_points', score);
      yield on(day, 'score_count');
    }
  }
}
