import { DateOnly, Flag, Int, ListOf, LongText, Nested, OneOf, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { APPEAL_STATUSES, type AppealStatus } from './appeal.entity.js';
import {
  SANCTION_ACTIONS,
  SANCTION_KINDS,
  SANCTION_STATUSES,
  type SanctionAction,
  type SanctionKind,
  type SanctionStatus,
} from './sanction.entity.js';

const MANY = 2_147_483_647;

export class SanctionsQuery extends ListQuery {
  @AnyOf(SANCTION_KINDS, { zh: '种类', en: 'Kinds' }, ['warning'])
  kind?: SanctionKind[];

  @AnyOf(SANCTION_STATUSES, { zh: '状态', en: 'Statuses' }, ['in_force'])
  status?: SanctionStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf('uuid', { zh: '学生所属单位（含其下级）', en: 'Units of students, those below included' })
  unitId?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['decidedOn', 'updatedAt'])
  sort?: string;
}

export class RecordSanctionDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @OneOf(SANCTION_KINDS, { zh: '种类', en: 'Kind', example: 'warning' })
  kind: SanctionKind;

  @DateOnly({ zh: '决定日期', en: 'Decided on', example: '2026-11-20' })
  decidedOn: string;

  @Int({
    zh: '期限（月），自决定之日起；开除学籍不填',
    en: 'Months that it lasts from the decision on; none for an expulsion',
    ...{ optional: true, min: 1, max: 60, example: 6 },
  })
  months?: number;

  @LongText({ zh: '事由与依据', en: 'What it is for, and by which rule', max: 4000, example: '考试违纪，依据学生手册' })
  grounds: string;
}

export class DeliverSanctionDto {
  @DateOnly({ zh: '送达日期', en: 'Delivered on', example: '2026-11-21' })
  deliveredOn: string;

  @Flag({
    zh: '决定书是否告知了申诉权利与期限',
    en: 'Did the notice say that, and until when, one may appeal?',
    ...{ optional: true, example: true },
  })
  appealTold = true;
}

export class SanctionReasonDto {
  @LongText({ zh: '理由', en: 'Why', max: 1000, example: '期满表现良好' })
  reason: string;
}

export class SanctionAppealRefDto {
  @Uuid({ zh: '申诉', en: 'Appeal' })
  id: string;

  @OneOf(APPEAL_STATUSES, { zh: '状态', en: 'Status', example: 'waiting' })
  status: AppealStatus;

  @DateOnly({ zh: '复查期限（含）', en: 'To be decided by this day', example: '2026-12-10' })
  dueOn: string;

  @DateOnly({
    zh: '可向省级教育行政部门申诉至（含）',
    en: 'The student may go to the province until this day',
    ...{ nullable: true, example: '2026-12-20' },
  })
  provinceUntil: string | null;
}

export class SanctionDto {
  @Uuid({ zh: '处分', en: 'Sanction' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(SANCTION_KINDS, { zh: '种类', en: 'Kind', example: 'warning' })
  kind: SanctionKind;

  @OneOf(SANCTION_STATUSES, { zh: '状态', en: 'Status', example: 'in_force' })
  status: SanctionStatus;

  @DateOnly({ zh: '决定日期', en: 'Decided on', example: '2026-11-20' })
  decidedOn: string;

  @DateOnly({ zh: '送达日期', en: 'Delivered on', nullable: true, example: '2026-11-21' })
  deliveredOn: string | null;

  @DateOnly({ zh: '期限至（不含）', en: 'It lasts until this day, exclusive', nullable: true, example: '2027-05-20' })
  until: string | null;

  @DateOnly({ zh: '解除或撤销日期', en: 'Lifted or revoked on', nullable: true, example: '2027-05-20' })
  endedOn: string | null;

  @Nested(() => SanctionAppealRefDto, { zh: '最近的申诉', en: 'The latest appeal', nullable: true })
  appeal: SanctionAppealRefDto | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: SanctionDto): SanctionDto {
    return Object.assign(new SanctionDto(), row);
  }
}

export class SanctionActionDto {
  @OneOf(SANCTION_ACTIONS, { zh: '办理', en: 'Action', example: 'appeal' })
  action: SanctionAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** One sanction with everything about it. */
export class SanctionDetailDto extends SanctionDto {
  @Int({ zh: '期限（月）', en: 'Months that it lasts', nullable: true, min: 1, max: 60, example: 6 })
  months: number | null;

  @Flag({ zh: '决定书告知了申诉期限', en: 'The notice said until when one may appeal', example: true })
  appealTold: boolean;

  @DateOnly({
    zh: '可申诉至（含）',
    en: 'The student may appeal until this day',
    nullable: true,
    example: '2026-12-01',
  })
  appealUntil: string | null;

  @LongText({
    zh: '事由与依据；学生个人信息已删除时为空',
    en: 'What it is for, and by which rule; null when the student’s data was erased',
    ...{ max: 4000, nullable: true, example: '考试违纪，依据学生手册' },
  })
  grounds: string | null;

  @LongText({ zh: '解除或撤销的理由', en: 'Why it was lifted or revoked', max: 1000, nullable: true, example: '期满' })
  endReason: string | null;

  @Nested(() => ByDto, { zh: '登记人', en: 'Recorded by' })
  recordedBy: ByDto;

  @ListOf(() => SanctionActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: SanctionActionDto[];
}
