import { defineSchemas } from '#http';
import { GRADEBOOK, ROSTERING } from './objects.js';
import type { Kind } from './routes.js';

type Json = Record<string, unknown>;

const ID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
const HOST = 'https://one.example.edu.cn';
const LINE = '^[^\\u0000-\\u001f\\u007f]*$';
const LINES = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$';
/** Words of OneRoster 1.2 for how far a result is, or an extension. */
export const SCORE_STATUS = /^(exempt|fully graded|not submitted|partially graded|submitted|ext:[a-zA-Z0-9.\-_]+)$/;

const text = (zh: string, en: string, example: string, more: Json = {}): Json => ({
  type: 'string',
  maxLength: 500,
  pattern: LINE,
  description: `${zh} / ${en}`,
  examples: [example],
  ...more,
});
const day = (zh: string, en: string, example: string): Json => text(zh, en, example, { format: 'date', maxLength: 10 });
/** A word of a closed list, or an extension `ext:…`. */
const word = (zh: string, en: string, words: string, open = true): Json => {
  const list = words.split(' ');
  const pattern = `^(${list.join('|')}${open ? '|ext:[a-zA-Z0-9.\\-_]+' : ''})$`;
  return text(zh, en, list[0]!, { pattern, maxLength: 100 });
};
const flag = (zh: string, en: string): Json => word(zh, en, 'true false', false);
/** With an example put together from those of its parts. */
function shown(schema: Json): Json {
  return { ...schema, examples: [exampleOf(schema)] };
}
function exampleOf({ examples, items, properties = {} }: Json): unknown {
  if (examples) return (examples as unknown[])[0];
  if (items) return [exampleOf(items as Json)];
  return Object.fromEntries(Object.entries(properties as Json).map(([name, one]) => [name, exampleOf(one as Json)]));
}
const list = (items: Json, more: Json = {}): Json => shown({ type: 'array', maxItems: 1_000, items, ...more });
const record = (description: string, properties: Json, required = Object.keys(properties)): Json =>
  shown({ type: 'object', additionalProperties: false, required, description, properties });
const ref = (type: string, path: string, root = ROSTERING): Json =>
  record(`指向 / Reference: ${type}`, {
    href: text('地址', 'Address', `${HOST}${root}/${path}/${ID}`, { format: 'uri' }),
    sourcedId: text('标识', 'Identifier', ID),
    type: text('种类', 'Kind', type),
  });
const ORG = ref('org', 'orgs');
const CLASS = ref('class', 'classes');
const SESSION = ref('academicSession', 'academicSessions');
const USER = ref('user', 'users');
const SCORE_SCALE = ref('scoreScale', 'scoreScales', GRADEBOOK);
const number = (zh: string, en: string, example: number): Json => ({
  ...{ type: 'number', format: 'double', minimum: -1_000_000, maximum: 1_000_000 },
  ...{ description: `${zh} / ${en}`, examples: [example] },
});
const instant = (zh: string, en: string, example: string): Json =>
  text(zh, en, example, { format: 'date-time', maxLength: 40 });
/** Whether something holds of a result: the words of the standard are `true` and `false`. */
const mark = (zh: string, en: string): Json => ({ ...flag(zh, en), examples: ['false'] });

function object(zh: string, en: string, required: string, properties: Json): Json {
  return {
    type: 'object',
    additionalProperties: false,
    description: `${zh}；用 fields 时只含所列字段 / ${en}; with \`fields\` only those named`,
    required: ['sourcedId', 'status', 'dateLastModified', ...required.split(' ').filter(Boolean)],
    properties: {
      sourcedId: text('标识', 'Identifier', ID),
      status: word('状态', 'Status', 'active tobedeleted', false),
      dateLastModified: text('最后修改时间（UTC）', 'Last change (UTC)', '2026-11-01T00:00:00.000Z', {
        format: 'date-time',
      }),
      ...properties,
    },
  };
}

