import type { Bilingual } from '#contracts';
import { DateOnly, Flag, Instant, Int, Json, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';
import { NameDto } from '#workflow';
import { AREAS, CHANNELS, ITEM_KINDS, ItemContent, MODULES } from './item-content.js';
import type { Opening, Servings } from './serving.js';

export const CODE = /^[a-z][a-z0-9-]{0,49}$/;
export const MOST_VERSION = 2_147_483_647;

export const ITEM_STATUSES = {
  offered: { zh: '在办', en: 'Applications can be made' },
  retired: { zh: '停办', en: 'Retired' },
  draft: { zh: '有草稿（仅起草与发布者可见）', en: 'Has a draft; for those who may draft or publish' },
} as const satisfies Record<string, Bilingual>;

export const ITEM_EXAMPLE = {
  name: { zh: '校园网报修', en: 'Campus network repair' },
  summaryZh: '宿舍或教室网络故障报修。',
  summaryEn: 'A fault of the network in a dormitory or a classroom.',
  module: 'enrolled',
  area: 'services',
  kind: 'workflow',
  owner: 'XGC',
  channels: ['online'],
  months: [],
  eligibility: [{ when: 'student.resident', reason: { zh: '仅限住校学生', en: 'For students who live on campus' } }],
  materials: [],
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['place', 'fault'],
    properties: {
      place: { type: 'string', maxLength: 100, pattern: '\\S', 'x-label': { zh: '地点', en: 'Place' } },
      fault: {
        type: 'string',
        enum: ['no-signal', 'slow'],
        'x-label': { zh: '故障', en: 'Fault' },
        'x-labels': { 'no-signal': { zh: '无信号', en: 'No signal' }, slow: { zh: '很慢', en: 'Slow' } },
      },
    },
  },
  prefilled: [{ field: 'place', from: 'room' }],
  steps: [
    {
      key: 'counselor',
      name: { zh: '辅导员受理', en: 'Counselor' },
      when: [],
      signers: [{ by: 'post', post: 'counselor' }],
      mode: 'any',
      standIn: null,
      deadline: { workingDays: 2, then: 'remind' },
      returnTo: ['initiator'],
      afterReturn: ['on'],
    },
  ],
  standIn: { by: 'post', post: 'student_affairs_officer', unitKind: 'school' },
  workingDays: 2,
  source: '本校网络服务承诺',
};

export class ItemsQuery extends ListQuery {
  @AnyOf('text', { zh: '代码', en: 'Code' }, ['enrolment-certificate'])
  code?: string[];

  @AnyOf(MODULES, { zh: '模块', en: 'Module' }, ['enrolled'])
  module?: string[];

  @AnyOf(AREAS, { zh: '领域', en: 'Area' }, ['student-records'])
  area?: string[];

  @AnyOf(ITEM_KINDS, { zh: '办理方式', en: 'How it is dealt with' }, ['certificate'])
  kind?: string[];

  @AnyOf(CHANNELS, { zh: '渠道', en: 'Channel' }, ['online'])
  channel?: string[];

  @AnyOf('text', { zh: '主办部门（单位代码）', en: 'Department in charge: code of the unit' }, ['JWC'])
  owner?: string[];

  @Text({
    zh: '按名称查找：中文、拼音、首字母或英文',
    en: 'Part of the name: in Chinese, by its sound or initials, or in English',
    ...{ max: 50, optional: true, example: 'zdzm' },
  })
  q?: string;

  @Flag({
    zh: '只列当前与本人有关的：学生，可办且符合条件、当月办理的；教职工，有本人审批环节的',
    en: 'What concerns the caller now: of a student, what they may apply to and what this month is for; of staff, what their posts sign',
    ...{ optional: true, example: false },
  })
  forMe?: boolean;

  @OneOf(ITEM_STATUSES, {
    zh: '状态，缺省为在办',
    en: 'Status; offered when left out',
    optional: true,
    example: 'offered',
  })
  status: keyof typeof ITEM_STATUSES = 'offered';

