import { DateOnly, Decimal, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { DISMISS_REASONS } from '../warnings/warning.entity.js';
import {
  type Correction,
  DISPUTE_ACTIONS,
  DISPUTE_KINDS,
  DISPUTE_STATUSES,
  DISPUTE_SUBJECTS,
  type DisputeAction,
  type DisputeKind,
  type DisputeStatus,
  type DisputeSubject,
} from './dispute.entity.js';

const MANY = 2_147_483_647;
const TEXT = { max: 2000, example: '那天我在校医院，有就诊记录。' };
const METRIC = { zh: '指标代码', en: 'Code of the metric', max: 60, example: 'absent_class' };

export class DisputesQuery extends ListQuery {
  @AnyOf(DISPUTE_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: DisputeStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @Flag({ zh: '仅本人提出的', en: 'One’s own alone', optional: true, example: true })
  mine?: boolean;

  @Flag({ zh: '仅超过 / 未超过期限的', en: 'Only those past / not past their limit', optional: true, example: true })
  overdue?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['raisedAt', 'dueAt', 'updatedAt'])
  sort?: string;
}

export class RaiseDisputeDto {
  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;

  @Uuid({ zh: '所针对的预警', en: 'The warning it is about', optional: true })
  warningId?: string;

  @Text({ ...METRIC, zh: '所针对的记录：指标代码', en: 'The record it is about: code of the metric', optional: true })
  metric?: string;

  @DateOnly({
    zh: '所针对的记录：日期',
    en: 'The record it is about: its day',
    optional: true,
    example: '2026-11-20',
  })
  day?: string;

  @OneOf(DISPUTE_KINDS, { zh: '种类', en: 'Kind', example: 'wrong_data' })
  kind: DisputeKind;

  @LongText({ zh: '说明', en: 'What is wrong', ...TEXT })
  text: string;

  @ListOf('uuid', {
    zh: '证明材料（已上传的文件）',
    en: 'Files that were handed in',
    ...{ optional: true, unique: true, maxItems: 5, example: [] },
  })
  files: string[] = [];
}

export class CorrectionDto implements Correction {
  @Text(METRIC)
  metric: string;

  @DateOnly({ zh: '日期', en: 'Day', example: '2026-11-20' })
  day: string;

  @Decimal({
    zh: '正确的数值，按指标的单位；没有该记录时为 null',
    en: 'The right value in the unit of the metric; null: there is no such record',
    ...{ min: 0, max: MANY, nullable: true, example: 0 },
  })
  value: number | null;
}

export class UpholdDisputeDto {
  @LongText({ zh: '给学生的答复', en: 'Answer to the student', ...TEXT, example: '已核实就诊记录，予以更正。' })
  answer: string;

  @ListOf(() => CorrectionDto, {
    zh: '更正哪些记录；针对记录的异议缺省为撤销该记录',
    en: 'Which records are put right; of a dispute over a record the record is taken back when left out',
    ...{ optional: true, minItems: 1, maxItems: 31 },
  })
  corrections?: CorrectionDto[];

  @OneOf(DISMISS_REASONS, {
    zh: '针对预警的异议：排除该预警的原因；只更正记录时由规则重新判断',
    en: 'Of a dispute over a warning: why it is set aside; where only records are put right, the rule is evaluated anew',
    ...{ optional: true, example: 'excused' },
  })
  dismiss?: keyof typeof DISMISS_REASONS;
}

export class RejectDisputeDto {
  @LongText({
    zh: '给学生的答复：为何不成立、还可怎么办',
    en: 'Answer to the student: why, and what can still be done',
    ...TEXT,
    example: '考勤由两位老师分别记录，当日均记缺勤。如有新的证明，可申请再看一次。',
  })
  answer: string;
}

export class AskAgainDto {
  @LongText({ zh: '为何申请再看一次', en: 'Why it should be looked at again', ...TEXT })
  text: string;

  @ListOf('uuid', {
    zh: '补充的证明材料（已上传的文件）',
    en: 'Further files that were handed in',
    ...{ optional: true, unique: true, maxItems: 5, example: [] },
  })
  files: string[] = [];
}

export class DisputeActionDto {
  @OneOf(DISPUTE_ACTIONS, { zh: '办理', en: 'Action', example: 'withdraw' })
  action: DisputeAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class DisputeDecisionDto {
  @Nested(() => PersonRefDto, {
    zh: '决定者；学生是否看到以学校规则为准',
    en: 'Who decided; whether students see it, the school’s rules say',
    nullable: true,
  })
  by: PersonRefDto | null;

  @Instant({ zh: '决定时间', en: 'When', example: '2026-11-25T02:00:00.000Z' })
  at: Date;

  @LongText({
    zh: '答复；学生个人信息已删除时为空',
    en: 'Answer; null when the data was erased',
    ...TEXT,
    nullable: true,
  })
  answer: string | null;
}

export class DisputeDto {
  @Uuid({ zh: '异议', en: 'Dispute' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student', nullable: true })
  student: PersonRefDto | null;

  @OneOf(DISPUTE_SUBJECTS, { zh: '针对什么', en: 'What it is about', example: 'observation' })
  subject: DisputeSubject;

  @Uuid({ zh: '预警', en: 'Warning', nullable: true, example: null as never })
  warningId: string | null;

  @Text({ ...METRIC, nullable: true })
  metric: string | null;

  @DateOnly({ zh: '记录日期', en: 'Day of the record', nullable: true, example: '2026-11-20' })
  day: string | null;

  @OneOf(DISPUTE_KINDS, { zh: '种类', en: 'Kind', example: 'wrong_data' })
  kind: DisputeKind;

  @OneOf(DISPUTE_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: DisputeStatus;

  @Int({ zh: '第几次复核', en: 'First look or second', min: 1, max: 2, example: 1 })
  round: 1 | 2;

  @Instant({ zh: '提出时间', en: 'Raised at', example: '2026-11-21T02:00:00.000Z' })
  raisedAt: Date;

  @Instant({ zh: '决定期限', en: 'To be decided by', example: '2026-11-28T16:00:00.000Z' })
  dueAt: Date;

  @Flag({
    zh: '期限跨过尚无放假安排的年份，可能变动',
    en: 'The limit crosses a year whose holidays are not known yet, and may change',
    example: false,
  })
  provisional: boolean;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class DisputeDetailDto extends DisputeDto {
  @LongText({ zh: '学生的说明', en: 'What the student says', ...TEXT, nullable: true })
  text: string | null;

  @LongText({ zh: '申请再看一次的说明', en: 'Why a second look was asked for', ...TEXT, nullable: true })
  againText: string | null;

  @Nested(() => DisputeDecisionDto, { zh: '决定', en: 'Decision', nullable: true })
  decision: DisputeDecisionDto | null;

  @Nested(() => DisputeDecisionDto, { zh: '再次决定', en: 'Decision after the second look', nullable: true })
  againDecision: DisputeDecisionDto | null;

  @ListOf(() => CorrectionDto, { zh: '已更正的记录', en: 'Records that were put right', maxItems: 31 })
  corrections: CorrectionDto[];

  @ListOf(() => FileDto, { zh: '证明材料', en: 'Files', maxItems: 10 })
  files: FileDto[];

  @ListOf(() => DisputeActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: DisputeActionDto[];
}
