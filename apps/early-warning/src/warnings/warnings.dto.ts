import { APPOINTMENT_KINDS, WARNING_LEVELS, type AppointmentKind, type WarningLevel } from '#contracts';
import { DateOnly, Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, Sort, UpdatedSince } from '#http';
import type { Evidence } from '#rule-language';
import { RefusalDto } from '#workflow';
import { StudentPlaceDto } from '../cases/cases.dto.js';
import {
  DISMISS_REASONS,
  HAPPENED,
  type HistoryEntry,
  OUTCOMES,
  WARNING_ACTIONS,
  type WarningAction,
  type Status,
  STATUSES,
} from './warning.entity.js';

export class WarningsQuery extends ListQuery {
  @AnyOf(STATUSES, { zh: '状态；不给则为撤回以外的全部', en: 'Statuses; none: all but withdrawn' }, ['open'])
  status?: Status[];

  @AnyOf(WARNING_LEVELS, { zh: '级别', en: 'Levels' }, ['orange', 'red'])
  level?: WarningLevel[];

  @AnyOf('text', { zh: '规则代码', en: 'Codes of the rules' }, ['dorm.late'])
  rule?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000200000001'],
  )
  unitId?: string[];

  @AnyOf('text', { zh: '学生的年级', en: 'Years of entry of the students' }, ['2024'])
  grade?: string[];

  @Uuid({
    zh: '今日对学生负责的人',
    en: 'Who answers for the students today',
    optional: true,
    example: '00000000-0000-7000-8000-004000000001',
  })
  assigneeId?: string;

  @DateOnly({ zh: '发出日期不早于', en: 'Raised on or after', optional: true, example: '2026-11-01' })
  raisedFrom?: string;

  @DateOnly({ zh: '发出日期不晚于', en: 'Raised on or before', optional: true, example: '2026-11-30' })
  raisedTo?: string;

  @Flag({
    zh: '只看超过 / 未超过研判时限',
    en: 'Only those past / not past their time limit',
    optional: true,
    example: true,
  })
  overdue?: boolean;

  @Flag({
    zh: '只看所依据的数据已更正 / 未更正的；已确认的可改为排除',
    en: 'Only those whose data was / was not corrected; a confirmed one can be dismissed after all',
    optional: true,
    example: true,
  })
  corrected?: boolean;

  @Flag({
    zh: '只看不再提示的告知；不给则不列出',
    en: 'Muted notices alone; left out: none of them',
    optional: true,
    example: false,
  })
  muted?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['raisedAt', 'level', 'updatedAt'])
  sort?: string;
}

export class BilingualTextDto {
  @Text({ zh: '中文', en: 'Chinese', max: 1000, example: '7 天内晚归 3 次' })
  zh: string;

  @Text({ zh: '英文', en: 'English', max: 1000, example: '3 late returns within 7 days' })
  en: string;
}

class WarningRuleDto {
  @Text({ zh: '规则代码', en: 'Code of the rule', example: 'dorm.late' })
  code: string;

  @Int({
    zh: '发出预警的是第几版；之后各版见经过',
    en: 'Number of the version that raised it; the history has those after it',
    ...{ min: 1, max: 1_000_000, example: 1 },
  })
  number: number;

  @Int({
    zh: '最近一次判断所用的是第几版',
    en: 'Number of the version that evaluated it last',
    ...{ min: 1, max: 1_000_000, example: 1 },
  })
  evaluatedNumber: number;

  @Nested(() => BilingualTextDto, { zh: '名称', en: 'Title', example: { zh: '多次晚归', en: 'Repeated late returns' } })
  title: BilingualTextDto;
}

class WarningStudentDto {
  @Uuid({ zh: '学生', en: 'Student' })
  id: string;

  @Text({ zh: '学号', en: 'Student number', example: '2024000001' })
  number: string;

  @Text({ zh: '姓名', en: 'Name', example: '学生1' })
  name: string;
}

/** A row of the list, as SQL gives it. */
export interface WarningRow {
  id: string;
  ruleCode: string;
  ruleNumber: number;
  evaluatedNumber: number;
  title: { zh: string; en: string };
  studentId: string;
  number: string;
  name: string;
  level: WarningLevel;
  status: Status;
  firstDay: string;
  lastDay: string;
  hits: number;
  holds: boolean;
  raisedAt: Date;
  triageDueAt: Date | null;
  muted: boolean;
  toldAt: Date | null;
  reachedAt: Date | null;
  correctedAt: Date | null;
  where: StudentPlaceDto;
  reasonZh: string;
  reasonEn: string;
  version: number;
}

export class WarningDto {
  @Uuid({ zh: '预警', en: 'Warning' })
  id: string;

  @Nested(() => WarningRuleDto, { zh: '规则', en: 'Rule' })
  rule: WarningRuleDto;

  @Nested(() => WarningStudentDto, { zh: '学生', en: 'Student' })
  student: WarningStudentDto;

  @OneOf(WARNING_LEVELS, { zh: '级别', en: 'Level', example: 'yellow' })
  level: WarningLevel;

