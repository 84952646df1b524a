import type { Persona } from '../../apps/directory/src/login/demo.js';
import { BIG_COLLEGE, type DemoCampus, type DemoStaff, type DemoStudent, holderOf } from './campus.js';
import type { Troubles } from './troubles.js';

/** Ids of people by number: students and staff. */
export type Ids = ReadonlyMap<string, string>;

/** Names that `npm run token -- --as …` takes. The first of them is in the database once the demo is complete. */
export const FIRST_PERSONA = 'counselor';

/** The people one can be on the tour. */
export function tourPersonas(campus: DemoCampus, troubles: Troubles, ids: Ids): Persona[] {
  const [student, late] = [first(campus, troubles.of.lateExcused), first(campus, troubles.of.late)];
  const staff = (kind: string, code: string): DemoStaff => holderOf(campus, kind, code);
  const people: [name: string, who: { number: string }, zh: string, en: string][] = [
    [
      FIRST_PERSONA,
      staff('counselor', student.class.code),
      '辅导员（计算机学院，有预警）',
      'Counselor of the college with warnings',
    ],
    ['other-counselor', staff('counselor', otherClass(campus)), '辅导员（另一学院）', 'Counselor of another college'],
    [
      'college-officer',
      staff('student_affairs_officer', BIG_COLLEGE),
      '学院学生工作干部',
      "College's student-affairs officer",
    ],
    [
      'school-officer',
      staff('student_affairs_officer', campus.school.code),
      '学校学生工作干部',
      "School's student-affairs officer",
    ],
    ['class-advisor', staff('class_advisor', student.class.code), '班主任', 'Class advisor'],
    ['building-head', staff('building_head', late.class.academy.building), '楼长', 'Building head'],
    ['party-organizer', staff('party_organizer', student.class.academy.code), '组织员', 'Party organizer'],
    ['clerk', staff('department_clerk', 'JWC'), '教务处经办人', 'Clerk of academic affairs'],
    ['psychologist', staff('psychologist', campus.school.code), '心理教师', 'Psychologist'],
    [
      'student',
      student,
      '学生（晚归均有请假，另有一份待批）',
      'Student: late with leave, another leave awaits approval',
    ],
    ['late-student', late, '学生（多次晚归）', 'Student: late again and again'],
  ];
  return people.map(([name, { number }, zh, en]) => ({ name, personId: idOf(ids, number), zh, en }));
}

/** Name of the persona that decides leaves during the bring-in. */
export function approverName(staff: DemoStaff): string {
  return `approver-${staff.number.toLowerCase()}`;
}

/** Everybody who decides leaves, as personas of the bring-in. */
export function approvers(campus: DemoCampus, ids: Ids): Persona[] {
  return campus.staff
    .filter(({ posts }) => posts.some(({ kind }) => kind === 'counselor' || kind === 'student_affairs_officer'))
    .map((staff) => ({ name: approverName(staff), personId: idOf(ids, staff.number), zh: '审批人', en: 'Approver' }));
}

export function idOf(ids: Ids, number: string): string {
  const id = ids.get(number);
  if (!id) throw new Error(`Nobody of the roster has the number ${number}`);
  return id;
}

function first(campus: DemoCampus, indexes: number[]): DemoStudent {
  return campus.students[indexes[0] as number] as DemoStudent;
}

function otherClass(campus: DemoCampus): string {
  return campus.classes.find(({ college }) => college.code !== BIG_COLLEGE)?.code as string;
}