/** Objects of OneRoster 1.2, as far as they are sent here. */
export const SCHEMAS: Record<Kind, Json> = {
  academicSession: object('学年或学期', 'A school year or term', 'title startDate endDate type schoolYear', {
    title: text('名称', 'Title', '2026-2027学年第一学期'),
    type: word('种类', 'Kind', 'term gradingPeriod semester schoolYear'),
    startDate: day('开始日期', 'First day', '2026-09-01'),
    endDate: day('结束日期（不含）', 'Day after the last', '2027-01-20'),
    schoolYear: text('学年结束的年份', 'Year in which the school year ends', '2027', {
      pattern: '^\\d{4}$',
      maxLength: 4,
    }),
    parent: SESSION,
  }),
  org: object('单位', 'An org', 'name type identifier', {
    name: text('名称', 'Name', '计算机学院'),
    type: word('种类', 'Kind', 'department district local national school state'),
    identifier: text('代码', 'Code', 'CS'),
    parent: ORG,
    metadata: record('扩展 / Extension', { kind: text('本系统的单位种类', 'Kind of unit in this house', 'college') }),
  }),
  course: object('课程', 'A course', 'title courseCode', {
    title: text('名称', 'Title', '行政班'),
    courseCode: text('代码', 'Code', 'HOMEROOM'),
    org: ORG,
  }),
  class: object('班级', 'A class', 'title course school terms', {
    title: text('名称', 'Title', '软工2401'),
    classCode: text('代码', 'Code', 'SE2401'),
    classType: word(
      '行政班 homeroom，教学班 scheduled',
      'homeroom: students who are together; scheduled: of a course',
      'homeroom scheduled',
    ),
    course: ref('course', 'courses'),
    school: ORG,
    terms: list(SESSION, { minItems: 1, description: '学期 / Terms' }),
  }),
  enrollment: object('班级成员', 'Somebody in a class', 'user class school role', {
    user: USER,
    class: CLASS,
    school: ORG,
    role: word('角色', 'Role', 'student teacher administrator proctor'),
    primary: flag('班主任为 true', 'true for the advisor of the class'),
    beginDate: day('开始日期', 'First day', '2026-09-01'),
    endDate: day('结束日期（不含）', 'Day after the last', '2027-07-01'),
  }),
  user: object('人员', 'A person', 'enabledUser givenName familyName roles', {
    enabledUser: flag('在校', 'At the school'),
    givenName: text('名', 'Given name', '三'),
    familyName: text('姓', 'Family name', '张'),
    userIds: list(
      {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'identifier'],
        description: '编号 / Number',
        properties: {
          type: text('种类', 'Kind', '学号'),
          identifier: text('编号', 'Number', '2023010001'),
        },
      },
      { description: '学号或工号 / Numbers' },
    ),
    identifier: text('学号或工号', 'Number', '2023010001'),
    primaryOrg: ORG,
    grades: list(text('入学年份', 'Year of entry', '2023'), { description: '年级 / Grades' }),
    roles: list(
      {
        type: 'object',
        additionalProperties: false,
        required: ['roleType', 'role', 'org'],
        description: '角色 / Role',
        properties: {
          roleType: word('在该单位的主次', 'First or further role in the org', 'primary secondary', false),
          role: word('角色', 'Role', 'student counselor teacher'),
          org: ORG,
          beginDate: day('开始日期', 'First day', '2026-09-01'),
          endDate: day('结束日期（不含）', 'Day after the last', '2027-07-01'),
        },
      },
      { minItems: 1, description: '角色 / Roles' },
    ),
    metadata: record('扩展 / Extension', { fullName: text('全名', 'Full name', '张三') }),
  }),
  demographics: object('出生日期与性别', 'Date of birth and sex', '', {
    birthDate: day('出生日期', 'Date of birth', '2005-03-14'),
    sex: word('性别', 'Sex', 'male female unspecified other'),
  }),
  category: object('评分类别', 'A category of line items', 'title', {
    title: text('名称', 'Title', '作业'),
    weight: number('权重，0 至 1', 'Weight, 0 to 1', 0.3),
  }),
  scoreScale: object('等级制', 'A score scale', 'title type class scoreScaleValue', {
    title: text('名称', 'Title', '五级制'),
    type: text('种类', 'Kind', '五级制'),
    course: ref('course', 'courses'),
    class: CLASS,
    scoreScaleValue: list(
      record('对应 / Value', {
        itemValueLHS: text('等级', 'What is said', '优秀'),
        itemValueRHS: text('分数', 'What it stands for', '90-100'),
      }),
      { minItems: 1, description: '对应关系 / Values' },
    ),
  }),
  lineItem: object('评分项', 'A line item: what is graded', 'title assignDate dueDate class school category', {
    title: text('名称', 'Title', '第一次作业'),
    description: text('说明', 'Description', '第三章习题', { maxLength: 4_000, pattern: LINES }),
    assignDate: instant('布置时间', 'Assigned', '2026-11-02T00:00:00.000Z'),
    dueDate: instant('截止时间', 'Due', '2026-11-09T15:59:00.000Z'),
    class: CLASS,
    school: ORG,
    category: ref('category', 'categories', GRADEBOOK),
    academicSession: SESSION,
    scoreScale: SCORE_SCALE,
    resultValueMin: number('最低分', 'Lowest score', 0),
    resultValueMax: number('最高分', 'Highest score', 100),
  }),
  result: object('成绩', 'A result of a student', 'lineItem student scoreStatus scoreDate', {
    lineItem: ref('lineItem', 'lineItems', GRADEBOOK),
    student: USER,
    class: CLASS,
    scoreScale: SCORE_SCALE,
    scoreStatus: text('状态', 'Status', 'fully graded', { pattern: SCORE_STATUS.source, maxLength: 100 }),
    score: number('分数', 'Score', 86.5),
    textScore: text('等级', 'Score in words', '良好', { maxLength: 100 }),
    scoreDate: day('评分日期', 'Day of the score', '2026-11-10'),
    comment: text('评语', 'Comment', '第二题可再想想', { maxLength: 4_000, pattern: LINES }),
    inProgress: mark('进行中', 'In progress'),
    incomplete: mark('未完成', 'Incomplete'),
    late: mark('迟交', 'Late'),
    missing: mark('缺交', 'Missing'),
  }),
};