  @Sort(['code', 'name'])
  sort?: string;
}

export class OwnerDto {
  @Text({ zh: '单位代码', en: 'Code of the unit', max: 50, example: 'JWC' })
  code: string;

  @Text({
    zh: '名称；没有该单位时为 null',
    en: 'Name; null where there is no such unit',
    nullable: true,
    example: '教务处',
  })
  name: string | null;
}

/** Where an item is dealt with that takes no applications. */
export class ServedAtDto {
  @Text({ zh: '办理入口（API 路径）', en: 'A path of the API', max: 100, example: '/affairs/v1/rounds' })
  path: string;

  @Text({ zh: '其中的哪一种', en: 'Which of its kinds', max: 50, nullable: true, example: 'hardship' })
  kind: string | null;

  @Nested(() => NameDto, {
    zh: '在那里做什么',
    en: 'What a student does there',
    ...{ nullable: true, example: { zh: '参加当前开放的批次', en: 'Enter the round that is open' } },
  })
  does: Bilingual | null;
}

/** An item, as a list shows it. */
export class ItemDto {
  @Uuid({ zh: '事项', en: 'Item' })
  id: string;

  @Text({ zh: '代码', en: 'Code', max: 50, pattern: CODE, example: 'enrolment-certificate' })
  code: string;

  @Int({
    ...{ zh: '在用版本；从未发布的为 null', en: 'Version in force; null: never published' },
    ...{ nullable: true, min: 1, max: MOST_VERSION, example: 1 },
  })
  number: number | null;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '在读证明', en: 'Certificate of enrolment' } })
  name: Bilingual;

  @OneOf(MODULES, { zh: '模块', en: 'Module', example: 'enrolled' })
  module: ItemContent['module'];

  @OneOf(AREAS, { zh: '领域', en: 'Area', example: 'student-records' })
  area: ItemContent['area'];

  @OneOf(ITEM_KINDS, { zh: '办理方式', en: 'How it is dealt with', example: 'certificate' })
  kind: ItemContent['kind'];

  @Nested(() => OwnerDto, { zh: '主办部门', en: 'Department in charge' })
  owner: OwnerDto;

  @ListOf(CHANNELS, { zh: '渠道', en: 'Channels', maxItems: 2 })
  channels: ItemContent['channels'];

  @ListOf('int', { zh: '集中办理的月份', en: 'Months in which it is mostly done', maxItems: 12, example: [9] })
  months: number[];

  @Int({
    ...{ zh: '承诺时限（工作日）', en: 'Promised within so many working days' },
    ...{ nullable: true, min: 0, max: 250, example: 0 },
  })
  workingDays: number | null;

  @Nested(() => ServedAtDto, {
    zh: '不以办件办理的，在哪里办理',
    en: 'Where it is dealt with when not by an application',
    nullable: true,
  })
  servedAt: ServedAtDto | null;

  @Flag({ zh: '有草稿', en: 'Has a draft', example: false })
  hasDraft: boolean;

  @Instant({ zh: '停办时间', en: 'Retired at', nullable: true, example: '2027-03-01T01:00:00.000Z' })
  retiredAt: Date | null;

  @Int({ zh: '版本（ETag）', en: 'Version of the row (ETag)', min: 1, max: MOST_VERSION, example: 1 })
  version: number;

  static from(row: ItemRow, servings: Servings): ItemDto {
    return assignRow(new ItemDto(), row, servings);
  }
}

/** An item as SQL gives it; `content` is the one that is shown. */
export interface ItemRow {
  id: string;
  code: string;
  number: number | null;
  content: ItemContent;
  ownerName: string | null;
  hasDraft: boolean;
  retiredAt: Date | null;
  version: number;
}

