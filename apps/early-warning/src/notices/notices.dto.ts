import { WARNING_LEVELS, type WarningLevel } from '#contracts';
import { Instant, Nested, OneOf, Uuid } from '#fields';
import { ListQuery, Sort } from '#http';
import { type Evidence, reasonOf } from '#rule-language';
import { BilingualTextDto } from '../warnings/warnings.dto.js';

export class NoticesQuery extends ListQuery {
  @Sort(['toldAt'])
  sort?: string;
}

/** A notice as SQL gives it. */
export interface NoticeRow {
  id: string;
  level: WarningLevel;
  studentReason: BilingualTextDto;
  evidence: Evidence;
  toldAt: Date;
  reachedAt: Date | null;
}

/** What the school wants a student to know about themselves; nobody waits for anything. */
export class NoticeDto {
  @Uuid({ zh: '告知', en: 'Notice' })
  id: string;

  @OneOf(WARNING_LEVELS, {
    zh: '级别；学校规则不显示的为空',
    en: 'Level; null where the school’s rules do not show it',
    ...{ nullable: true, example: null as never },
  })
  level: WarningLevel | null;

  @Nested(() => BilingualTextDto, { zh: '说明', en: 'What it says' })
  text: BilingualTextDto;

  @Instant({ zh: '告知时间', en: 'Told at' })
  toldAt: Date;

  @Instant({ zh: '本人看到的时间', en: 'Seen at', nullable: true })
  reachedAt: Date | null;

  static from({ studentReason, evidence, level, ...row }: NoticeRow, showLevel: boolean): NoticeDto {
    return Object.assign(new NoticeDto(), {
      ...row,
      level: showLevel ? level : null,
      text: reasonOf(studentReason, evidence),
    });
  }
}
