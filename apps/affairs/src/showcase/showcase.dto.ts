import { DateOnly, Decimal, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import { PlaceOrUnitDto } from '../tickets/tickets.dto.js';
import type { CampaignRules } from './campaign.entity.js';
import { NOMINATION_ACTIONS, type NominationAction, WORK_ACTIONS, type WorkAction } from './work.entity.js';

const MANY = 2_147_483_647;
const KEY = /^[a-z][a-z0-9-]*$/;

export class CampaignsQuery extends ListQuery {
  @Sort(['year'])
  sort?: string;
}

class DaysDto {
  @DateOnly({ zh: '首日', en: 'First day', example: '2026-09-01' })
  from: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2026-09-30' })
  to: string;
}

class PhasesDto {
  @Nested(() => DaysDto, {
    zh: '自主展示',
    en: 'Works are handed in',
    example: { from: '2026-05-01', to: '2026-08-31' },
  })
  upload: DaysDto;

  @Nested(() => DaysDto, { zh: '推荐', en: 'The school nominates', example: { from: '2026-09-01', to: '2026-09-30' } })
  nominate: DaysDto;

  @Nested(() => DaysDto, {
    zh: '遴选与集中展示',
    en: 'The best are selected',
    example: { from: '2026-10-01', to: '2026-10-31' },
  })
  select: DaysDto;
}

class SectionDto {
  @Text({ zh: '代码', en: 'Key', max: 40, pattern: KEY, example: 'party' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '党建引领', en: 'Guided by party-building' } })
  name: NameDto;
}

function section(key: string, zh: string, en: string): SectionDto {
  return Object.assign(new SectionDto(), { key, name: Object.assign(new NameDto(), { zh, en }) });
}

/** A campaign. Sections and numbers are by default those of the ministry's notice of 2022-05-11 (相伴·成长): 4 in all, 1 of each of 4 sections. */
export class CampaignRulesDto implements CampaignRules {
  @Text({ zh: '名称', en: 'Title', max: 100, example: '相伴·成长——学生社区风采展示' })
  title: string;

  @Int({ zh: '年份', en: 'Year', min: 2000, max: 2200, example: 2026 })
  year: number;

  @Nested(() => PhasesDto, { zh: '阶段', en: 'Phases' })
  phases: PhasesDto;

  @ListOf(() => SectionDto, { zh: '单元', en: 'Sections', optional: true, minItems: 1, maxItems: 20 })
  sections: SectionDto[] = [
    section('party', '党建引领', 'Guided by party-building'),
    section('education', '三全育人', 'All-round education'),
    section('safety', '平安社区', 'A safe community'),
    section('service', '智慧服务', 'Smart services'),
  ];

  @Int({ zh: '每校最多推荐', en: 'Nominations of the school, at most', optional: true, min: 1, max: 1000, example: 4 })
  perSchool = 4;

  @Int({ zh: '每单元最多推荐', en: 'Nominations of a section, at most', optional: true, min: 1, max: 1000, example: 1 })
  perSection = 1;

  @ListOf('uuid', {
    zh: '评审',
    en: 'Reviewers',
    ...{ optional: true, unique: true, maxItems: 100, example: ['00000000-0000-7000-8000-004000000001'] },
  })
  reviewerIds: string[] = [];
}

export class CampaignDto extends CampaignRulesDto {
  @Uuid({ zh: '活动', en: 'Campaign' })
  id: string;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: CampaignDto): CampaignDto {
    const { id, title, year, phases, sections, perSchool, perSection, reviewerIds, version } = row;
    return Object.assign(new CampaignDto(), {
      ...{ id, title, year, phases, sections, perSchool, perSection, reviewerIds, version },
    });
  }
}

export class WorksQuery extends ListQuery {
  @AnyOf('uuid', { zh: '活动', en: 'Campaigns' })
  campaignId?: string[];

  @AnyOf('text', { zh: '单元', en: 'Sections' }, ['party'])
  section?: string[];

  @Int({ zh: '年份', en: 'Year of the campaign', optional: true, min: 2000, max: 2200, example: 2026 })
  year?: number;

  @AnyOf('uuid', { zh: '所属单位（含其下级）', en: 'Units whose works they are, those below included' }, [
    '00000000-0000-7000-8000-000200000001',
  ])
  unitId?: string[];

  @Text({ zh: '在标题与摘要中查找', en: 'Found in title or abstract', optional: true, max: 50, example: '社区' })
  q?: string;

  @Flag({ zh: '入选案例库的', en: 'Selected into the case library, or not', optional: true, example: true })
  selected?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

class WorkFormDto {
  @Text({ zh: '单元', en: 'Section', max: 40, pattern: KEY, example: 'party' })
  section: string;

  @Text({ zh: '标题', en: 'Title', max: 100, example: '楼栋里的党员先锋岗' })
  title: string;

  @LongText({ zh: '摘要', en: 'Abstract', max: 1000, example: '党员亮身份、进楼栋、解难题' })
  abstract: string;

  @LongText({ zh: '正文', en: 'Text', max: 50_000, example: '一、背景……' })
  body: string;

  @ListOf('uuid', {
    zh: '以 showcase-work 上传的文件；未列出的退还上传者',
    en: 'Files that were handed in as showcase-work; those not named go back to who handed them in',
    ...{ optional: true, unique: true, maxItems: 20, example: [] },
  })
  attachments: string[] = [];
}

export class HandInWorkDto extends WorkFormDto {
  @Uuid({ zh: '活动', en: 'Campaign' })
  campaignId: string;

