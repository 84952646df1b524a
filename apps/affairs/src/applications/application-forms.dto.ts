import { DateOnly, Flag, Json, ListOf, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PageQuery, RowResultDto, Sort, UpdatedSince } from '#http';
import { CHANNELS, ITEM_KINDS, MODULES } from '../catalogue/item-content.js';
import { APPLICATION_STATUSES, type ApplicationStatus, type Filled } from './application.entity.js';

/** Files handed in as one material. */
export class MaterialFilesDto {
  @Text({ zh: '材料代码', en: 'Key of the material', max: 50, example: 'diagnosis' })
  key: string;

  @ListOf('uuid', {
    zh: '以 application-material 上传的文件',
    en: 'Files that were handed in as application-material',
    ...{ maxItems: 5, unique: true },
  })
  files: string[];
}

/** What is filled in and handed in; it takes the place of what was there. */
export class ApplicationFormDto {
  @Json({
    zh: '表单内容；免填字段可省略',
    en: 'What is filled in; what is filled in from what is known may be left out',
    ...{ maxBytes: 65_536, example: { purpose: '实习' } },
  })
  data: Record<string, unknown>;

  @ListOf(() => MaterialFilesDto, { zh: '材料', en: 'Materials', maxItems: 20, example: [] })
  materials: MaterialFilesDto[];

  static filled({ data, materials }: Pick<ApplicationFormDto, 'data' | 'materials'>): Filled {
    const byKey = new Map<string, string[]>();
    for (const { key, files } of materials) byKey.set(key, [...(byKey.get(key) ?? []), ...files]);
    return { data, materials: Object.fromEntries(byKey) };
  }
}

export class BeginApplicationDto {
  @Text({
    zh: '事项代码',
    en: 'Code of the item',
    max: 50,
    pattern: /^[a-z][a-z0-9-]*$/,
    example: 'enrolment-certificate',
  })
  item: string;

  @Uuid({
    zh: '学生；缺省为本人。由工作人员填写即窗口代办',
    en: 'Student; the caller when left out. Filled in by staff it is made at the counter',
    optional: true,
  })
  studentId?: string;

  @Json({ zh: '表单内容', en: 'What is filled in', optional: true, maxBytes: 65_536, example: {} })
  data: Record<string, unknown> = {};

  @ListOf(() => MaterialFilesDto, { zh: '材料', en: 'Materials', optional: true, maxItems: 20, example: [] })
  materials: MaterialFilesDto[] = [];
}

/** What is to be looked at in the place of what is saved. */
export class PrecheckApplicationDto {
  @Json({
    zh: '表单内容；缺省为已保存的',
    en: 'What is filled in; what is saved when left out',
    optional: true,
    maxBytes: 65_536,
    example: {},
  })
  data?: Record<string, unknown>;

  @ListOf(() => MaterialFilesDto, {
    zh: '材料；缺省为已保存的',
    en: 'Materials; what is saved when left out',
    optional: true,
    maxItems: 20,
    example: [],
  })
  materials?: MaterialFilesDto[];
}

export class ApplicationHistoryQuery extends PageQuery {}

export class ApplicationsQuery extends ListQuery {
  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt', 'submittedAt', 'dueAt'])
  sort?: string;

  @AnyOf(APPLICATION_STATUSES, { zh: '状态', en: 'Statuses' }, ['submitted'])
  status?: ApplicationStatus[];

  @AnyOf('text', { zh: '事项代码', en: 'Codes of items' }, ['enrolment-certificate'])
  item?: string[];

  @AnyOf(MODULES, { zh: '模块', en: 'Modules' }, ['enrolled'])
  module?: (keyof typeof MODULES)[];

  @AnyOf(ITEM_KINDS, { zh: '办理方式', en: 'How items are dealt with' }, ['workflow'])
  kind?: (keyof typeof ITEM_KINDS)[];

  @AnyOf(CHANNELS, { zh: '渠道', en: 'Channels' }, ['online'])
  channel?: (keyof typeof CHANNELS)[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];

  @DateOnly({ zh: '该日及以后提交', en: 'Submitted on or after this day', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '该日及以前提交', en: 'Submitted on or before this day', optional: true, example: '2026-12-31' })
  to?: string;

  @Flag({ zh: '仅本人的', en: 'Only my own', optional: true, example: true })
  mine?: boolean;

  @Flag({
    zh: '仅待我办理的',
    en: 'Only those that wait for me: to decide, to answer, to correct',
    ...{ optional: true, example: true },
  })
  awaitingMe?: boolean;

  @Flag({ zh: '是否已超承诺时限而未办结', en: 'Open beyond what was promised, or not', optional: true, example: true })
  overdue?: boolean;
}

export class ApplicationDecisionResultDto extends RowResultDto {
  @OneOf(APPLICATION_STATUSES, {
    zh: '状态；有问题时为 null',
    en: 'Status; null with a problem',
    ...{ nullable: true, example: 'completed' },
  })
  status: ApplicationStatus | null;
}

export class ApplicationDecisionResultsDto {
  @ListOf(() => ApplicationDecisionResultDto, {
    zh: '逐件结果，次序同请求',
    en: 'Results, in the order of the rows',
    maxItems: 200,
  })
  results: ApplicationDecisionResultDto[];
}
