import type { Bilingual } from '#contracts';
import { Flag, Int, Json, ListOf, LongText, Nested, OneOf, Text } from '#fields';
import { NameDto, SignerRule, StepDefinition } from '#workflow';

/** When in a student's time at the school an item is of use (三大模块). */
export const MODULES = {
  arriving: { zh: '迎新', en: 'Arriving' },
  enrolled: { zh: '在校', en: 'Enrolled' },
  leaving: { zh: '离校', en: 'Leaving' },
} as const satisfies Record<string, Bilingual>;

/** The four areas of the service hall (四大领域). */
export const AREAS = {
  'daily-affairs': { zh: '日常管理', en: 'Daily affairs' },
  'student-records': { zh: '学籍学历', en: 'Student records' },
  services: { zh: '服务事务', en: 'Services' },
  assessment: { zh: '综合评价', en: 'Assessment' },
} as const satisfies Record<string, Bilingual>;

/** How an item is dealt with. */
export const ITEM_KINDS = {
  automatic: { zh: '即办', en: 'Done at once by the system' },
  certificate: { zh: '证明', en: 'A certificate is issued' },
  workflow: { zh: '审批', en: 'Decided in steps' },
  round: { zh: '评审批次', en: 'A round with public notice' },
  checklist: { zh: '清单', en: 'Cleared by departments in parallel' },
  ticket: { zh: '工单', en: 'A ticket' },
} as const satisfies Record<string, Bilingual>;

export const CHANNELS = {
  online: { zh: '线上', en: 'Online' },
  counter: { zh: '线下窗口', en: 'At a counter' },
} as const satisfies Record<string, Bilingual>;

/** What the system knows of a student already, so that no form asks for it again (免填免交). */
export const KNOWN_FIELDS = {
  name: { zh: '姓名', en: 'Name' },
  number: { zh: '学号', en: 'Student number' },
  college: { zh: '学院', en: 'College' },
  major: { zh: '专业', en: 'Major' },
  class: { zh: '班级', en: 'Class' },
  grade: { zh: '年级', en: 'Grade' },
  room: { zh: '寝室', en: 'Room' },
} as const satisfies Record<string, Bilingual>;

/** A document that the student hands in. */
export class Material {
  @Text({ zh: '代码', en: 'Key', max: 50, pattern: /^[a-z][a-z0-9-]*$/, example: 'diagnosis' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '诊断证明', en: 'Doctor’s note' } })
  name: Bilingual;

  @Flag({ zh: '必须提交', en: 'Must be handed in', example: true })
  required: boolean;
}

/** Who may apply: every one of these must hold. */
export class EligibilityRule {
  @Text({
    zh: 'CEL 表达式；可用 student（number、grade、college、major、class、resident）与 today',
    en: 'CEL expression over `student` (number, grade, college, major, class, resident) and `today`',
    ...{ max: 500, example: 'student.grade >= 2024' },
  })
  when: string;

  @Nested(() => NameDto, { zh: '不符合时的说明', en: 'What is said when it does not hold' })
  reason: Bilingual;
}

/** A field of the form that is filled in from what is known. */
export class PrefilledField {
  @Text({ zh: '表单字段', en: 'Property of the form', max: 50, example: 'college' })
  field: string;

  @OneOf(KNOWN_FIELDS, { zh: '来源', en: 'What it is filled in from', example: 'college' })
  from: keyof typeof KNOWN_FIELDS;
}

/** What an item of the service catalogue is, as data. Published versions never change. */
export class ItemContent {
  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '在读证明', en: 'Certificate of enrolment' } })
  name: Bilingual;

  @Text({ zh: '说明（中文）', en: 'What it is for, in Chinese', max: 1000, example: '证明学生在读，可验真。' })
  summaryZh: string;

  @Text({
    zh: '说明（英文）',
    en: 'What it is for, in English',
    max: 2000,
    example: 'Shows that somebody studies here.',
  })
  summaryEn: string;

  @OneOf(MODULES, { zh: '模块', en: 'Module', example: 'enrolled' })
  module: keyof typeof MODULES;

  @OneOf(AREAS, { zh: '领域', en: 'Area', example: 'student-records' })
  area: keyof typeof AREAS;

  @OneOf(ITEM_KINDS, { zh: '办理方式', en: 'How it is dealt with', example: 'workflow' })
  kind: keyof typeof ITEM_KINDS;

  @Text({ zh: '主办部门（单位代码）', en: 'Department in charge: code of the unit', max: 50, example: 'XGC' })
  owner: string;

  @ListOf(CHANNELS, {
    zh: '渠道；不含 online 的尚未上线',
    en: 'Channels; without `online` it is still offline',
    minItems: 1,
    maxItems: 2,
    unique: true,
  })
  channels: (keyof typeof CHANNELS)[];

  @ListOf('int', {
    zh: '集中办理的月份；空为全年',
    en: 'Months in which it is mostly done; none: all year',
    maxItems: 12,
    unique: true,
    example: [9],
  })
  months: number[];

  @ListOf(() => EligibilityRule, { zh: '申请条件', en: 'Who may apply', maxItems: 20 })
  eligibility: EligibilityRule[];

  @ListOf(() => Material, { zh: '材料', en: 'What to hand in', maxItems: 20 })
  materials: Material[];

  @Json({ zh: '表单（JSON Schema 2020-12）', en: 'The form, as JSON Schema 2020-12', maxBytes: 65_536 })
  form: Record<string, unknown>;

  @ListOf(() => PrefilledField, { zh: '免填字段', en: 'Fields filled in from what is known', maxItems: 20 })
  prefilled: PrefilledField[];

  @Text({
    zh: '不以办件办理的，其办理入口（API 路径）',
    en: 'Where it is dealt with when not by an application: a path of the API',
    ...{ max: 100, pattern: /^\/[a-z0-9/-]+$/, optional: true, example: '/affairs/v1/leaves' },
  })
  servedAt?: string;

  @Text({
    zh: '该入口的哪一种，如批次、工单、清单的种类',
    en: 'Which of its kinds, e.g. of rounds, tickets, lists',
    ...{ max: 50, pattern: /^[a-z][a-z0-9-]*$/, optional: true, example: 'hardship' },
  })
  servedKind?: string;

  @ListOf(() => StepDefinition, { zh: '环节，依次；空为即办', en: 'Steps, in order; none: done at once', maxItems: 50 })
  steps: StepDefinition[];

  @Nested(() => SignerRule, { zh: '各环节均无人时由谁代为', en: 'Decides where a step has nobody', nullable: true })
  standIn: SignerRule | null;

  @Int({
    zh: '承诺时限（工作日）',
    en: 'Promised within so many working days',
    nullable: true,
    min: 0,
    max: 250,
    example: 3,
  })
  workingDays: number | null;

  @Flag({
    zh: '同一学生可同时有几件未办结；缺省为只能一件',
    en: 'A student may have several open applications; one at a time when left out',
    ...{ optional: true, example: false },
  })
  severalAtOnce?: boolean;

  @LongText({ zh: '依据', en: 'Where its rules come from', max: 1000, example: '普通高等学校学生管理规定第三十条' })
  source: string;
}
