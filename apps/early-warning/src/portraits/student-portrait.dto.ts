import type { Bilingual } from '#contracts';
import { DateOnly, Decimal, Flag, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf } from '#http';
import { NameDto } from '#workflow';
import { type Domain, DOMAINS, type Fold, FOLDS } from '../metrics/metric.entity.js';
import { PortraitUnitDto } from './group-portraits.dto.js';

/** Weeks a portrait shows at most. */
export const MAX_WEEKS = 30;
const MANY = 2_147_483_647;
const FIGURE = { min: 0, max: 1e12 };

export class StudentPortraitQuery {
  @DateOnly({
    zh: '首日；默认为本学期首日',
    en: 'First day; the first of the term when left out',
    optional: true,
    example: '2026-10-05',
  })
  from?: string;

  @DateOnly({
    zh: '末日；默认为上周日。只含已结束的周',
    en: 'Last day; last Sunday when left out. Only weeks that are over are shown',
    optional: true,
    example: '2026-11-15',
  })
  to?: string;

  @AnyOf(DOMAINS, { zh: '领域', en: 'Domains' }, ['library'])
  domain?: Domain[];

  @AnyOf('text', { zh: '指标代码', en: 'Codes of metrics' }, ['library_visits'])
  metric?: string[];
}

/** What a student's weeks before were like. */
export class PortraitRangeDto {
  @Decimal({ zh: '下四分位', en: 'Lower quartile', ...FIGURE, example: 1 })
  low: number;

  @Decimal({ zh: '中位数', en: 'Median', ...FIGURE, example: 2 })
  median: number;

  @Decimal({ zh: '上四分位', en: 'Upper quartile', ...FIGURE, example: 3 })
  high: number;
}

/** What was published that week of the smallest group of which there are figures. */
export class PortraitGroupFiguresDto {
  @Nested(() => PortraitUnitDto, { zh: '班级、学院或学校', en: 'Class, college or school' })
  unit: PortraitUnitDto;

  @Int({ zh: '人数，取整', en: 'Students, rounded', min: 5, max: MANY, example: 30 })
  students: number;

  @Decimal({ zh: '平均', en: 'Mean', ...FIGURE, example: 2.4 })
  mean: number;

  @Decimal({ zh: '下四分位', en: 'Lower quartile; of large groups', ...FIGURE, nullable: true, example: 1 })
  lowQuartile: number | null;

  @Decimal({ zh: '中位数', en: 'Median; of large groups', ...FIGURE, nullable: true, example: 2 })
  median: number | null;

  @Decimal({ zh: '上四分位', en: 'Upper quartile; of large groups', ...FIGURE, nullable: true, example: 4 })
  highQuartile: number | null;
}

export class PortraitPointDto {
  @DateOnly({ zh: '周一', en: 'Monday of the week', example: '2026-11-02' })
  week: string;

  @Decimal({
    zh: '该周的值；空为没有数据，不是 0',
    en: 'Value of the week; null = no data, which is not 0',
    ...FIGURE,
    nullable: true,
    example: 2,
  })
  value: number | null;

  @Flag({
    zh: '周末时数据源中断，数据可能不全',
    en: 'The source was silent at the end of the week: data may be missing',
    example: false,
  })
  sourceSilent: boolean;

  @Nested(() => PortraitRangeDto, {
    zh: '本人此前各周；有数据的周太少时为空',
    en: 'The student’s own weeks before; null when too few have data',
    nullable: true,
  })
  usual: PortraitRangeDto | null;

  @Nested(() => PortraitGroupFiguresDto, {
    zh: '所在群体；没有公布时为空',
    en: 'The group the student belongs to; null where nothing was published',
    nullable: true,
  })
  group: PortraitGroupFiguresDto | null;
}

export class PortraitMetricDto {
  @Text({ zh: '指标代码', en: 'Code of the metric', max: 60, example: 'library_visits' })
  metric: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '到图书馆次数', en: 'library visits' } })
  name: Bilingual;

  @OneOf(DOMAINS, { zh: '领域', en: 'Domain', example: 'library' })
  domain: Domain;

  @Text({ zh: '单位', en: 'Unit', max: 20, example: 'count' })
  unit: string;

  @OneOf(FOLDS, { zh: '一周各天如何合并', en: 'How the days of a week become one value', example: 'sum' })
  fold: Fold;

  @ListOf(() => PortraitPointDto, { zh: '各周', en: 'Week by week', maxItems: MAX_WEEKS })
  points: PortraitPointDto[];
}

/** The metrics of one student, week by week. */
export class StudentPortraitDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @ListOf('text', { zh: '各周的周一', en: 'Mondays of the weeks', maxItems: MAX_WEEKS, example: ['2026-11-02'] })
  weeks: string[];

  @ListOf(() => PortraitMetricDto, { zh: '各指标，按领域', en: 'Metrics, by domain', maxItems: 1000 })
  metrics: PortraitMetricDto[];

  @Int({ zh: '政策版本；0 为默认', en: 'Version of the policy; 0 = the default', min: 0, max: MANY, example: 0 })
  policyVersion: number;
}
