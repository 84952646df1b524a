import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import {
  APPLICATION_ACTIONS,
  APPLICATION_STATUSES,
  type ApplicationAction,
  type ApplicationStatus,
  DANGERS,
  POST_ACTIONS,
  POST_KINDS,
  POST_LOCATIONS,
  POST_STATUSES,
  type PostAction,
  type PostForm,
} from './post.entity.js';

const MANY = 2_147_483_647;
const UNIT = '00000000-0000-7000-8000-000400000001';

export class PostsQuery extends ListQuery {
  @AnyOf(POST_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: string[];

  @AnyOf(POST_KINDS, { zh: '岗位类型', en: 'Kinds' }, ['fixed'])
  kind?: string[];

  @AnyOf('uuid', { zh: '用人单位（含其下级）', en: 'Units, those below included' }, [UNIT])
  unitId?: string[];

  @Flag({ zh: '只列出由本人负责的', en: 'Only those one manages', optional: true, example: true })
  managed?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class PostFormDto {
  @Text({ zh: '岗位名称', en: 'Title', max: 100, example: '图书馆整架助理' })
  title: string;

  @LongText({ zh: '工作内容', en: 'What is to be done', max: 2000, example: '整理书架，每周两次' })
  description: string;

  @OneOf(POST_KINDS, { zh: '岗位类型', en: 'Kind', example: 'temporary' })
  kind: PostForm['kind'];

  @OneOf(POST_LOCATIONS, { zh: '校内或校外', en: 'Where', example: 'on_campus' })
  location: PostForm['location'];

  @Text({ zh: '地区，用以核对当地最低工资', en: 'Region whose least wages hold', max: 50, example: '西安市' })
  region: string;

  @Text({
    zh: '三方协议编号，仅校外岗位',
    en: 'Number of the three-party agreement, off campus alone',
    max: 100,
    optional: true,
    example: 'QGZX-2027-001',
  })
  agreement?: string;

  @ListOf(DANGERS, {
    zh: '涉及的危险；有则不予设岗',
    en: 'Dangers of the work; with any of them it is refused',
    unique: true,
    example: [],
  })
  dangers: (keyof typeof DANGERS)[];

  @Int({ zh: '每小时报酬（分）', en: 'Pay of an hour, in fen', min: 1, max: 1_000_000, example: 1_800 })
  hourlyFen: number;

  @Int({ zh: '人数', en: 'Places', min: 1, max: 1_000, example: 2 })
  places: number;

  @DateOnly({ zh: '首日', en: 'First day', example: '2027-03-01' })
  startsOn: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2027-06-30' })
  endsOn: string;
}

export class DraftPostDto extends PostFormDto {
  @Uuid({ zh: '用人单位，须在本人负责范围内', en: 'The unit; in one’s charge', example: UNIT })
  unitId: string;
}

export class PostActionDto {
  @OneOf({ apply: { zh: '申请', en: 'apply for it' }, ...POST_ACTIONS }, { zh: '办理', en: 'Action', example: 'apply' })
  action: PostAction | 'apply';

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class PostDto {
  @Uuid({ zh: '岗位', en: 'Post' })
  id: string;

  @Uuid({ zh: '用人单位', en: 'The unit', example: UNIT })
  unitId: string;

  @OneOf(POST_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: keyof typeof POST_STATUSES;

  @Text({ zh: '岗位名称', en: 'Title', max: 100, example: '图书馆整架助理' })
  title: string;

  @LongText({ zh: '工作内容', en: 'What is to be done', max: 2000, example: '整理书架，每周两次' })
  description: string;

  @OneOf(POST_KINDS, { zh: '岗位类型', en: 'Kind', example: 'temporary' })
  kind: PostForm['kind'];

  @OneOf(POST_LOCATIONS, { zh: '校内或校外', en: 'Where', example: 'on_campus' })
  location: PostForm['location'];

  @Text({ zh: '地区', en: 'Region whose least wages hold', max: 50, example: '西安市' })
  region: string;

  @Text({
    zh: '三方协议编号',
    en: 'Number of the three-party agreement',
    max: 100,
    nullable: true,
    example: 'QGZX-2027-001',
  })
  agreement: string | null;

  @Int({ zh: '每小时报酬（分）', en: 'Pay of an hour, in fen', min: 1, max: MANY, example: 1_800 })
  hourlyFen: number;

  @Int({ zh: '人数', en: 'Places', min: 1, max: MANY, example: 2 })
  places: number;

  @Int({ zh: '在岗人数', en: 'Places that are taken', min: 0, max: MANY, example: 1 })
  taken: number;

  @DateOnly({ zh: '首日', en: 'First day', example: '2027-03-01' })
  startsOn: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2027-06-30' })
  endsOn: string;

  @ListOf(() => PostActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: PostActionDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class PriorityRowDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @DateOnly({
    zh: '优先至（含）；空为取消',
    en: 'Comes first until this day, inclusive; null = no more',
    nullable: true,
    example: '2027-08-31',
  })
  until: string | null;
}

export class PrioritiesDto {
  @ListOf(() => PriorityRowDto, { zh: '学生', en: 'Students', minItems: 1, maxItems: 1000 })
  rows: PriorityRowDto[];
}

export class PrioritiesTakenDto {
  @Int({ zh: '已登记的学生', en: 'Students of whom it is stored', min: 0, max: 1000, example: 1 })
  taken: number;

  @Int({
    zh: '名册中没有的学生；未登记，不优先',
    en: 'Students whom the roster does not know: nothing was stored, and they do not come first',
    ...{ min: 0, max: 1000, example: 0 },
  })
  unknown: number;
}

export class PostApplicationsQuery extends ListQuery {
  @AnyOf(APPLICATION_STATUSES, { zh: '状态', en: 'Statuses' }, ['submitted'])
  status?: ApplicationStatus[];

  @AnyOf('uuid', { zh: '岗位', en: 'Posts' })
  postId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['turn', 'askedAt', 'updatedAt'])
  sort?: string;
}

export class ApplyForPostDto {
  @LongText({
    zh: '自我介绍；仅用人单位可见',
    en: 'About oneself; seen by the unit alone',
    max: 1000,
    optional: true,
    example: '周二、周四下午有空',
  })
  statement?: string;

  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class PostRefDto {
  @Uuid({ zh: '岗位', en: 'Post' })
  id: string;

  @Text({ zh: '岗位名称', en: 'Title', max: 100, example: '图书馆整架助理' })
  title: string;
}

export class PostApplicationDto {
  @Uuid({ zh: '岗位申请', en: 'Application' })
  id: string;

  @Nested(() => PostRefDto, { zh: '岗位', en: 'Post' })
  post: PostRefDto;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(APPLICATION_STATUSES, { zh: '状态', en: 'Status', example: 'submitted' })
  status: ApplicationStatus;

  @Instant({ zh: '申请时间', en: 'Asked for at', example: '2027-03-01T01:00:00.000Z' })
  askedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: PostApplicationDto): PostApplicationDto {
    return Object.assign(new PostApplicationDto(), row);
  }
}

export class PostApplicationActionDto {
  @OneOf(APPLICATION_ACTIONS, { zh: '办理', en: 'Action', example: 'assign' })
  action: ApplicationAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class PostApplicationDetailDto extends PostApplicationDto {
  @LongText({
    zh: '自我介绍',
    en: 'About the student, in their words',
    max: 1000,
    nullable: true,
    example: '周二、周四下午有空',
  })
  statement: string | null;

  @ListOf(() => PostApplicationActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: PostApplicationActionDto[];
}
