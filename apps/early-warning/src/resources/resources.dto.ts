import { DateOnly, Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, Sort } from '#http';
import { component, partOf } from '../rules/rule-components.js';
import { type Fitting, type Match, type Resource, RESOURCE_STATES, type ResourceState } from './resource.entity.js';

const MANY = 2_147_483_647;
const DEPARTMENT = '00000000-0000-7000-8000-000400000001';
const FEATURES = { absences: { metric: 'absent_class', agg: 'sum', window: '30d', default: 0 } };
const WHEN = { ge: [{ f: 'absences' }, 4] };
const STUDENTS = { min: 0, max: 10_000_000 };

class ResourceTitleDto {
  @Text({ zh: '中文', en: 'Chinese', max: 100, example: '学业辅导小组' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 200, example: 'Study groups' })
  en: string;
}

class ResourceTextDto {
  @LongText({ zh: '中文', en: 'Chinese', max: 1000, example: '每周三晚，学长学姐带着一起学' })
  zh: string;

  @LongText({ zh: '英文', en: 'English', max: 2000, example: 'Wednesday evenings, with students of higher grades' })
  en: string;
}

/** Whom a resource fits, as in a rule. */
export class MatchDto {
  @Json({
    zh: '特征：指标 × 聚合 × 窗口，与规则中的写法相同',
    en: 'Features: metric × aggregate × window, written as in a rule',
    schema: partOf('features'),
    example: FEATURES,
  })
  features: object;

  @Json({ zh: '条件', en: 'Predicate', schema: { allOf: [component('predicate')] }, example: WHEN })
  when: object;

  @Json({
    zh: '只推送给这些学生：单位或场所、年级、性别',
    en: 'Only these students: units or places, grades, sex',
    optional: true,
    schema: partOf('students'),
    example: { grades: [2026] },
  })
  students?: object;
}

export const RESOURCE_EXAMPLE = {
  kind: 'study',
  title: { zh: '学业辅导小组', en: 'Study groups' },
  offers: { zh: '每周三晚，学长学姐带着一起学', en: 'Wednesday evenings, with students of higher grades' },
  because: {
    zh: '近一个月你缺了几次课，或许想补一补',
    en: 'You missed some classes this month and may want to catch up',
  },
  departmentId: DEPARTMENT,
  capacity: 30,
  firstDay: '2026-10-01',
  lastDay: '2027-01-10',
  match: { features: FEATURES, when: WHEN },
};

export class ResourceFormDto {
  @Text({ zh: '种类（学校规则中的代码）', en: 'Kind, by its key in the school’s rules', max: 40, example: 'study' })
  kind: string;

  @Nested(() => ResourceTitleDto, { zh: '名称', en: 'Title', example: RESOURCE_EXAMPLE.title })
  title: ResourceTitleDto;

  @Nested(() => ResourceTextDto, { zh: '提供什么', en: 'What it offers', example: RESOURCE_EXAMPLE.offers })
  offers: ResourceTextDto;

  @Nested(() => ResourceTextDto, {
    zh: '给学生看的推送原因；不显示原因的种类不填，其余必填',
    en: 'Why it is offered, for the student; left out for kinds that show no reason, and needed for all others',
    optional: true,
    example: RESOURCE_EXAMPLE.because,
  })
  because?: ResourceTextDto;

  @Uuid({ zh: '负责部门', en: 'Department that offers it', example: DEPARTMENT })
  departmentId: string;

  @Text({
    zh: '网址',
    en: 'Link',
    max: 500,
    optional: true,
    pattern: /^https:\/\/[^\s]+$/,
    example: 'https://example.edu.cn/study-groups',
  })
  link?: string;

  @Int({ zh: '名额；不填为不限', en: 'Places; none: no limit', min: 1, max: MANY, optional: true, example: 30 })
  capacity?: number;

  @DateOnly({ zh: '首日', en: 'First day', example: '2026-10-01' })
  firstDay: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2027-01-10' })
  lastDay: string;

  @Nested(() => MatchDto, { zh: '适合哪些学生', en: 'Whom it fits', example: RESOURCE_EXAMPLE.match })
  match: MatchDto;
}

export class ResourcesQuery extends ListQuery {
  @AnyOf(RESOURCE_STATES, { zh: '状态；学生只见已发布的', en: 'States; students see published ones alone' }, [
    'published',
  ])
  state?: ResourceState[];

  @AnyOf('text', { zh: '种类', en: 'Kinds' }, ['study'])
  kind?: string[];

  @Sort(['createdAt'])
  sort?: string;
}

/** How many students a resource fits. */
export class FittingDto {
  @DateOnly({ zh: '截至日期', en: 'As of this day', example: '2026-11-19' })
  asOf: string;

  @Int({
    zh: '适合的学生数；人数过少而不显示时为 null',
    en: 'Students it fits; null where they are too few to be told',
    ...STUDENTS,
    nullable: true,
    example: 130,
  })
  fits: number | null;

  @Int({ zh: '数据足够的学生数', en: 'Students of whom enough is known', ...STUDENTS, example: 2400 })
  evaluated: number;
}

