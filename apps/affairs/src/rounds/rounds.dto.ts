import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, PageQuery, Sort, UpdatedSince } from '#http';
import { NameDto, offered, RefusalDto } from '#workflow';
import { QuotaRowDto, ROUND_KINDS, RoundContent, type RoundKind } from './round-content.js';
import {
  type Round,
  ROUND_ACTIONS,
  ROUND_STATUSES,
  type RoundAction,
  type RoundAsker,
  type RoundNotice,
  type RoundStatus,
} from './round.entity.js';
import { NOTICE_FIELDS, type NoticeField } from './rounds.policy.js';

const MANY = 2_147_483_647;
const UNIT = '00000000-0000-7000-8000-000100000001';
const TITLE = { zh: '2026 年国家励志奖学金', en: 'Scholarship of 2026' };

export class RoundsQuery extends ListQuery {
  @AnyOf(ROUND_KINDS, { zh: '种类', en: 'Kinds' }, ['award'])
  kind?: RoundKind[];

  @AnyOf(ROUND_STATUSES, { zh: '状态', en: 'Statuses' }, ['notice'])
  status?: RoundStatus[];

  @AnyOf('uuid', { zh: '组织单位', en: 'Units that hold them' }, [UNIT])
  unitId?: string[];

  @Int({ zh: '学年', en: 'School year', min: 2000, max: 2999, optional: true, example: 2026 })
  schoolYear?: number;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

/** A round as a list shows it. */
export class RoundDto {
  @Uuid({ zh: '批次', en: 'Round' })
  id: string;

  @Uuid({ zh: '组织单位', en: 'Unit that holds it', example: UNIT })
  unitId: string;

  @OneOf(ROUND_KINDS, { zh: '种类', en: 'Kind', example: 'award' })
  kind: RoundKind;

  @Int({ zh: '学年（起始年）', en: 'School year', min: 2000, max: 2999, example: 2026 })
  schoolYear: number;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: TITLE })
  title: NameDto;

  @OneOf(ROUND_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: RoundStatus;

  @DateOnly({ zh: '申请截止日（含）', en: 'Last day of applying', nullable: true, example: '2026-10-15' })
  entryUntil: string | null;

  @Instant({ zh: '起草时间', en: 'Drafted at', example: '2026-09-01T02:00:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '最近变化', en: 'Last changed at', example: '2026-09-02T02:00:00.000Z' })
  updatedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 2 })
  version: number;

  static from(row: RoundDto): RoundDto {
    return Object.assign(new RoundDto(), row);
  }
}

export class DraftRoundDto {
  @Uuid({
    zh: '组织单位：学校或学院，须在本人负责范围内',
    en: 'The unit that holds it, in one’s charge',
    example: UNIT,
  })
  unitId: string;

  @Nested(() => RoundContent, { zh: '内容', en: 'What it is' })
  content: RoundContent;
}

export class RoundActionDto {
  @OneOf(ROUND_ACTIONS, { zh: '办理', en: 'Action', example: 'open' })
  action: RoundAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

const { change: _change, ...ASKED } = ROUND_ACTIONS;

export class ActOnRoundDto {
  @OneOf(ASKED, { zh: '办理', en: 'Action', example: 'open' })
  action: keyof typeof ASKED;

  @LongText({
    zh: '理由；退回、撤回与取消须有，勿写个人情况',
    en: 'Why; needed to return, take back and cancel. Nothing personal',
    ...{ max: 1000, optional: true, example: '名单有误，重新核对' },
  })
  comment?: string;

  @Uuid({ zh: '代哪个学院审核', en: 'The college that is approved for by who decides on all', optional: true })
  unitId?: string;
}

export class RoundNoticeDto {
  @Int({ zh: '第几次公示', en: 'Which one', min: 1, max: 1000, example: 1 })
  number: number;

  @DateOnly({ zh: '首日', en: 'First day', example: '2026-11-02' })
  startsOn: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day', example: '2026-11-09' })
  endsOn: string;

  @Int({ zh: '工作日数', en: 'Working days', min: 1, max: 60, example: 5 })
  workingDays: number;

  @Flag({ zh: '含尚无放假安排的年份，日期为暂定', en: 'Counts a year without an official plan', example: false })
  provisional: boolean;

  @ListOf(NOTICE_FIELDS, { zh: '公示的内容', en: 'What it shows', maxItems: 5 })
  fields: NoticeField[];

  @Flag({ zh: '仅本学院可见', en: 'Seen by those of the same college alone', example: false })
  concernedOnly: boolean;

  @Flag({ zh: '已撤回', en: 'Taken back', example: false })
  withdrawn: boolean;

