import { DateOnly, Decimal, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ListQuery, PageQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { CLAIM_ACTIONS, CLAIM_STATUSES, type ClaimAction, type ClaimStatus } from './claim.entity.js';

const MANY = 2_147_483_647;
const TITLE = { max: 200, example: '全国大学生数学建模竞赛二等奖' };

export class ClaimsQuery extends ListQuery {
  @AnyOf(CLAIM_STATUSES, { zh: '状态', en: 'Statuses' }, ['submitted'])
  status?: ClaimStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf('text', { zh: '种类', en: 'Kinds' }, ['innovation'])
  kind?: string[];

  @Flag({ zh: '只列出本人的', en: 'One’s own only', optional: true, example: true })
  mine?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class ClaimFormDto {
  @Text({
    zh: '种类，代码见政策 affairs.activities',
    en: 'Kind: a code of the policy affairs.activities',
    max: 40,
    example: 'innovation',
  })
  kind: string;

  @Text({ zh: '作品或事迹', en: 'What it is', ...TITLE })
  title: string;

  @LongText({ zh: '说明', en: 'More about it', max: 1000, optional: true, example: '与两名同学组队' })
  note?: string;

  @Decimal({ zh: '申报学分', en: 'Credits that are claimed', min: 0, max: 100, example: 0.5 })
  credits: number;

  @DateOnly({ zh: '发生日期', en: 'When it was', example: '2026-11-20' })
  happenedOn: string;

  @ListOf('uuid', {
    zh: '证明材料（已上传的文件）',
    en: 'Evidence: files handed in',
    optional: true,
    unique: true,
    maxItems: 10,
    example: [],
  })
  evidence: string[] = [];
}

export class SubmitClaimDto extends ClaimFormDto {
  @Uuid({
    zh: '与该活动或申报为同一作品或事迹，学分只按最高计一次',
    en: 'An activity one took part in, or another claim, of the same work: it counts once, at its highest',
    optional: true,
  })
  sameWorkAs?: string;

  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class ApproveClaimDto {
  @Decimal({
    zh: '核给学分，不多于申报的；缺省为申报的',
    en: 'Credits that are granted, at most those claimed; those claimed when left out',
    min: 0,
    max: 100,
    optional: true,
    example: 0.5,
  })
  credits?: number;

  @Uuid({
    zh: '与该学生的此活动或申报为同一作品或事迹；此前已归入其中任一的申报一并归入',
    en: 'An activity or claim of the student’s that is the same work, with all claims that were joined to either before',
    optional: true,
  })
  sameWorkAs?: string;
}

export class ClaimTextDto {
  @LongText({ zh: '理由', en: 'Why', max: 1000, example: '证明材料看不清，请重新上传' })
  text: string;
}

export class ClaimDto {
  @Uuid({ zh: '申报', en: 'Claim' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'innovation' })
  kind: string;

  @Text({
    zh: '作品或事迹；学生个人信息已删除时为空',
    en: 'What it is; null when the student’s data was erased',
    nullable: true,
    ...TITLE,
  })
  title: string | null;

  @Decimal({
    zh: '学分：申报的，审核后为核给的',
    en: 'Credits: claimed, from the approval on granted',
    min: 0,
    max: 1_000,
    example: 0.5,
  })
  credits: number;

  @DateOnly({ zh: '发生日期', en: 'When it was', example: '2026-11-20' })
  happenedOn: string;

  @OneOf(CLAIM_STATUSES, { zh: '状态', en: 'Status', example: 'submitted' })
  status: ClaimStatus;

  @Instant({
    zh: '公示至（不含）',
    en: 'Public notice until, exclusive',
    nullable: true,
    example: '2027-03-08T16:00:00.000Z',
  })
  noticeUntil: Date | null;

  @Flag({
    zh: '公示期限跨越尚无日历的年份，可能变动',
    en: 'A year without a calendar was crossed: the day may move',
    example: false,
  })
  provisional: boolean;

  @Instant({ zh: '确认时间', en: 'Confirmed at', nullable: true, example: '2027-03-09T01:00:00.000Z' })
  confirmedAt: Date | null;

  @Uuid({ zh: '同一作品或事迹的标识', en: 'What activities and claims of the same work share' })
  workId: string;

  @Instant({ zh: '提交时间', en: 'Submitted at', example: '2027-03-01T01:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class ClaimActionDto {
  @OneOf(CLAIM_ACTIONS, { zh: '办理', en: 'Action', example: 'withdraw' })
  action: ClaimAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class ClaimDetailDto extends ClaimDto {
  @LongText({ zh: '说明', en: 'More about it', max: 1000, nullable: true, example: '与两名同学组队' })
  note: string | null;

  @LongText({
    zh: '退回、不予认定或撤销的理由',
    en: 'Why it was returned, refused or taken back',
    max: 1000,
    nullable: true,
    example: '证明材料看不清',
  })
  answer: string | null;

  @ListOf(() => FileDto, { zh: '证明材料', en: 'Evidence', maxItems: 10 })
  evidence: FileDto[];

  @ListOf(() => ClaimActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: ClaimActionDto[];
}

export class ClaimNoticesQuery extends PageQuery {
  @Sort(['noticeUntil'])
  sort?: string;
}

/** What everybody may read: no number, no note, no evidence. */
export class ClaimNoticeDto {
  @Uuid({ zh: '申报', en: 'Claim' })
  id: string;

  @Text({ zh: '姓名', en: 'Name', example: '王同学' })
  name: string;

  @Text({ zh: '学院', en: 'College', nullable: true, example: '计算机学院' })
  college: string | null;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'innovation' })
  kind: string;

  @Text({ zh: '作品或事迹', en: 'What it is', nullable: true, ...TITLE })
  title: string | null;

  @Decimal({ zh: '拟认定学分', en: 'Credits that are to be granted', min: 0, max: 1_000, example: 0.5 })
  credits: number;

  @Instant({ zh: '公示至（不含）', en: 'Public notice until, exclusive', example: '2027-03-08T16:00:00.000Z' })
  noticeUntil: Date;
}
