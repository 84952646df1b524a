import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { ByDto, PersonRefDto, RowResultDto } from '#http';
import { Invalid } from '#problems';
import { NameDto, RefusalDto } from '#workflow';
import { EVIDENCE, type Evidence } from './clearance-list.entity.js';
import { SIGN_OFF_ACTIONS, SIGN_OFF_STATES, type SignOffAction, type SignOffState } from './sign-off.entity.js';

const MANY = 2_147_483_647;
/** Rows of a request. */
export const MOST_ROWS = 500;

export class SignOffReasonDto {
  @LongText({ zh: '理由', en: 'Why', max: 1000, example: '尚有 2 本图书未还' })
  reason: string;
}

export class DeferSignOffDto extends SignOffReasonDto {
  @DateOnly({ zh: '缓办至（含）', en: 'Deferred until this day', example: '2027-09-30' })
  until: string;
}

export class SignOffEvidenceDto {
  @LongText({
    zh: '说明（要求文字的事项）',
    en: 'Text, where one is asked for',
    max: 2000,
    optional: true,
    example: '已于 6 月 3 日归还',
  })
  text?: string;

  @ListOf('uuid', {
    zh: '文件（要求文件的事项），用途 clearance-evidence',
    en: 'Files, where they are asked for; handed in for `clearance-evidence`',
    ...{ optional: true, unique: true, maxItems: 10, example: [] },
  })
  files: string[] = [];
}

export class SignOffActionDto {
  @OneOf(SIGN_OFF_ACTIONS, { zh: '办理', en: 'Action', example: 'clear' })
  action: SignOffAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** An entry as it stands with a student. */
export class SignOffDto {
  @Uuid({ zh: '学生的事项', en: 'The entry of the student' })
  id: string;

  @Uuid({ zh: '学生的清单', en: 'The clearance it belongs to' })
  clearanceId: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '事项代码', en: 'Code of the entry', max: 50, example: 'library' })
  entry: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '图书还清', en: 'Books returned' } })
  title: NameDto;

  @Uuid({ zh: '办理部门；空为学院未知', en: 'The department; null: the college is not known', nullable: true })
  unitId: string | null;

  @Flag({ zh: '必须办结', en: 'Blocks while it is open', example: true })
  blocking: boolean;

  @OneOf(EVIDENCE, { zh: '须交的材料', en: 'What the student hands in', example: 'none' })
  asksFor: Evidence;

  @OneOf(SIGN_OFF_STATES, { zh: '状态', en: 'State', example: 'waiting' })
  state: SignOffState;

  @Instant({ zh: '材料提交时间', en: 'Handed in at', nullable: true })
  evidenceAt: Date | null;

  @Instant({ zh: '申请缓办的时间（未答复）', en: 'A deferral was asked for at, and is not answered', nullable: true })
  deferralAskedAt: Date | null;

  @DateOnly({ zh: '缓办至（含）', en: 'Deferred until this day', nullable: true, example: '2027-09-30' })
  deferredUntil: string | null;

  @Nested(() => ByDto, { zh: '办理人', en: 'Decided by', nullable: true })
  decidedBy: ByDto | null;

  @Instant({ zh: '办理时间', en: 'Decided at', nullable: true })
  decidedAt: Date | null;

  @ListOf(() => SignOffActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done, or why not',
    maxItems: 10,
  })
  actions: SignOffActionDto[];

  @Int({ zh: '版本，用于 If-Match', en: 'Version, for If-Match', min: 1, max: MANY, example: 1 })
  version: number;
}

/** An entry of a student with what was said about it. */
export class SignOffDetailDto extends SignOffDto {
  @LongText({
    zh: '理由；学生个人信息已删除时为空',
    en: 'Why it stands so; null when the student’s data was erased',
    ...{ max: 1000, nullable: true, example: '尚有 2 本图书未还' },
  })
  reason: string | null;

  @LongText({ zh: '学生的说明', en: 'The text of the student', max: 2000, nullable: true, example: '已归还' })
  evidence: string | null;

  @ListOf(() => FileDto, { zh: '学生的文件', en: 'The files of the student', maxItems: 10 })
  files: FileDto[];
}

const DECISIONS = {
  clear: SIGN_OFF_ACTIONS.clear,
  refuse: SIGN_OFF_ACTIONS.refuse,
  waive: SIGN_OFF_ACTIONS.waive,
  take_back: SIGN_OFF_ACTIONS.take_back,
} as const;
export type SignOffDecision = keyof typeof DECISIONS;

export class SignOffDecisionDto {
  @Uuid({ zh: '学生的事项', en: 'The entry of a student' })
  id: string;

  @Int({ zh: '所见的版本', en: 'The version that was seen', min: 1, max: MANY, example: 1 })
  version: number;

  @OneOf(DECISIONS, { zh: '决定', en: 'Decision', example: 'clear' })
  decision: SignOffDecision;

  @LongText({
    zh: '理由（refuse、waive 必填）',
    en: 'Why; with refuse and waive',
    max: 1000,
    optional: true,
    example: '未还',
  })
  reason?: string;
}

/** Throws Invalid for a decision without the reason that it needs. */
export function mustSayWhy(decision: SignOffDecision, reason: string | undefined, row: number): void {
  if (reason !== undefined || (decision !== 'refuse' && decision !== 'waive')) return;
  throw new Invalid({ errors: [{ pointer: `#/rows/${row}/reason`, zh: '缺少理由', en: 'reason is required' }] });
}

export class SignOffDecisionsDto {
  @ListOf(() => SignOffDecisionDto, {
    zh: '逐项办理',
    en: 'Decisions, each by itself',
    minItems: 1,
    maxItems: MOST_ROWS,
  })
  rows: SignOffDecisionDto[];
}

export class SignOffResultDto extends RowResultDto {
  @OneOf(SIGN_OFF_STATES, { zh: '新状态；有问题时为 null', en: 'New state; null with a problem', nullable: true })
  status: SignOffState | null;

  static from(row: SignOffResultDto): SignOffResultDto {
    return Object.assign(new SignOffResultDto(), row);
  }
}

const RESULTS = {
  cleared: SIGN_OFF_STATES.cleared,
  refused: SIGN_OFF_STATES.refused,
  waiting: { zh: '收回此前的结果', en: 'what was said before is taken back' },
} as const;
export type ReportedResult = keyof typeof RESULTS;

export class ReportRowDto {
  @Text({ zh: '学号', en: 'Student number', max: 50, example: '2024000001' })
  studentNumber: string;

  @Text({ zh: '事项代码', en: 'Code of an automatic entry', max: 50, example: 'library' })
  entry: string;

  @OneOf(RESULTS, { zh: '结果', en: 'Result', example: 'cleared' })
  result: ReportedResult;

  @LongText({ zh: '原因', en: 'Why', max: 1000, optional: true, example: '欠费 120 元' })
  reason?: string;
}

export class ReportDto {
  @Uuid({ zh: '清单', en: 'List' })
  listId: string;

  @ListOf(() => ReportRowDto, { zh: '结果', en: 'Results', minItems: 1, maxItems: MOST_ROWS })
  rows: ReportRowDto[];
}
