import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import {
  OFFER_ACTIONS,
  OFFER_ORIGINS,
  OFFER_STATUSES,
  type OfferAction,
  type OfferStatus,
} from './resource-offer.entity.js';

const STUDENT = '00000000-0000-7000-8000-003000000001';

export class ResourceOffersQuery extends ListQuery {
  @AnyOf(OFFER_STATUSES, { zh: '状态', en: 'Statuses' }, ['offered'])
  status?: OfferStatus[];

  @AnyOf('uuid', { zh: '资源', en: 'Resources' })
  resourceId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, [STUDENT])
  studentId?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['offeredAt', 'updatedAt'])
  sort?: string;
}

class OfferTextDto {
  @LongText({ zh: '中文', en: 'Chinese', max: 1000, example: '近一个月你缺了几次课，或许想补一补' })
  zh: string;

  @LongText({ zh: '英文', en: 'English', max: 2000, example: 'You missed some classes this month' })
  en: string;
}

class OfferedResourceDto {
  @Uuid({ zh: '资源', en: 'Resource' })
  id: string;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'study' })
  kind: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '学业辅导小组', en: 'Study groups' } })
  title: NameDto;

  @Nested(() => OfferTextDto, {
    zh: '提供什么',
    en: 'What it offers',
    example: { zh: '每周三晚，学长学姐带着一起学', en: 'Wednesday evenings, with students of higher grades' },
  })
  offers: OfferTextDto;

  @Text({ zh: '网址', en: 'Link', max: 500, nullable: true, example: null as never })
  link: string | null;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2027-01-10' })
  lastDay: string;
}

export class OfferActionDto {
  @OneOf(OFFER_ACTIONS, { zh: '答复', en: 'Action', example: 'take_up' })
  action: OfferAction;

  @Flag({ zh: '能否这样答复', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** A resource that is offered to a student. Staff see what was taken up, by students whom they answer for, and no reason. */
export class ResourceOfferDto {
  @Uuid({ zh: '推送', en: 'Offer' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Nested(() => OfferedResourceDto, { zh: '资源', en: 'Resource' })
  resource: OfferedResourceDto;

  @OneOf(OFFER_ORIGINS, { zh: '由来', en: 'How it came about', example: 'match' })
  origin: keyof typeof OFFER_ORIGINS;

  @Nested(() => OfferTextDto, {
    zh: '推送给你的原因；只给学生本人看',
    en: 'Offered to you because …; for the student alone',
    nullable: true,
  })
  because: OfferTextDto | null;

  @OneOf(OFFER_STATUSES, { zh: '状态', en: 'Status', example: 'offered' })
  status: OfferStatus;

  @Instant({ zh: '推送时间', en: 'Offered at' })
  offeredAt: Date;

  @Instant({ zh: '答复时间', en: 'Answered at', nullable: true })
  answeredAt: Date | null;

  @ListOf(() => OfferActionDto, {
    zh: '可作的答复，及不能的原因',
    en: 'What can be said to it, or why not',
    maxItems: 5,
  })
  actions: OfferActionDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;
}

/** A kind of resource, and whether the student wants any of it. */
export class ResourceKindDto {
  @Text({ zh: '代码', en: 'Key', max: 40, example: 'study' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '学业', en: 'Studies' } })
  name: NameDto;

  @Flag({
    zh: '不显示原因，除学生本人外无人看到谁使用了它',
    en: 'No reason is shown, and nobody but the student sees that they took it up',
    example: false,
  })
  discreet: boolean;

  @Flag({ zh: '本人不接收这一种类的推送', en: 'One wants no offers of this kind', example: false })
  optedOut: boolean;
}

export class ResourceKindsDto {
  @ListOf(() => ResourceKindDto, { zh: '种类', en: 'Kinds', maxItems: 50 })
  kinds: ResourceKindDto[];
}

export class ResourceKindParams {
  @Text({ zh: '种类', en: 'Kind', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'study' })
  kind: string;
}
