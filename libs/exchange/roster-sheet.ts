import type { Bilingual } from '#contracts';
import { dateIn } from './cells.js';
import { type CellCheck, filled, number } from './checks.js';
import type { TableSpec } from './table.js';

/** A word of a column and the others that mean the same, by what it stands for here. */
type Words<V extends string> = Readonly<Record<V, readonly string[]>>;

const IDENTITIES: Words<'student' | 'staff'> = {
  student: ['学生', '本科生', '研究生', 'student'],
  staff: ['教职工', '教师', '教工', '职工', '辅导员', 'staff', 'teacher'],
};

/** GB/T 2261.1. */
const SEXES: Words<'0' | '1' | '2' | '9'> = {
  '0': ['未知', 'unknown'],
  '1': ['男', '男性', 'male', 'm'],
  '2': ['女', '女性', 'female', 'f'],
  '9': ['未说明', 'other', 'unspecified'],
};

/** Whoever keeps their place (休学, 保留学籍) is still on the roster. */
const STATES: Words<'true' | 'false'> = {
  true: [
    '在籍',
    '在读',
    '在校',
    '在学',
    '注册',
    '在职',
    '在岗',
    '正常',
    '有',
    '休学',
    '保留学籍',
    'active',
    'enrolled',
  ],
  false: [
    '离校',
    '毕业',
    '结业',
    '肄业',
    '退学',
    '开除',
    '转出',
    '注销',
    '离职',
    '退休',
    '无',
    'inactive',
    'left',
    'graduated',
  ],
};

const COLUMNS = {
  number: {
    zh: '学号/工号',
    also: ['学号', '工号', '学工号', '编号', 'student number', 'staff number'],
    check: number,
  },
  name: { zh: '姓名', also: ['名字'], check: filled },
  sex: { zh: '性别', also: ['gender'], check: oneOfWords(SEXES) },
  birth_date: { zh: '出生日期', also: ['出生年月日', '生日'], check: day },
  identity: { zh: '身份', also: ['人员类别', '类别', '人员身份', 'role'], check: oneOfWords(IDENTITIES) },
  department: { zh: '部门', also: ['职能部门', '单位'] },
  college: { zh: '学院', also: ['院系', '所在学院', '系'] },
  major: { zh: '专业', also: ['专业名称'] },
  grade: { zh: '年级', also: ['入学年份', '入学年级'], check: year },
  class: { zh: '班级', also: ['行政班', '行政班级', '所在班级'] },
  campus: { zh: '校区', also: ['校区代码'] },
  building: { zh: '楼栋', also: ['楼号', '楼宇', '宿舍楼'] },
  floor: { zh: '楼层', also: ['层'] },
  room: { zh: '寝室', also: ['寝室号', '宿舍', '宿舍号', '房间', '房间号'] },
  bed: { zh: '床位', also: ['床位号', '床号'] },
  from: { zh: '入住日期', also: ['入住时间'], check: day },
  status: { zh: '状态', also: ['学籍状态', '在校状态', '是否在籍'], check: oneOfWords(STATES) },
} as const;

export type RosterColumn = keyof typeof COLUMNS;
export type RosterCells = Record<RosterColumn, string>;

/** A roster as one table, which directory imports: a row per person, with where they study or work and where they live. */
export const ROSTER_SHEET: TableSpec<RosterColumn> = {
  name: 'roster',
  columns: COLUMNS,
  required: ['number', 'name'],
  maxRows: 500_000,
};

export const identityIn = (cell: string): 'student' | 'staff' => meaningOf(IDENTITIES, cell) ?? 'student';
/** Null where nothing is said of it. */
export const sexIn = (cell: string): string | null => meaningOf(SEXES, cell) ?? null;
export const isActive = (cell: string): boolean => meaningOf(STATES, cell) !== 'false';
/** `2026级` → `2026`. */
export const yearIn = (cell: string): string => cell.slice(0, 4);

function meaningOf<V extends string>(words: Words<V>, cell: string): V | undefined {
  const word = cell.toLowerCase();
  return (Object.keys(words) as V[]).find((meaning) => word === meaning || words[meaning].includes(word));
}

function oneOfWords(words: Words<string>): CellCheck {
  const listed = Object.values(words).flat().join(', ');
  return (value) =>
    value === '' || meaningOf(words, value) !== undefined
      ? undefined
      : { zh: `必须是以下之一：${listed}`, en: `must be one of ${listed}` };
}

const NOT_A_DAY: Bilingual = { zh: '必须是日期，如 2026-09-01', en: 'must be a date such as 2026-09-01' };

function day(value: string): Bilingual | undefined {
  const date = value === '' ? value : dateIn(value);
  return date === undefined || date >= '2200' ? NOT_A_DAY : undefined;
}

const NOT_A_YEAR: Bilingual = {
  zh: '必须是入学年份，如 2026 或 2026级',
  en: 'must be the year of entry, as 2026 or 2026级',
};

function year(value: string): Bilingual | undefined {
  return value === '' || /^(19|20|21)\d\d级?$/.test(value) ? undefined : NOT_A_YEAR;
}