/** What `fields` may name. */
export const MEMBERS = Object.fromEntries(
  Object.entries(SCHEMAS).map(([kind, schema]) => [kind, Object.keys(schema.properties as object)]),
) as Record<Kind, string[]>;

export const STATUS_INFO = 'OneRosterStatusInfo';
export const nameOf = (kind: Kind): string => `OneRoster${kind[0]!.toUpperCase()}${kind.slice(1)}`;

defineSchemas({
  ...Object.fromEntries(Object.entries(SCHEMAS).map(([kind, schema]) => [nameOf(kind as Kind), schema])),
  [STATUS_INFO]: {
    type: 'object',
    additionalProperties: false,
    required: ['imsx_codeMajor', 'imsx_severity', 'imsx_CodeMinor'],
    description: 'OneRoster 1.2 imsx_StatusInfo',
    properties: {
      imsx_codeMajor: word('结果', 'Outcome', 'failure success processing unsupported', false),
      imsx_severity: word('严重程度', 'Severity', 'error status warning', false),
      imsx_description: text('说明', 'What is wrong', 'filter is not valid: there are two clauses at most', {
        maxLength: 1_000,
      }),
      imsx_CodeMinor: record('代码 / Codes', {
        imsx_codeMinorField: list(
          record('代码 / Code', {
            imsx_codeMinorFieldName: text('来源', 'Where from', 'TargetEndSystem'),
            imsx_codeMinorFieldValue: word(
              '代码',
              'Code',
              'invalid_filter_field invalid_selection_field invaliddata unauthorisedrequest forbidden unknownobject server_busy ' +
                'internal_server_error fullsuccess',
              false,
            ),
          }),
          { description: '代码 / Codes' },
        ),
      }),
    },
  },
});