/** How a resource came about. */
export class ResourceMakingDto {
  @Nested(() => MatchDto, { zh: '适合哪些学生', en: 'Whom it fits', example: RESOURCE_EXAMPLE.match })
  match: Match;

  @Nested(() => ResourceTextDto, { zh: '给学生看的推送原因', en: 'Why it is offered, for the student', nullable: true })
  because: ResourceTextDto | null;

  @Nested(() => ByDto, { zh: '起草者', en: 'Drafted by' })
  createdBy: ByDto;

  @ListOf(() => ByDto, { zh: '修改过草稿者', en: 'Edited by', example: [] })
  editedBy: ByDto[];

  @Nested(() => ByDto, { zh: '发布者', en: 'Published by', nullable: true })
  publishedBy: ByDto | null;

  @Instant({ zh: '发布时间', en: 'Published at', nullable: true })
  publishedAt: Date | null;

  @Nested(() => FittingDto, { zh: '发布时适合多少学生', en: 'How many it fitted when published', nullable: true })
  publication: Fitting | null;

  static from(resource: Resource): ResourceMakingDto {
    const { match, because, createdBy, editedBy, publishedBy, publishedAt, publication } = resource;
    return Object.assign(new ResourceMakingDto(), {
      ...{ match, because, publishedAt, publication },
      createdBy: ByDto.from(createdBy),
      editedBy: editedBy.map((one) => ByDto.from(one)),
      publishedBy: publishedBy && ByDto.from(publishedBy),
    });
  }
}

/** A resource. Whom it fits, and who wrote it, those who maintain resources see. */
export class ResourceDto {
  @Uuid({ zh: '资源', en: 'Resource' })
  id: string;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'study' })
  kind: string;

  @Flag({
    zh: '不显示原因，除学生本人外无人看到谁使用了它',
    en: 'No reason is shown, and nobody but the student sees that they took it up',
    example: false,
  })
  discreet: boolean;

  @Nested(() => ResourceTitleDto, { zh: '名称', en: 'Title' })
  title: ResourceTitleDto;

  @Nested(() => ResourceTextDto, { zh: '提供什么', en: 'What it offers' })
  offers: ResourceTextDto;

  @Uuid({ zh: '负责部门', en: 'Department that offers it', example: DEPARTMENT })
  departmentId: string;

  @Text({ zh: '网址', en: 'Link', max: 500, nullable: true, example: null as never })
  link: string | null;

  @Int({ zh: '名额；null 为不限', en: 'Places; null: no limit', min: 1, max: MANY, nullable: true, example: 30 })
  capacity: number | null;

  @Flag({ zh: '名额已满', en: 'All places are taken', example: false })
  full: boolean;

  @DateOnly({ zh: '首日', en: 'First day', example: '2026-10-01' })
  firstDay: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2027-01-10' })
  lastDay: string;

  @OneOf(RESOURCE_STATES, { zh: '状态', en: 'State', example: 'published' })
  state: ResourceState;

  @Nested(() => ResourceMakingDto, {
    zh: '匹配条件与经过；只对维护资源者显示',
    en: 'Whom it fits and how it came about; only for those who maintain resources',
    nullable: true,
  })
  making: ResourceMakingDto | null;

  @Int({ zh: '版本（ETag）', en: 'Version of the row (ETag)', min: 1, max: MANY, example: 1 })
  version: number;

  static from(resource: Resource, withMaking: boolean): ResourceDto {
    const { id, kind, discreet, title, offers, departmentId, link, capacity, taken, firstDay, lastDay } = resource;
    return Object.assign(new ResourceDto(), {
      ...{ id, kind, discreet, title, offers, departmentId, link, capacity, firstDay, lastDay },
      full: capacity !== null && (taken ?? 0) >= capacity,
      state: resource.state,
      making: withMaking ? ResourceMakingDto.from(resource) : null,
      version: resource.version,
    });
  }
}

class CollegeCountDto {
  @Uuid({ zh: '学院', en: 'College' })
  unitId: string;

  @Text({ zh: '学院名称', en: 'Name of the college', example: '计算机学院' })
  name: string;

  @Int({
    zh: '推送过的学生数；不显示时为 null',
    en: 'Students it was offered to; null: not told',
    ...STUDENTS,
    nullable: true,
    example: 120,
  })
  offered: number | null;

  @Int({
    zh: '其中在用的学生数；不显示时为 null',
    en: 'Of these, who took it up; null: not told',
    ...STUDENTS,
    nullable: true,
    example: 35,
  })
  takenUp: number | null;
}

/** How a resource is taken up, by college. What is told of fewer students than the school's smallest count, or would tell of them, is null. */
export class ResourceCountsDto {
  @ListOf(() => CollegeCountDto, { zh: '按学院', en: 'By college', maxItems: 1000 })
  colleges: CollegeCountDto[];

  @Int({ zh: '共推送过的学生数', en: 'Students it was offered to, in all', ...STUDENTS, nullable: true, example: 480 })
  offered: number | null;

  @Int({ zh: '共在用的学生数', en: 'Who took it up, in all', ...STUDENTS, nullable: true, example: 130 })
  takenUp: number | null;

  @Int({ zh: '少于此数不显示', en: 'Fewer are not told', min: 3, max: 1000, example: 10 })
  smallestCount: number;
}
