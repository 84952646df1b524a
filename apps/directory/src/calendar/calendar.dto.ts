import { DateOnly, Flag, Int, ListOf, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import type { DayOfCalendar } from '#time';
import type { Term } from './term.entity.js';

const TERM_KINDS = { school_year: { zh: '学年', en: 'School year' }, term: { zh: '学期', en: 'Term' } } as const;

/** Days a request for the calendar may span. */
export const MAX_DAYS = 400;

export class TermsQuery extends ListQuery {
  @AnyOf(TERM_KINDS, { zh: '种类', en: 'Kinds' }, ['term'])
  kind?: string[];

  @Int({
    zh: '学年结束的年份',
    en: 'Year in which the school year ends',
    min: 1900,
    max: 2200,
    optional: true,
    example: 2027,
  })
  schoolYear?: number;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsOn', 'code', 'updatedAt'])
  sort?: string;
}

export class TermInput {
  @Text({ zh: '代码', en: 'Code', max: 64, example: '2026-2027-2' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '2026–2027学年第二学期' })
  name: string;

  @OneOf(TERM_KINDS, { zh: '种类', en: 'Kind', example: 'term' })
  kind: Term['kind'];

  @Int({ zh: '学年结束的年份', en: 'Year in which the school year ends', min: 1900, max: 2200, example: 2027 })
  schoolYear: number;

  @DateOnly({ zh: '开始（含）', en: 'First day', example: '2027-02-22' })
  startsOn: string;

  @DateOnly({ zh: '结束（不含）', en: 'Day after the last', example: '2027-07-12' })
  endsOn: string;

  @Uuid({ zh: '所属学年', en: 'School year it belongs to', optional: true, nullable: true })
  parentId?: string | null;
}

export class TermDto {
  @Uuid({ zh: '学期', en: 'Term' })
  id: string;

  @Text({ zh: '代码', en: 'Code', example: '2026-2027-1' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '2026–2027学年第一学期' })
  name: string;

  @OneOf(TERM_KINDS, { zh: '种类', en: 'Kind', example: 'term' })
  kind: Term['kind'];

  @Int({ zh: '学年结束的年份', en: 'Year in which the school year ends', min: 1900, max: 2200, example: 2027 })
  schoolYear: number;

  @DateOnly({ zh: '开始（含）', en: 'First day', example: '2026-09-01' })
  startsOn: string;

  @DateOnly({ zh: '结束（不含）', en: 'Day after the last', example: '2027-01-20' })
  endsOn: string;

  @Uuid({ zh: '所属学年', en: 'School year it belongs to', nullable: true })
  parentId: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static from(term: Term): TermDto {
    const { id, code, name, kind, schoolYear, startsOn, endsOn, parentId, version } = term;
    return Object.assign(new TermDto(), { id, code, name, kind, schoolYear, startsOn, endsOn, parentId, version });
  }
}

export class CalendarQuery {
  @DateOnly({ zh: '自（含）', en: 'First day', example: '2026-10-01' })
  from: string;

  @DateOnly({
    zh: `至（含），最多 ${MAX_DAYS} 天`,
    en: `Last day, at most ${MAX_DAYS} days in all`,
    example: '2026-10-31',
  })
  to: string;
}

export class CalendarDayParams {
  @DateOnly({ zh: '日期', en: 'Date', example: '2026-11-27' })
  date: string;
}

export class CalendarDayInput {
  @Flag({ zh: '是否工作日', en: 'A workday', example: false })
  workday: boolean;

  @Text({ zh: '名称', en: 'Name', example: '校运会' })
  name: string;
}

export class CalendarDayDto {
  @DateOnly({ zh: '日期', en: 'Date', example: '2026-10-01' })
  date: string;

  @Flag({ zh: '是否工作日', en: 'A workday', example: false })
  workday: boolean;

  @Text({
    zh: '节假日、调休或校定名称',
    en: "Holiday, make-up workday or the school's own name",
    nullable: true,
    example: '国庆节',
  })
  name: string | null;

  @Flag({
    zh: '当年放假安排尚未公布，仅按周末推算',
    en: "The year's official plan is not known yet: only weekends were counted",
    example: false,
  })
  provisional: boolean;

  static from(day: DayOfCalendar): CalendarDayDto {
    const { date, workday, name = null, provisional } = day;
    return Object.assign(new CalendarDayDto(), { date, workday, name, provisional });
  }
}

export class CalendarDto {
  @ListOf(() => CalendarDayDto, { zh: '逐日', en: 'Day by day', maxItems: MAX_DAYS, example: [] })
  days: CalendarDayDto[];
}
