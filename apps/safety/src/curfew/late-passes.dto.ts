import { DateOnly, Flag, Instant, Int, Nested, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import type { LatePass } from './late-pass.entity.js';

const UNTIL = /^([01]\d|2[0-3]):[0-5]\d$/;

export class LatePassesQuery extends ListQuery {
  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];

  @DateOnly({ zh: '在这一晚有效', en: 'In force on this evening', optional: true, example: '2026-11-20' })
  night?: string;

  @Flag({ zh: '是否已撤销', en: 'Revoked ones, or those that are not', optional: true, example: false })
  revoked?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class RegisterLatePassDto {
  @Uuid({ zh: '学生', en: 'Student' })
  studentId: string;

  @DateOnly({ zh: '第一晚', en: 'First evening', example: '2026-11-20' })
  from: string;

  @DateOnly({ zh: '最后一晚（含）', en: 'Last evening, inclusive', example: '2026-11-30' })
  to: string;

  @Text({
    zh: '须在此时前返回；12:00 前指次日；不填为当晚任何时间',
    en: 'In by this time; before 12:00 = the next morning; left out: any time that night',
    optional: true,
    pattern: UNTIL,
    example: '00:30',
  })
  until?: string;

  @Text({ zh: '事由', en: 'Reason', example: '实验室值班' })
  reason: string;
}

export class RevokeLatePassDto {
  @Text({ zh: '撤销原因', en: 'Why it is revoked', example: '值班安排取消' })
  reason: string;
}

/** A student may come in after curfew on these evenings. */
export class LatePassDto {
  @Uuid({ zh: '晚归报备', en: 'Late pass' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @DateOnly({ zh: '第一晚', en: 'First evening', example: '2026-11-20' })
  from: string;

  @DateOnly({ zh: '最后一晚（含）', en: 'Last evening, inclusive', example: '2026-11-30' })
  to: string;

  @Text({ zh: '须在此时前返回', en: 'In by this time', nullable: true, max: 5, example: '00:30' })
  until: string | null;

  @Text({ zh: '事由', en: 'Reason', example: '实验室值班' })
  reason: string;

  @Instant({ zh: '登记时间', en: 'Registered at' })
  createdAt: Date;

  @Instant({ zh: '撤销时间', en: 'Revoked at', nullable: true })
  revokedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_000_000_000, example: 1 })
  version: number;

  static from(this: void, pass: LatePassRow): LatePassDto {
    const { id, student, fromNight: from, toNight: to, until, reason, createdAt, revokedAt, version } = pass;
    return Object.assign(new LatePassDto(), {
      id,
      student,
      from,
      to,
      until: until?.slice(0, 5) ?? null,
      reason,
      createdAt,
      revokedAt,
      version,
    });
  }
}

/** A late pass with its student, as SQL gives it. */
export type LatePassRow = { student: PersonRefDto } & Pick<
  LatePass,
  'id' | 'fromNight' | 'toNight' | 'until' | 'reason' | 'createdAt' | 'revokedAt' | 'version'
>;
