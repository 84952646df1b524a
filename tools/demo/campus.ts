import { addDays } from '#time';
import { Random } from './random.js';

/** What the whole demo follows from. */
export interface DemoPlan {
  seed: number;
  /** Evening of the newest night that is over, YYYY-MM-DD: the last day of the data. */
  lastNight: string;
  /** IANA zone of the campus. */
  timeZone: string;
}

/** Days of gate passes and observations, the last one included. */
export const DAYS = 60;

export interface DemoUnit {
  sourcedId: string;
  code: string;
  name: string;
}

export interface DemoCollege extends DemoUnit {
  majors: DemoUnit[];
}

export interface DemoAcademy extends DemoUnit {
  /** Code of its dormitory building. */
  building: string;
}

export interface DemoClass extends DemoUnit {
  college: DemoCollege;
  major: DemoUnit;
  academy: DemoAcademy;
  /** Year of entry. */
  grade: number;
}

export interface DemoStudent {
  /** From 0, in the order of classes. */
  index: number;
  sourcedId: string;
  number: string;
  sex: '1' | '2';
  birthDate: string;
  class: DemoClass;
  /** Where the student lives: building-room-bed. */
  bed: string;
  /** First day in class, academy and room. */
  since: string;
}

export interface DemoStaff {
  sourcedId: string;
  number: string;
  name: string;
  /** As in roles.csv of OneRoster. */
  role: 'teacher' | 'counselor' | 'siteAdministrator' | 'aide';
  /** The unit on the staff list. */
  org: DemoUnit;
  posts: { kind: string; unitKind: string; unitCode: string }[];
}

export interface DemoBed {
  building: string;
  floor: string;
  room: string;
  bed: string;
  grid: string;
}

export interface DemoCampus {
  plan: DemoPlan;
  firstDay: string;
  school: DemoUnit;
  department: DemoUnit;
  /** All of them, that one too. */
  departments: DemoUnit[];
  colleges: DemoCollege[];
  academies: DemoAcademy[];
  classes: DemoClass[];
  students: DemoStudent[];
  staff: DemoStaff[];
  beds: DemoBed[];
  grids: DemoUnit[];
}

/** The one college with too few counselors, and where the tour's personas are. */
export const BIG_COLLEGE = 'CS';

const COLLEGES: [code: string, name: string, ...majors: string[]][] = [
  ['CS', '计算机学院', '计算机科学与技术', '软件工程', '网络空间安全'],
  ['EE', '电气工程学院', '电气工程及其自动化'],
  ['ME', '机械工程学院', '机械设计制造及其自动化'],
  ['CE', '土木工程学院', '土木工程'],
  ['MA', '数学与统计学院', '数学与应用数学'],
  ['PH', '物理学院', '物理学'],
  ['CH', '化学学院', '应用化学'],
  ['BI', '生命科学学院', '生物科学'],
  ['GE', '地理与环境学院', '环境科学'],
  ['MS', '材料科学与工程学院', '材料科学与工程'],
  ['AU', '自动化学院', '自动化'],
  ['IN', '信息与通信学院', '通信工程'],
  ['AR', '建筑学院', '建筑学'],
  ['TR', '交通学院', '交通运输'],
  ['FD', '食品学院', '食品科学与工程'],
  ['MD', '医学院', '临床医学'],
  ['NU', '护理学院', '护理学'],
  ['EC', '经济学院', '经济学'],
  ['BA', '管理学院', '工商管理'],
  ['LA', '法学院', '法学'],
  ['LI', '文学院', '汉语言文学'],
  ['FL', '外国语学院', '英语'],
  ['JO', '新闻与传播学院', '新闻学'],
  ['ED', '教育学院', '教育学'],
  ['AT', '艺术学院', '视觉传达设计'],
  ['SP', '体育学院', '体育教育'],
];
/** Beside the one for student affairs. */
const DEPARTMENTS: [code: string, name: string][] = [
  ['BWC', '保卫处'],
  ['CWC', '财务处'],
  ['DAG', '档案馆'],
  ['HQC', '后勤处'],
  ['JWC', '教务处'],
  ['JYZX', '就业中心'],
  ['TSG', '图书馆'],
  ['TW', '团委'],
  ['WZB', '武装部'],
  ['XLZX', '心理中心'],
  ['XXZX', '信息中心'],
  ['XYY', '校医院'],
  ['ZSB', '招生办'],
  ['ZZB', '组织部'],
  ['ZZZX', '资助中心'],
];
const ACADEMIES = ['明德', '行健', '弘毅', '致远', '博雅', '求是', '知新', '崇实', '笃学'];