  @Uuid({
    zh: '所属单位，须在本人负责范围内',
    en: 'Unit whose work it is, in one’s charge',
    example: '00000000-0000-7000-8000-000200000001',
  })
  unitId: string;
}

export class ChangeWorkDto extends WorkFormDto {}

export class WorkDto {
  @Uuid({ zh: '成果', en: 'Work' })
  id: string;

  @Uuid({ zh: '活动', en: 'Campaign' })
  campaignId: string;

  @Int({ zh: '年份', en: 'Year', min: 2000, max: 2200, example: 2026 })
  year: number;

  @Nested(() => PlaceOrUnitDto, { zh: '所属单位', en: 'Unit whose work it is' })
  unit: PlaceOrUnitDto;

  @Text({ zh: '单元', en: 'Section', max: 40, example: 'party' })
  section: string;

  @Text({ zh: '标题', en: 'Title', max: 100, example: '楼栋里的党员先锋岗' })
  title: string;

  @LongText({ zh: '摘要', en: 'Abstract', max: 1000, example: '党员亮身份、进楼栋、解难题' })
  abstract: string;

  @Instant({ zh: '入选时间', en: 'Selected at', nullable: true })
  selectedAt: Date | null;

  @Instant({ zh: '撤回时间', en: 'Taken back at', nullable: true })
  withdrawnAt: Date | null;

  @Instant({ zh: '变更时间', en: 'Changed at', example: '2026-06-01T00:00:00.000Z' })
  updatedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: WorkDto): WorkDto {
    return Object.assign(new WorkDto(), row);
  }
}

export class WorkActionDto {
  @OneOf(WORK_ACTIONS, { zh: '办理', en: 'Action', example: 'change' })
  action: WorkAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class WorkDetailDto extends WorkDto {
  @LongText({ zh: '正文', en: 'Text', max: 50_000, example: '一、背景……' })
  body: string;

  @ListOf(() => FileDto, { zh: '附件', en: 'Attachments', example: [] })
  attachments: FileDto[];

  @ListOf(() => WorkActionDto, { zh: '可进行的办理，及不能的原因', en: 'What can be done, or why not', maxItems: 10 })
  actions: WorkActionDto[];
}

export class NominateDto {
  @LongText({ zh: '推荐理由', en: 'Why it is worth following', max: 2000, example: '做法成体系，可复制' })
  reason: string;

  @LongText({ zh: '工作成效', en: 'What came of it', max: 2000, example: '覆盖 12 栋楼、3000 名学生' })
  effect: string;
}

export class NominationsQuery extends ListQuery {
  @AnyOf('uuid', { zh: '活动', en: 'Campaigns' })
  campaignId?: string[];

  @AnyOf('text', { zh: '单元', en: 'Sections' }, ['party'])
  section?: string[];

  @Flag({ zh: '已撤回的，或未撤回的', en: 'Taken back, or not', optional: true, example: false })
  withdrawn?: boolean;

  @Sort(['nominatedAt'])
  sort?: string;
}

export class ReviewDto {
  @Nested(() => PersonRefDto, { zh: '评审', en: 'Reviewer' })
  reviewer: PersonRefDto;

  @Int({ zh: '分数', en: 'Score', min: 0, max: 100, example: 88 })
  score: number;

  @LongText({ zh: '意见', en: 'Opinion', max: 2000, example: '成效突出' })
  opinion: string;

  @Instant({ zh: '评审时间', en: 'Reviewed at', example: '2026-10-10T00:00:00.000Z' })
  reviewedAt: Date;
}

export class NominationDto {
  @Uuid({ zh: '推荐', en: 'Nomination' })
  id: string;

  @Uuid({ zh: '活动', en: 'Campaign' })
  campaignId: string;

  @Uuid({ zh: '成果', en: 'Work' })
  workId: string;

  @Text({ zh: '标题', en: 'Title of the work', max: 100, example: '楼栋里的党员先锋岗' })
  title: string;

  @Nested(() => PlaceOrUnitDto, { zh: '所属单位', en: 'Unit whose work it is' })
  unit: PlaceOrUnitDto;

  @Text({ zh: '单元', en: 'Section', max: 40, example: 'party' })
  section: string;

  @LongText({ zh: '推荐理由', en: 'Why it is worth following', max: 2000, example: '做法成体系，可复制' })
  reason: string;

  @LongText({ zh: '工作成效', en: 'What came of it', max: 2000, example: '覆盖 12 栋楼' })
  effect: string;

  @Instant({ zh: '推荐时间', en: 'Nominated at', example: '2026-09-10T00:00:00.000Z' })
  nominatedAt: Date;

  @Instant({ zh: '撤回时间', en: 'Taken back at', nullable: true })
  withdrawnAt: Date | null;

  @Instant({ zh: '入选时间', en: 'Selected at', nullable: true })
  selectedAt: Date | null;

  @Decimal({ zh: '平均分', en: 'Average score', min: 0, max: 100, nullable: true, example: 88.5 })
  score: number | null;

  @ListOf(() => ReviewDto, {
    zh: '评审意见；评审只见本人的',
    en: 'Reviews; a reviewer sees their own alone',
    maxItems: 100,
    example: [],
  })
  reviews: ReviewDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: NominationDto): NominationDto {
    return Object.assign(new NominationDto(), row);
  }
}

export class NominationActionDto {
  @OneOf(NOMINATION_ACTIONS, { zh: '办理', en: 'Action', example: 'review' })
  action: NominationAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class NominationDetailDto extends NominationDto {
  @ListOf(() => NominationActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done, or why not',
    maxItems: 10,
  })
  actions: NominationActionDto[];
}

export class GiveReviewDto {
  @Int({ zh: '分数', en: 'Score', min: 0, max: 100, example: 88 })
  score: number;

  @LongText({ zh: '意见', en: 'Opinion', max: 2000, example: '成效突出' })
  opinion: string;
}