function assignRow<T extends ItemDto>(dto: T, { content, ownerName, ...row }: ItemRow, servings: Servings): T {
  const { name, module, area, kind, channels, months, workingDays, servedAt: path, servedKind = null } = content;
  const owner = Object.assign(new OwnerDto(), { code: content.owner, name: ownerName });
  const does = servings.at(path)?.does ?? null;
  const servedAt = path === undefined ? null : Object.assign(new ServedAtDto(), { path, kind: servedKind, does });
  return Object.assign(dto, row, { name, module, area, kind, channels, months, workingDays, owner, servedAt });
}

/** Where the caller begins, or goes on, with it. */
export class OpeningDto {
  @Uuid({
    zh: '当前对本人开放的批次、清单等；常设的为 null',
    en: 'What is open to the caller now; null: it always is',
    nullable: true,
  })
  id: string | null;

  @Nested(() => NameDto, {
    zh: '名称',
    en: 'Title',
    example: { zh: '2026 年国家励志奖学金', en: 'Scholarship of 2026' },
  })
  title: Bilingual;

  @DateOnly({ zh: '末日（含）', en: 'Last day', nullable: true, example: '2026-10-15' })
  until: string | null;

  @OneOf(
    { GET: { zh: '查看', en: 'See' }, POST: { zh: '提交', en: 'Send' } },
    { zh: '请求方法', en: 'Method of the request', example: 'POST' },
  )
  method: 'GET' | 'POST';

  @Text({ zh: '请求路径', en: 'Path of the request', max: 200, example: '/affairs/v1/round-entries' })
  path: string;

  @Json({
    ...{ zh: '请求体中已知的部分', en: 'What is known of the body of the request', nullable: true },
    example: { roundId: '00000000-0000-7000-8000-000800000001' },
  })
  body: Record<string, string> | null;
}

/** What an item means for the caller. */
export type ForCaller = Pick<ItemDetailDto, 'prefilled' | 'eligibility' | 'mayApply'> & { openings: Opening[] };

export class EligibilityDto {
  @Int({ zh: '第几条申请条件（从 0 起）', en: 'Which of the conditions, from 0', min: 0, max: 19, example: 0 })
  rule: number;

  @Flag({ zh: '符合', en: 'Holds', example: true })
  ok: boolean;

  @Nested(() => NameDto, { zh: '不符合时的说明', en: 'What is said when it does not hold' })
  reason: Bilingual;
}

/** An item with what its version says, and what that means for the caller. */
export class ItemDetailDto extends ItemDto {
  @Nested(() => ItemContent, { zh: '内容', en: 'Content', example: ITEM_EXAMPLE })
  content: ItemContent;

  @Json({
    ...{ zh: '免填字段的值；非学生为空', en: 'Values of the prefilled fields, for the caller; empty unless a student' },
    example: { college: '计算机学院' },
  })
  prefilled: Record<string, string>;

  @ListOf(() => EligibilityDto, {
    zh: '申请条件对本人是否成立；非学生为空',
    en: 'Conditions, for the caller; none unless a student',
    maxItems: 20,
  })
  eligibility: EligibilityDto[];

  @ListOf(() => OpeningDto, {
    zh: '不以办件办理的，本人现在从哪里开始或继续；非学生为空',
    en: 'Of what is dealt with elsewhere: where the caller begins or goes on now; none unless a student',
    maxItems: 1000,
  })
  openings: OpeningDto[];

  @Flag({
    ...{ zh: '本人现在可以申请；非学生为 null', en: 'Whether the caller may apply now; null unless a student' },
    ...{ nullable: true, example: true },
  })
  mayApply: boolean | null;

  static of(row: ItemRow, servings: Servings, { openings, ...caller }: ForCaller): ItemDetailDto {
    const detail = Object.assign(assignRow(new ItemDetailDto(), row, servings), { content: row.content, ...caller });
    detail.openings = openings.map(({ kinds: _, ...opening }) => Object.assign(new OpeningDto(), opening));
    return detail;
  }
}