const BIG_CLASSES = 9;
const FLOORS = 6;
const ROOMS_PER_FLOOR = 10;
const BEDS_PER_ROOM = 4;

/** The whole synthetic campus: 2,000 students in 26 colleges, 9 academies with a building each, 72 classes. */
export function makeCampus(plan: DemoPlan): DemoCampus {
  const firstDay = addDays(plan.lastNight, 1 - DAYS);
  const school = unit('school', 'YZDEMO', '一站演示大学（合成数据）');
  const department = unit('dept', 'XGC', '学生工作处');
  const departments = [department, ...DEPARTMENTS.map(([code, name]) => unit('dept', code, name))];
  const colleges = COLLEGES.map(([code, name, ...majors]): DemoCollege => ({
    ...unit('college', code, name),
    majors: majors.map((major, i) => unit('major', `${code}${i + 1}`, major)),
  }));
  const academies = ACADEMIES.map((name, i): DemoAcademy => ({
    ...unit('academy', `SY${i + 1}`, `${name}书院`),
    building: `D${i + 1}`,
  }));
  const grids = academies.flatMap(({ building, name }) =>
    ['A', 'B'].map((half) => unit('grid', `G-${building}${half}`, `${name}${half === 'A' ? '低层' : '高层'}网格`)),
  );
  const classes = makeClasses(plan, colleges, academies);
  const beds = makeBeds(academies);
  const campus = { plan, firstDay, school, department, departments, colleges, academies, classes, beds, grids };
  const students = makeStudents(campus);
  return { ...campus, students, staff: makeStaff(campus) };
}

function unit(kind: string, code: string, name: string): DemoUnit {
  return { sourcedId: `${kind}-${code.toLowerCase()}`, code, name };
}

/** Year in which the school year of a date began. */
export function schoolYearOf(date: string): number {
  const year = Number(date.slice(0, 4));
  return date.slice(5) >= '09-01' ? year : year - 1;
}

/** Nine classes in the big college, two or three in the others. */
function makeClasses(plan: DemoPlan, colleges: DemoCollege[], academies: DemoAcademy[]): DemoClass[] {
  const newest = schoolYearOf(plan.lastNight);
  const classes: DemoClass[] = [];
  for (const [c, college] of colleges.entries()) {
    const count = college.code === BIG_COLLEGE ? BIG_CLASSES : c <= 13 ? 3 : 2;
    for (let i = 0; i < count; i++) {
      const grade = newest - (i % 4);
      const major = college.majors[i % college.majors.length] as DemoUnit;
      const year = String(grade).slice(2);
      const nth = classes.filter((other) => other.major === major && other.grade === grade).length + 1;
      classes.push({
        ...unit(
          'class',
          `${major.code}-${year}${String(nth).padStart(2, '0')}`,
          `${major.name}${year}${String(nth).padStart(2, '0')}班`,
        ),
        college,
        major,
        academy: academies[classes.length % academies.length] as DemoAcademy,
        grade,
      });
    }
  }
  return classes;
}

function makeBeds(academies: DemoAcademy[]): DemoBed[] {
  const beds: DemoBed[] = [];
  for (const { building } of academies) {
    for (let floor = 1; floor <= FLOORS; floor++) {
      for (let room = 1; room <= ROOMS_PER_FLOOR; room++) {
        for (let bed = 1; bed <= BEDS_PER_ROOM; bed++) {
          const grid = `G-${building}${floor <= FLOORS / 2 ? 'A' : 'B'}`;
          beds.push({
            building,
            floor: String(floor),
            room: `${floor}${String(room).padStart(2, '0')}`,
            bed: String(bed),
            grid,
          });
        }
      }
    }
  }
  return beds;
}