  static from(notice: RoundNotice): RoundNoticeDto {
    const { number, startsOn, endsOn, workingDays, provisional, fields, concernedOnly, withdrawnAt } = notice;
    const values = { number, startsOn, endsOn, workingDays, provisional, fields, concernedOnly };
    return Object.assign(new RoundNoticeDto(), { ...values, withdrawn: withdrawnAt !== null });
  }
}

/** One round with everything about it that is not about students. */
export class RoundDetailDto extends RoundDto {
  @Nested(() => RoundContent, { zh: '内容', en: 'What it is' })
  content: RoundContent;

  @ListOf(() => QuotaRowDto, { zh: '设定的名额数', en: 'Places as numbers', maxItems: 10_000, example: [] })
  quota: QuotaRowDto[];

  @ListOf(() => QuotaRowDto, {
    zh: '名单所用的名额；未列出的不限',
    en: 'Places that the list was made with; what is not here is without limit',
    ...{ maxItems: 10_000, example: [] },
  })
  places: QuotaRowDto[];

  @Text({
    zh: '抽签种子，申请之前已记录',
    en: 'Seed of lots, from before the entries',
    max: 50,
    example: 'c0ffee00-0000',
  })
  seed: string;

  @ListOf('uuid', { zh: '待审核的学院', en: 'Colleges whose approval is awaited', maxItems: 1000, example: [] })
  awaitsUnitIds: string[];

  @ListOf('uuid', { zh: '评委；仅组织者可见', en: 'Reviewers; shown to who holds it', maxItems: 500, example: [] })
  reviewers: string[];

  @ListOf(() => RoundNoticeDto, { zh: '公示', en: 'Public notices', maxItems: 1000 })
  notices: RoundNoticeDto[];

  @Instant({ zh: '终审时间', en: 'Final since', nullable: true, example: '2026-11-10T02:00:00.000Z' })
  finalAt: Date | null;

  @ListOf(() => RoundActionDto, { zh: '可进行的办理，及不能的原因', en: 'What can be done, or why not', maxItems: 20 })
  actions: RoundActionDto[];

  static of(round: Round, notices: RoundNotice[], reviewers: string[], asker: RoundAsker): RoundDetailDto {
    const { id, unitId, kind, schoolYear, status, content, quota, places, seed, awaitsUnitIds, finalAt } = round;
    const { createdAt, updatedAt, version } = round;
    return Object.assign(new RoundDetailDto(), {
      ...{ id, unitId, kind, schoolYear, title: content.title, status, entryUntil: content.entryUntil },
      ...{ content, quota, places, seed, awaitsUnitIds, finalAt, createdAt, updatedAt, version },
      notices: notices.map((notice) => RoundNoticeDto.from(notice)),
      reviewers: asker.manages ? reviewers : [],
      actions: (Object.keys(ROUND_ACTIONS) as RoundAction[]).map((action) =>
        offered(action, round.refusal(action, asker)),
      ),
    });
  }
}

export class QuotaDto {
  @ListOf(() => QuotaRowDto, {
    zh: '名额，整体替换；未列出的按千分比或不限',
    en: 'Places, all of them anew; what is left out is per mille, or without limit',
    maxItems: 10_000,
  })
  places: QuotaRowDto[];
}

export class ReviewersDto {
  @ListOf('uuid', {
    zh: '评委（教职工），整体替换',
    en: 'Reviewers (staff), all of them anew',
    unique: true,
    maxItems: 500,
  })
  personIds: string[];
}

export class RoundHistoryQuery extends PageQuery {
  @Sort(['occurredAt'])
  sort?: string;
}

/** Something that was done with a round. */
export class RoundHistoryDto {
  @Uuid({ zh: '记录', en: 'Entry' })
  id: string;

  @OneOf(ROUND_ACTIONS, { zh: '办理', en: 'Action', example: 'open' })
  action: RoundAction;

  @ListOf('uuid', { zh: '所涉学院', en: 'Colleges that it was for', maxItems: 1000, example: [] })
  unitIds: string[];

  @Nested(() => ByDto, { zh: '由谁', en: 'By whom' })
  by: ByDto;

  @LongText({ zh: '理由', en: 'Why', nullable: true, max: 1000, example: '名单有误，重新核对' })
  comment: string | null;

  @Instant({ zh: '时间', en: 'When', example: '2026-09-02T02:00:00.000Z' })
  occurredAt: Date;

  static from({ personId, app, ...row }: RoundHistoryRow): RoundHistoryDto {
    return Object.assign(new RoundHistoryDto(), { ...row, by: ByDto.of(personId, app) });
  }
}

export interface RoundHistoryRow extends Omit<RoundHistoryDto, 'by'> {
  personId: string | null;
  app: string;
}

/** A round to begin with. */
export class RoundTemplateDto {
  @Text({ zh: '代码', en: 'Code', max: 50, example: 'encouragement-scholarship' })
  code: string;

  @Text({
    zh: '申请表取自的服务事项',
    en: 'Item of the catalogue that its form is of',
    max: 50,
    example: 'national-scholarship',
  })
  item: string;

  @Nested(() => RoundContent, { zh: '内容', en: 'What it is' })
  content: RoundContent;
}
