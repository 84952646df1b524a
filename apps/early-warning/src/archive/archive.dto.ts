import type { Bilingual } from '#contracts';
import { DateOnly, Decimal, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { NameDto } from '#workflow';
import {
  type Kind,
  KINDS,
  REVERSAL_REASONS,
  type ReversalReason,
  VISIBILITIES,
  type Visibility,
} from './archive-entry.entity.js';

const MANY = 2_147_483_647;
const TITLE = { zh: '“西迁精神”宣讲会', en: 'Talk on the spirit of the westward move' };
const STUDENT = '00000000-0000-7000-8000-003000000001';

export class EntriesQuery extends ListQuery {
  @AnyOf('uuid', { zh: '学生', en: 'Students' }, [STUDENT])
  studentId?: string[];

  @AnyOf(KINDS, { zh: '种类', en: 'Kinds' }, ['honour'])
  kind?: Kind[];

  @AnyOf('text', { zh: '领域', en: 'Areas' }, ['moral'])
  area?: string[];

  @AnyOf('text', { zh: '四个一百', en: 'Tracks of the four hundreds' }, ['talks'])
  track?: string[];

  @AnyOf('uuid', { zh: '单位或场所（含下级）', en: 'Units or places, with those below' }, [
    '00000000-0000-7000-8000-000600000001',
  ])
  unitId?: string[];

  @DateOnly({ zh: '不早于', en: 'On or after', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '不晚于', en: 'On or before', optional: true, example: '2027-01-17' })
  to?: string;

  @Flag({ zh: '仅本人的', en: 'One’s own alone', optional: true, example: true })
  mine?: boolean;

  @Flag({
    zh: '连同已冲销的条目与冲销条目',
    en: 'With entries that were reversed, and those that reverse them',
    optional: true,
    example: true,
  })
  reversed?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['happenedOn', 'updatedAt'])
  sort?: string;
}

export class TermRefDto {
  @Uuid({ zh: '学期', en: 'Term' })
  id: string;

  @Text({ zh: '代码', en: 'Code', example: '2026-2027-1' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '2026—2027 学年秋季学期' })
  name: string;
}

export class ArchiveEntryDto {
  @Uuid({ zh: '条目', en: 'Entry' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(KINDS, { zh: '种类', en: 'Kind', example: 'participation' })
  kind: Kind;

  @Text({
    zh: '领域，代码见政策 early-warning.archive',
    en: 'Area: a code of the policy early-warning.archive',
    max: 40,
    example: 'moral',
  })
  area: string;

  @Text({
    zh: '计入四个一百的哪一项',
    en: 'Which of the four hundreds it counts for',
    max: 40,
    nullable: true,
    example: 'talks',
  })
  track: string | null;

  @DateOnly({
    zh: '日期；仅知年份的荣誉为登记日或当年末日',
    en: 'When it was; of an honour, of which the year is known, the day it was recorded or the last of the year',
    example: '2026-11-20',
  })
  happenedOn: string;

  @Nested(() => TermRefDto, { zh: '所在学期', en: 'The term it lies in', nullable: true })
  term: TermRefDto | null;

  @Nested(() => NameDto, {
    zh: '内容；冲销条目为空',
    en: 'What it says; null where it reverses another',
    nullable: true,
    example: TITLE,
  })
  title: Bilingual | null;

  @Text({
    zh: '荣誉级别',
    en: 'Level of an honour: national, province, city, school',
    max: 40,
    nullable: true,
    example: 'school',
  })
  level: string | null;

  @Decimal({ zh: '学分', en: 'Credits', min: 0, max: 1_000_000, nullable: true, example: 0.1 })
  credits: number | null;

  @Decimal({ zh: '小时', en: 'Hours', min: 0, max: 1_000_000, nullable: true, example: 2 })
  hours: number | null;

  @Text({ zh: '来源服务', en: 'The service it is from', max: 40, example: 'affairs' })
  source: string;

  @Uuid({ zh: '在来源服务中的标识', en: 'Id of what it tells of, in that service' })
  sourceId: string;

  @OneOf(VISIBILITIES, { zh: '谁可见', en: 'Who may read it', example: 'school' })
  visibility: Visibility;

  @Flag({ zh: '收入毕业纪念册', en: 'Goes into the graduation book', example: true })
  inBook: boolean;

  @Flag({ zh: '已冲销', en: 'It was reversed: it counts no more', example: false })
  reversed: boolean;

  @Uuid({ zh: '所冲销的条目', en: 'The entry that this one reverses', nullable: true })
  reversesId: string | null;

  @OneOf(REVERSAL_REASONS, { zh: '冲销原因', en: 'Why it reverses that', nullable: true, example: null as never })
  reversedFor: ReversalReason | null;

  @Instant({ zh: '记入时间', en: 'Entered at', example: '2026-11-21T01:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class ArchiveEntrySettingsDto {
  @OneOf(VISIBILITIES, { zh: '谁可见', en: 'Who may read it', example: 'counselor' })
  visibility: Visibility;

  @Flag({ zh: '收入毕业纪念册', en: 'Goes into the graduation book', example: true })
  inBook: boolean;
}

export class SummaryQuery {
  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true, example: STUDENT })
  studentId?: string;
}

export class ArchiveAreaDto {
  @Text({ zh: '领域', en: 'Area', max: 40, example: 'labour' })
  area: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '劳', en: 'Labour' } })
  name: Bilingual;

  @Int({ zh: '条目数', en: 'Entries', min: 0, max: MANY, example: 12 })
  entries: number;

  @Decimal({ zh: '小时', en: 'Hours', min: 0, max: 1_000_000, example: 36.5 })
  hours: number;

  @Decimal({ zh: '学分', en: 'Credits', min: 0, max: 1_000_000, example: 1.2 })
  credits: number;
}

export class ArchiveTermDto {
  @Nested(() => TermRefDto, { zh: '学期；空为学期之外', en: 'Term; null = between terms', nullable: true })
  term: TermRefDto | null;

  @ListOf(() => ArchiveAreaDto, { zh: '各领域', en: 'By area', maxItems: 50 })
  areas: ArchiveAreaDto[];
}

export class ArchiveTrackDto {
  @Text({ zh: '代码', en: 'Code', max: 40, example: 'talks' })
  track: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '百场讲座', en: 'A hundred talks' } })
  name: Bilingual;

  @Int({ zh: '已完成；同一作品或活动计一次', en: 'Done; the same work counts once', min: 0, max: MANY, example: 37 })
  done: number;

  @Int({ zh: '目标', en: 'Goal', min: 1, max: 10_000, example: 100 })
  goal: number;
}

export class ArchiveSummaryDto {
  @Uuid({ zh: '学生', en: 'Student', example: STUDENT })
  studentId: string;

  @ListOf(() => ArchiveAreaDto, { zh: '各领域合计', en: 'Totals by area', maxItems: 50 })
  areas: ArchiveAreaDto[];

  @ListOf(() => ArchiveTermDto, { zh: '各学期', en: 'By term, the earliest first', maxItems: 100 })
  terms: ArchiveTermDto[];

  @ListOf(() => ArchiveTrackDto, { zh: '四个一百', en: 'The four hundreds', maxItems: 20 })
  tracks: ArchiveTrackDto[];

  @Int({ zh: '政策版本', en: 'Version of the policy', min: 0, max: MANY, example: 0 })
  policyVersion: number;
}
