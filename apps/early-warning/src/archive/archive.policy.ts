import type { Bilingual } from '#contracts';
import { Int, ListOf, Nested, OneOf, Text } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import { NameDto } from '#workflow';
import { KINDS, type Kind, VISIBILITIES, type Visibility } from './archive-entry.entity.js';

const CODE = { max: 40, pattern: /^[a-z][a-z0-9-]*$/ };
const named = (zh: string, en: string): NameDto => Object.assign(new NameDto(), { zh, en });

export class ArchiveArea {
  @Text({ zh: '代码', en: 'Code', ...CODE, example: 'moral' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '德', en: 'Moral' } })
  name: NameDto;
}

export class KindRule {
  @OneOf(KINDS, { zh: '种类', en: 'Kind', example: 'honour' })
  kind: Kind;

  @Text({
    zh: '领域，未按活动种类另定时',
    en: 'Its area, unless its kind of activity has one',
    ...CODE,
    example: 'moral',
  })
  area: string;

  @OneOf(VISIBILITIES, {
    zh: '起初谁可见，学生可改',
    en: 'Who sees it at first; the student may change it',
    example: 'school',
  })
  visibility: Visibility;
}

export class ActivityArea {
  @Text({
    zh: '活动种类代码，见政策 affairs.activities',
    en: 'Kind of activity: a code of the policy affairs.activities',
    ...CODE,
    example: 'lecture',
  })
  code: string;

  @Text({ zh: '领域', en: 'Area', ...CODE, example: 'intellectual' })
  area: string;

  @Text({
    zh: '计入四个一百的哪一项',
    en: 'Which of the four hundreds it counts for',
    nullable: true,
    ...CODE,
    example: 'talks',
  })
  track: string | null;
}

export class ArchiveTrack {
  @Text({ zh: '代码', en: 'Code', ...CODE, example: 'books' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '百本好书', en: 'A hundred books' } })
  name: NameDto;

  @Int({ zh: '目标', en: 'Goal', min: 1, max: 10_000, example: 100 })
  goal: number;
}

const area = (code: string, zh: string, en: string): ArchiveArea =>
  Object.assign(new ArchiveArea(), { code, name: named(zh, en) });
const kindRule = (kind: Kind, of: string, visibility: Visibility): KindRule =>
  Object.assign(new KindRule(), { kind, area: of, visibility });
const activity = (code: string, of: string, track: string | null = null): ActivityArea =>
  Object.assign(new ActivityArea(), { code, area: of, track });
const track = (code: string, zh: string, en: string): ArchiveTrack =>
  Object.assign(new ArchiveTrack(), { code, name: named(zh, en), goal: 100 });

/**
 * The growth archive (成长档案). The five areas are those of education as 教育法 §5 names it (德智体美劳); which kind belongs to which is no rule of
 * anybody's but a default to be set. The four hundreds (四个一百) and their goal are one school's (西安交通大学, 2024). Work-study may hint at hardship
 * and the way into the Party is a student's own affair: at first none but the student sees them.
 */
@Policy({ key: 'early-warning.archive', title: { zh: '成长档案', en: 'Growth archive' } })
export class ArchivePolicy {
  @ListOf(() => ArchiveArea, { zh: '领域', en: 'Areas', minItems: 1, maxItems: 20 })
  areas: ArchiveArea[] = [
    area('moral', '德', 'Moral'),
    area('intellectual', '智', 'Intellectual'),
    area('physical', '体', 'Physical'),
    area('aesthetic', '美', 'Aesthetic'),
    area('labour', '劳', 'Labour'),
  ];

  @ListOf(() => KindRule, {
    zh: '各种类的领域与起初可见范围',
    en: 'Area of each kind, and who sees it at first',
    maxItems: 30,
  })
  kinds: KindRule[] = [
    kindRule('participation', 'aesthetic', 'school'),
    kindRule('honour', 'moral', 'school'),
    kindRule('award', 'intellectual', 'school'),
    kindRule('star', 'labour', 'school'),
    kindRule('claim', 'intellectual', 'school'),
    kindRule('post', 'moral', 'school'),
    kindRule('work_study', 'labour', 'student'),
    kindRule('party', 'moral', 'student'),
    kindRule('own', 'moral', 'counselor'),
  ];

  @ListOf(() => ActivityArea, {
    zh: '各活动种类的领域与四个一百',
    en: 'Area of each kind of activity, and its track',
    maxItems: 100,
  })
  activities: ActivityArea[] = [
    activity('lecture', 'intellectual', 'talks'),
    activity('reading', 'intellectual', 'books'),
    activity('teacher-talk', 'intellectual', 'teachers'),
    activity('event', 'aesthetic', 'events'),
    activity('volunteering', 'labour'),
    activity('sport', 'physical'),
    activity('labour', 'labour'),
    activity('practice', 'moral'),
    activity('innovation', 'intellectual'),
    activity('work', 'moral'),
    activity('skill', 'intellectual'),
  ];

  @ListOf(() => ArchiveTrack, { zh: '四个一百', en: 'The four hundreds', maxItems: 20 })
  tracks: ArchiveTrack[] = [
    track('books', '百本好书', 'A hundred books'),
    track('teachers', '百位名师', 'A hundred teachers'),
    track('talks', '百场讲座', 'A hundred talks'),
    track('events', '百项活动', 'A hundred events'),
  ];

  /** Codes that stand twice, and areas and tracks that there are none of. */
  findings(): FieldError[] {
    const [areas, tracks] = [new Set(this.areas.map(({ code }) => code)), new Set(this.tracks.map(({ code }) => code))];
    const twice = [
      ...repeated(
        '#/areas',
        this.areas.map(({ code }) => code),
        'code',
      ),
      ...repeated(
        '#/tracks',
        this.tracks.map(({ code }) => code),
        'code',
      ),
      ...repeated(
        '#/activities',
        this.activities.map(({ code }) => code),
        'code',
      ),
      ...repeated(
        '#/kinds',
        this.kinds.map(({ kind }) => kind),
        'kind',
      ),
    ];
    const unknown = (pointer: string): FieldError => ({ pointer, zh: '没有这个代码', en: 'is not one of the codes' });
    return [
      ...twice,
      ...this.kinds.flatMap((one, i) => (areas.has(one.area) ? [] : [unknown(`#/kinds/${i}/area`)])),
      ...this.activities.flatMap((one, i) => [
        ...(areas.has(one.area) ? [] : [unknown(`#/activities/${i}/area`)]),
        ...(one.track === null || tracks.has(one.track) ? [] : [unknown(`#/activities/${i}/track`)]),
      ]),
    ];
  }

  /** Where something belongs, and who sees it at first. */
  placeOf(kind: Kind, activity: string | null): { area: string; track: string | null; visibility: Visibility } {
    const rule = this.kinds.find((one) => one.kind === kind);
    const special = activity === null ? undefined : this.activities.find(({ code }) => code === activity);
    const area = special?.area ?? rule?.area ?? this.areas[0]!.code;
    return { area, track: special?.track ?? null, visibility: rule?.visibility ?? 'student' };
  }
}

function repeated(pointer: string, codes: readonly string[], field: string): FieldError[] {
  const text: Bilingual = { zh: '代码重复', en: 'is there twice' };
  return codes.flatMap((code, i) =>
    codes.indexOf(code) < i ? [{ pointer: `${pointer}/${i}/${field}`, ...text }] : [],
  );
}