/** 28 students to a class, 27 in the last sixteen; men live on the lower floors, women on the upper ones. */
function makeStudents(campus: Omit<DemoCampus, 'students' | 'staff'>): DemoStudent[] {
  const { plan, classes, beds, firstDay } = campus;
  const random = Random.of(plan.seed, 'students');
  const free = new Map<string, DemoBed[]>();
  for (const bed of beds) {
    const key = `${bed.building}/${Number(bed.floor) <= FLOORS / 2 ? '1' : '2'}`;
    free.set(key, [...(free.get(key) ?? []), bed]);
  }
  const students: DemoStudent[] = [];
  const inGrade = new Map<number, number>();
  for (const [c, group] of classes.entries()) {
    const size = c < classes.length - 16 ? 28 : 27;
    for (let i = 0; i < size; i++) {
      const index = students.length;
      const sex = i % 2 ? '2' : '1';
      const bed = free.get(`${group.academy.building}/${sex}`)?.shift();
      if (!bed) throw new Error(`No free bed is left in building ${group.academy.building}`);
      const nth = (inGrade.get(group.grade) ?? 0) + 1;
      inGrade.set(group.grade, nth);
      const entry = `${group.grade}-09-01`;
      students.push({
        index,
        sourcedId: `student-${String(index + 1).padStart(4, '0')}`,
        number: `${group.grade}${String(nth).padStart(6, '0')}`,
        sex,
        birthDate: addDays(`${group.grade - 19}-09-01`, random.int(0, 700)),
        class: group,
        bed: bedCode(bed),
        // Early in September the newest students must already live here on the first day of the data.
        since: entry < firstDay ? entry : addDays(firstDay, -7),
      });
    }
  }
  return students;
}

export function bedCode(bed: DemoBed): string {
  return `${bed.building}-${bed.room}-${bed.bed}`;
}

export function studentName(student: DemoStudent): { family: string; given: string } {
  return { family: '演示', given: `学生${String(student.index + 1).padStart(4, '0')}` };
}

function makeStaff(campus: Omit<DemoCampus, 'students' | 'staff'>): DemoStaff[] {
  const staff: DemoStaff[] = [];
  const hire = (
    role: DemoStaff['role'],
    org: DemoUnit,
    ...posts: [kind: string, unitKind: string, code: string][]
  ): void => {
    const number = `T${String(staff.length + 1).padStart(4, '0')}`;
    staff.push({
      sourcedId: `staff-${number.toLowerCase()}`,
      number,
      name: `教师${number.slice(1)}`,
      role,
      org,
      posts: posts.map(([kind, unitKind, unitCode]) => ({ kind, unitKind, unitCode })),
    });
  };
  const { school, department, departments, colleges, academies, classes, grids } = campus;
  hire('siteAdministrator', department, ['student_affairs_officer', 'school', school.code]);
  for (let i = 0; i < 2; i++) hire('aide', department, ['psychologist', 'school', school.code]);
  for (const college of colleges) {
    const own = classes.filter((group) => group.college === college);
    hire('siteAdministrator', college, ['student_affairs_officer', 'college', college.code]);
    hire('counselor', college, ...own.map((group): [string, string, string] => ['counselor', 'class', group.code]));
    for (let i = 0; i < own.length; i += 3) {
      const led = own.slice(i, i + 3);
      hire('teacher', college, ...led.map((group): [string, string, string] => ['class_advisor', 'class', group.code]));
    }
  }
  for (const academy of academies) {
    hire('aide', academy, ['building_head', 'building', academy.building]);
    hire('aide', academy, ['party_organizer', 'academy', academy.code]);
    hire('teacher', academy, ['mentor', 'academy', academy.code]);
    for (const grid of grids.filter(({ code }) => code.startsWith(`G-${academy.building}`))) {
      hire('aide', academy, ['grid_head', 'grid', grid.code]);
    }
  }
  for (const one of departments) hire('aide', one, ['department_clerk', 'department', one.code]);
  return staff;
}

/** Who holds a post over a unit of this code. */
export function holderOf(campus: DemoCampus, kind: string, unitCode: string): DemoStaff {
  const found = campus.staff.find(({ posts }) =>
    posts.some((post) => post.kind === kind && post.unitCode === unitCode),
  );
  if (!found) throw new Error(`Nobody is ${kind} of ${unitCode}`);
  return found;
}
