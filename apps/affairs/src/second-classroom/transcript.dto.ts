import { DateOnly, Decimal, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { NameDto } from '#workflow';
import { type Track, TRACKS } from '../activities/activities.policy.js';

const MANY = 2_147_483_647;
const REASONS = {
  same_work: { zh: '同一作品或事迹已按最高计入', en: 'of the same work a higher one counts' },
  category_full: { zh: '该类别已达上限', en: 'its category is at its cap' },
  no_category: { zh: '该种类不计学分', en: 'its kind gives no credits' },
} as const;

export class TranscriptEntryDto {
  @Uuid({ zh: '报名或申报', en: 'Enrolment or claim' })
  id: string;

  @OneOf(
    { activity: { zh: '活动', en: 'an activity' }, claim: { zh: '申报', en: 'a claim' } },
    { zh: '来源', en: 'Source', example: 'activity' },
  )
  source: 'activity' | 'claim';

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'lecture' })
  kind: string;

  @Text({ zh: '名称', en: 'Title', nullable: true, max: 200, example: '人工智能前沿讲座' })
  title: string | null;

  @Text({
    zh: '英文名称',
    en: 'Title in English; of a claim null',
    nullable: true,
    max: 200,
    example: 'Frontiers of AI',
  })
  titleEn: string | null;

  @DateOnly({ zh: '日期', en: 'Day', example: '2027-03-10' })
  date: string;

  @Decimal({ zh: '学分', en: 'Credits', min: 0, max: 1_000, example: 0.1 })
  credits: number;

  @Decimal({ zh: '计入学分', en: 'Credits that count', min: 0, max: 1_000, example: 0.1 })
  counted: number;

  @Text({ zh: '类别', en: 'Category', nullable: true, max: 40, example: 'thought' })
  category: string | null;

  @OneOf(REASONS, {
    zh: '未全部计入的原因',
    en: 'Why it does not count in full',
    nullable: true,
    example: 'category_full',
  })
  reason: keyof typeof REASONS | null;
}

export class TranscriptCategoryDto {
  @Text({ zh: '类别', en: 'Category', max: 40, example: 'thought' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '思想成长', en: 'Thought' } })
  name: NameDto;

  @Decimal({
    zh: '取得学分（同一作品只计一次）',
    en: 'Credits, the same work once',
    min: 0,
    max: 100_000,
    example: 1.3,
  })
  credits: number;

  @Decimal({ zh: '计入学分', en: 'Credits that count', min: 0, max: 1_000, example: 1 })
  counted: number;

  @Decimal({ zh: '上限', en: 'At most', min: 0, max: 1_000, example: 1 })
  maxCredits: number;
}

export class TrackProgressDto {
  @OneOf(TRACKS, { zh: '四个一百', en: 'Which of the four hundreds', example: 'talks' })
  track: Track;

  @Int({ zh: '已完成', en: 'Done', min: 0, max: MANY, example: 12 })
  done: number;

  @Int({ zh: '目标', en: 'Goal', min: 1, max: MANY, example: 100 })
  goal: number;
}

/** A student's transcript of the second classroom, as of now. */
export class TranscriptDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @Decimal({ zh: '计入学分合计', en: 'Credits that count', min: 0, max: 100_000, example: 1.2 })
  total: number;

  @Decimal({ zh: '毕业所需', en: 'Credits to graduate with', min: 0, max: 1_000, example: 2 })
  required: number;

  @ListOf(() => TranscriptCategoryDto, { zh: '各类别', en: 'Categories', maxItems: 50 })
  categories: TranscriptCategoryDto[];

  @ListOf(() => TrackProgressDto, { zh: '四个一百的进度', en: 'The four hundreds', maxItems: 10 })
  tracks: TrackProgressDto[];

  @ListOf(() => TranscriptEntryDto, { zh: '各条记录', en: 'Entries', maxItems: 10_000 })
  entries: TranscriptEntryDto[];

  @Int({
    zh: '所依政策版本，0 为默认',
    en: 'Version of the policy it was worked out by; 0 = the default',
    min: 0,
    max: MANY,
    example: 0,
  })
  policyVersion: number;
}