  @OneOf(STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: Status;

  @DateOnly({ zh: '首次成立的日期', en: 'First day it held', example: '2026-11-18' })
  firstDay: string;

  @DateOnly({ zh: '最近成立的日期', en: 'Latest day it held', example: '2026-11-20' })
  lastDay: string;

  @Int({ zh: '成立的天数', en: 'Days it was found to hold', min: 1, max: 1_000_000, example: 3 })
  hits: number;

  @Flag({ zh: '最近一次运算时是否仍成立', en: 'Whether it held when last evaluated', example: true })
  holds: boolean;

  @Instant({ zh: '最近一次发出、升级或重开的时间', en: 'When it was last raised, escalated or reopened' })
  raisedAt: Date;

  @Instant({ zh: '研判时限；不限时为空', en: 'By when it is to be triaged; null: no limit', nullable: true })
  triageDueAt: Date | null;

  @Nested(() => StudentPlaceDto, { zh: '所在学院、班级与辅导员', en: 'College, class and counselors' })
  where: StudentPlaceDto;

  @Flag({ zh: '不再提示（告知类）', en: 'A muted notice', example: false })
  muted: boolean;

  @Instant({ zh: '告知学生的时间', en: 'When the student was told of it', nullable: true })
  toldAt: Date | null;

  @Instant({ zh: '学生看到的时间；不因此了结', en: 'When the student saw it; that closes nothing', nullable: true })
  reachedAt: Date | null;

  @Instant({ zh: '所依据的数据何时被更正', en: 'When the data it rests on was corrected', nullable: true })
  correctedAt: Date | null;

  @Nested(() => BilingualTextDto, { zh: '原因', en: 'Reason' })
  reason: BilingualTextDto;

  @Int({ zh: '版本（ETag）', en: 'Version (ETag)', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(row: WarningRow): WarningDto {
    const {
      id,
      level,
      status,
      firstDay,
      lastDay,
      hits,
      holds,
      raisedAt,
      triageDueAt,
      muted,
      toldAt,
      reachedAt,
      correctedAt,
      version,
    } = row;
    return Object.assign(new WarningDto(), {
      ...{
        id,
        level,
        status,
        firstDay,
        lastDay,
        hits,
        holds,
        raisedAt,
        triageDueAt,
        muted,
        toldAt,
        reachedAt,
        correctedAt,
        version,
        where: row.where,
      },
      rule: { code: row.ruleCode, number: row.ruleNumber, evaluatedNumber: row.evaluatedNumber, title: row.title },
      student: { id: row.studentId, number: row.number, name: row.name },
      reason: { zh: row.reasonZh, en: row.reasonEn },
    });
  }
}

class AssigneeDto {
  @Uuid({ zh: '人员', en: 'Person' })
  personId: string;

  @Text({ zh: '姓名', en: 'Name', example: '教师1' })
  name: string;

  @OneOf(APPOINTMENT_KINDS, { zh: '岗位', en: 'Post', example: 'counselor' })
  kind: AppointmentKind;
}

class HistoryEntryDto {
  @Instant({ zh: '时间', en: 'When' })
  at: string;

  @Nested(() => ByDto, { zh: '由谁', en: 'By whom' })
  by: ByDto;

  @OneOf(HAPPENED, { zh: '发生了什么', en: 'What happened', example: 'raised' })
  what: HistoryEntry['what'];

  @OneOf(WARNING_LEVELS, { zh: '当时的级别', en: 'Level then', example: 'yellow' })
  level: WarningLevel;

  @Int({
    zh: '发出、升级或重开时规则是第几版',
    en: 'Version of the rule by which it was raised, escalated or reopened',
    ...{ min: 1, max: 1_000_000, optional: true, example: 1 },
  })
  number?: number;

  @DateOnly({ zh: '运算截至日期', en: 'As-of day of the run', optional: true })
  asOf?: string;

  @Text({ zh: '排除原因或结果代码', en: 'Code of the reason or outcome', optional: true, example: 'excused' })
  code?: string;

  @LongText({ zh: '说明', en: 'Note', optional: true, example: '已与学生谈话' })
  note?: string;
}

/** `engine` is what the engine calls itself in what it writes. */
export function historyOf(entries: readonly HistoryEntry[]): HistoryEntryDto[] {
  return entries.map((entry) => ({
    ...entry,
    by: ByDto.from(entry.by === 'engine' ? 'system:early-warning' : entry.by),
  }));
}

class WarningActionDto {
  @OneOf(WARNING_ACTIONS, { zh: '办理', en: 'Action', example: 'confirm' })
  action: WarningAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class WarningDetailDto extends WarningDto {
  @Json({
    zh: '依据：特征、逐日数据、阈值、同群位置、来源',
    en: 'Evidence: features, the days behind them, threshold, place in the cohort, sources',
  })
  evidence: Evidence;

  @ListOf(() => HistoryEntryDto, { zh: '经过', en: 'History' })
  history: HistoryEntryDto[];

  @ListOf(() => AssigneeDto, { zh: '今天对该学生负责的人', en: 'Who answers for the student today' })
  assignees: AssigneeDto[];

  @ListOf(() => WarningActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: WarningActionDto[];
}

export class ConfirmDto {
  @LongText({ zh: '说明', en: 'Note', max: 2000, optional: true, example: '已与学生谈话，情况属实' })
  note?: string;
}

export class DismissDto extends ConfirmDto {
  @OneOf(DISMISS_REASONS, { zh: '排除原因', en: 'Why it is set aside', example: 'excused' })
  reason: keyof typeof DISMISS_REASONS;
}

export class CloseDto extends ConfirmDto {
  @OneOf(OUTCOMES, { zh: '结果', en: 'What came of it', example: 'resolved' })
  outcome: keyof typeof OUTCOMES;
}

class LevelSummaryDto {
  @OneOf(WARNING_LEVELS, { zh: '级别', en: 'Level', example: 'yellow' })
  level: WarningLevel;

  @Int({ zh: '待研判', en: 'Open', min: 0, max: 10_000_000, example: 12 })
  open: number;

  @Int({ zh: '已确认', en: 'Confirmed', min: 0, max: 10_000_000, example: 3 })
  confirmed: number;
}

export class WarningSummaryDto {
  @ListOf(() => LevelSummaryDto, { zh: '各级别，由轻到重', en: 'By level, mildest first', maxItems: 4 })
  levels: LevelSummaryDto[];
}
