import type { Bilingual } from '#contracts';
import { type Columns, readHeader } from '#exchange';
import { KNOWN_OF_FEEDS } from './known-feed-columns.js';
import { type Brings, type Field, SHEETS } from './sheets.js';

/** What a column of a school's system is about; `field`: none where what is brought has no such field. */
export interface Known {
  field?: Field;
  /** It has codes where the roster has names. */
  code?: true;
  zh: string;
  also: readonly string[];
  /** Of a feed: the metric that it is about, and what makes the metric's unit of the sender's. */
  metric?: string;
  times?: number;
}

/**
 * Names of columns as systems of schools export them: the short names are those of the education ministry's standard for the management
 * of higher education (JY/T 1006-2012), as they are commonly used. What the roster itself calls its columns is understood too.
 */
const KNOWN_OF_ROSTER: Record<string, Known> = {
  number: {
    field: 'number',
    zh: '学号',
    also: ['XH', 'XSXH', 'GH', 'ZGH', 'JGH', 'XGH', '学生学号', '职工号', '教工号', '教职工号'],
  },
  name: { field: 'name', zh: '姓名', also: ['XM', 'XSXM', '学生姓名', '教师姓名'] },
  sex: { field: 'sex', zh: '性别', also: ['XB', 'XBMC', '性别名称'] },
  sex_code: { field: 'sex', code: true, zh: '性别码', also: ['XBM', 'XBDM', '性别代码'] },
  birth_date: { field: 'birth_date', zh: '出生日期', also: ['CSRQ', 'CSNY'] },
  identity: { field: 'identity', zh: '学生类别', also: ['XSLB', 'RYLB', 'XSLBMC', 'SF'] },
  department: { field: 'department', zh: '部门', also: ['DWMC', 'BMMC', '单位名称', '部门名称'] },
  department_code: {
    field: 'department',
    code: true,
    zh: '单位号',
    also: ['DWH', 'DWDM', 'BMDM', '单位代码', '部门代码'],
  },
  college: {
    field: 'college',
    zh: '学院',
    also: ['YXMC', 'YXSMC', 'XYMC', 'XY', 'YX', '学院名称', '院系名称', '院系所名称', '所属学院'],
  },
  college_code: {
    field: 'college',
    code: true,
    zh: '院系所号',
    also: ['YXSH', 'YXDM', 'YXSDM', 'XYDM', '学院代码', '院系代码'],
  },
  major: { field: 'major', zh: '专业', also: ['ZYMC', '专业名', '所学专业'] },
  major_code: { field: 'major', code: true, zh: '专业号', also: ['ZYH', 'ZYDM', '专业代码', '专业码'] },
  grade: { field: 'grade', zh: '年级', also: ['NJ', 'XZNJ', 'RXNJ', 'SZNJ', '现在年级', '所在年级', '当前年级'] },
  class: { field: 'class', zh: '班级', also: ['BJ', 'BJMC', 'XZBMC', '班级名称', '行政班名称'] },
  class_code: { field: 'class', code: true, zh: '班号', also: ['BH', 'BJH', 'BJDM', 'XZBH', '班级代码', '班级编号'] },
  campus: { field: 'campus', zh: '校区', also: ['XQ', 'XQMC', 'XQH', '校区名称'] },
  building: { field: 'building', zh: '楼栋', also: ['LDH', 'LD', 'SSLH', 'GYLMC', '宿舍楼号', '公寓楼'] },
  floor: { field: 'floor', zh: '楼层', also: ['LC', 'LCH'] },
  room: { field: 'room', zh: '寝室', also: ['FJH', 'SSH', 'QSH', '房间编号'] },
  bed: { field: 'bed', zh: '床位', also: ['CWH', 'CW'] },
  from: { field: 'from', zh: '入住日期', also: ['RZRQ', 'RZSJ'] },
  status: { field: 'status', zh: '学籍状态', also: ['XJZT', 'XJZTMC', 'XSDQZT', 'ZT', '学生当前状态'] },
  status_code: {
    field: 'status',
    code: true,
    zh: '学生当前状态码',
    also: ['XSDQZTM', 'XJZTM', 'XJZTDM', '学籍状态码'],
  },
  political: { zh: '政治面貌', also: ['ZZMM', 'ZZMMM', 'ZZMMDM', '政治面貌码'] },
  ethnic: { zh: '民族', also: ['MZ', 'MZM', 'MZDM', '民族码', '民族代码'] },
  identity_number: { zh: '身份证号', also: ['SFZH', 'SFZJH', 'SFZHM', '身份证件号', '证件号码', '身份证号码'] },
  identity_kind: { zh: '身份证件类型', also: ['SFZJLXM', 'SFZJLX', '证件类型'] },
  phone: { zh: '手机号', also: ['SJH', 'SJHM', 'LXDH', 'YDDH', '手机', '手机号码', '联系电话', '电话'] },
  email: { zh: '电子邮箱', also: ['DZYX', 'DZXX', '邮箱', 'email'] },
  address: { zh: '家庭地址', also: ['JTZZ', 'JTDZ', 'TXDZ', '家庭住址', '通信地址'] },
  origin: { zh: '籍贯', also: ['JG', 'SYD', 'SYDM', '生源地'] },
};

/** Of a feed nothing is known of what a roster has besides: names of persons, units and the like are not read. */
const KNOWN: Record<Brings, Record<string, Known>> = {
  roster: KNOWN_OF_ROSTER,
  observations: KNOWN_OF_FEEDS,
};

/** Of a header, to find it among the first lines of a file. */
export function allNames(brings: Brings): Columns<string> {
  return Object.fromEntries([
    ...Object.entries({ ...KNOWN_OF_ROSTER, ...KNOWN[brings] }).map(([key, { zh, also }]) => [
      `known ${key}`,
      { zh, also },
    ]),
    ...Object.entries(SHEETS[brings].columns),
  ]) as Columns<string>;
}

/** What a column's name says that it is; `certain`: it is a name that the field itself has. */
export function recognise(header: string, brings: Brings = 'roster'): (Known & { certain: boolean }) | undefined {
  const { columns } = SHEETS[brings];
  const field = matching(columns, header) as Field | undefined;
  const known = matching(KNOWN[brings], header);
  if (known !== undefined) return { ...KNOWN[brings][known]!, certain: field !== undefined };
  if (field) return { field, zh: columns[field]!.zh, also: [], certain: true };
  const other = brings === 'roster' ? undefined : matching(KNOWN_OF_ROSTER, header);
  return other === undefined ? undefined : { zh: KNOWN_OF_ROSTER[other]!.zh, also: [], certain: false };
}

function matching(columns: Columns<string>, header: string): string | undefined {
  return readHeader(columns, [], [header], true).at.keys().next().value;
}

export const NO_FIELD: Record<Brings, Bilingual> = {
  roster: { zh: '名册没有此项，不读取', en: 'The roster has no such field: it is not read' },
  observations: { zh: '观测没有此项，不读取', en: 'Observations have no such field: it is not read' },
};
export const CODES: Bilingual = {
  zh: '是代码，名册需要名称：请加对照表（lookup）后采用',
  en: 'It has codes where the roster has names: take it with a lookup',
};
export const TAKEN: Bilingual = { zh: '另有一列更合适', en: 'Another column is the better one' };
export const UNKNOWN: Bilingual = { zh: '不认识的列名，不读取', en: 'Its name is not known: it is not read' };
