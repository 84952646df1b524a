import type { Bilingual, UnitKind } from '#contracts';
import { DateOnly, Decimal, Flag, Instant, Int, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PageQuery, Sort } from '#http';
import { NameDto } from '#workflow';
import { type Domain, DOMAINS } from '../metrics/metric.entity.js';
import type { PortraitSnapshot } from './portrait.entity.js';
import { CUT_KINDS } from './portrait.policy.js';

const MANY = 2_147_483_647;
const CLASS = '00000000-0000-7000-8000-000600000001';
const SHOWN_KINDS = { school: { zh: '学校', en: 'School' }, ...CUT_KINDS };
const FIGURE = { min: 0, max: 1e12, nullable: true };

export class GroupPortraitsQuery extends ListQuery {
  @DateOnly({
    zh: '不早于这一周（周一）',
    en: 'Weeks from this one on (its Monday)',
    optional: true,
    example: '2026-11-02',
  })
  weekFrom?: string;

  @DateOnly({
    zh: '不晚于这一周（周一）',
    en: 'Weeks up to this one (its Monday)',
    optional: true,
    example: '2026-11-09',
  })
  weekTo?: string;

  @AnyOf('text', { zh: '分组代码', en: 'Codes of trees' }, ['organisation'])
  tree?: string[];

  @AnyOf(SHOWN_KINDS, { zh: '层级', en: 'Kinds of units and places' }, ['class'])
  unitKind?: UnitKind[];

  @AnyOf('uuid', { zh: '单位或场所', en: 'Units or places' }, [CLASS])
  unitId?: string[];

  @AnyOf('text', { zh: '指标代码', en: 'Codes of metrics' }, ['library_visits'])
  metric?: string[];

  @AnyOf(DOMAINS, { zh: '领域', en: 'Domains' }, ['library'])
  domain?: Domain[];

  @Sort(['week'])
  sort?: string;
}

export class PortraitUnitDto {
  @Uuid({ zh: '单位或场所', en: 'Unit or place', example: CLASS })
  id: string;

  @OneOf(SHOWN_KINDS, { zh: '层级', en: 'Kind', example: 'class' })
  kind: UnitKind;

  @Text({ zh: '代码', en: 'Code', example: 'SE2401' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '软工2401' })
  name: string;
}

/** A metric of a group of students in a week. */
export class GroupPortraitDto {
  @Uuid({ zh: '标识', en: 'Identifier' })
  id: string;

  @DateOnly({ zh: '周一', en: 'Monday of the week', example: '2026-11-02' })
  week: string;

  @Text({ zh: '分组代码', en: 'Code of the tree', max: 40, example: 'organisation' })
  tree: string;

  @Nested(() => PortraitUnitDto, { zh: '单位或场所', en: 'Unit or place' })
  unit: PortraitUnitDto;

  @Text({ zh: '指标代码', en: 'Code of the metric', max: 60, example: 'library_visits' })
  metric: string;

  @Nested(() => NameDto, { zh: '指标', en: 'Metric', example: { zh: '到图书馆次数', en: 'library visits' } })
  metricName: Bilingual;

  @OneOf(DOMAINS, { zh: '领域', en: 'Domain', example: 'library' })
  domain: Domain;

  @Text({ zh: '单位', en: 'Unit of the figures', max: 20, example: 'count' })
  metricUnit: string;

  @Flag({ zh: '不公布（不说明原因）', en: 'Withheld; why is not told', example: false })
  withheld: boolean;

  @Int({
    zh: '人数，取整；单独变动班级者随原班计，人数太少者不计',
    en: 'Students, rounded; who moves alone is counted with the class before, and too few to be a group are not counted',
    min: 5,
    max: MANY,
    nullable: true,
    example: 30,
  })
  students: number | null;

  @Decimal({ zh: '平均', en: 'Mean', ...FIGURE, example: 2.4 })
  mean: number | null;

  @Decimal({ zh: '下四分位', en: 'Lower quartile; of large groups', ...FIGURE, example: null as never })
  lowQuartile: number | null;

  @Decimal({ zh: '中位数', en: 'Median; of large groups', ...FIGURE, example: null as never })
  median: number | null;

  @Decimal({ zh: '上四分位', en: 'Upper quartile; of large groups', ...FIGURE, example: null as never })
  highQuartile: number | null;
}

export class PortraitSnapshotsQuery extends PageQuery {
  @Sort(['week'])
  sort?: string;
}

/** What was published of a week. */
export class PortraitSnapshotDto {
  @Uuid({ zh: '标识', en: 'Identifier' })
  id: string;

  @DateOnly({ zh: '周一', en: 'Monday of the week', example: '2026-11-02' })
  week: string;

  @Int({ zh: '政策版本；0 为默认', en: 'Version of the policy; 0 = the default', min: 0, max: MANY, example: 0 })
  policyVersion: number;

  @Int({ zh: '一组至少多少人', en: 'Fewest persons of a group, then', min: 5, max: MANY, example: 10 })
  least: number;

  @Instant({ zh: '公布时间', en: 'Published at', example: '2026-11-09T20:23:04.000Z' })
  publishedAt: Date;

  @Instant({ zh: '撤回时间', en: 'Withdrawn at', nullable: true, example: null as never })
  withdrawnAt: Date | null;

  @LongText({ zh: '撤回原因', en: 'Why it was withdrawn', max: 500, nullable: true, example: null as never })
  withdrawnFor: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(snapshot: PortraitSnapshot): PortraitSnapshotDto {
    const { id, week, policyVersion, least, publishedAt, withdrawnAt, withdrawnFor, version } = snapshot;
    return Object.assign(new PortraitSnapshotDto(), {
      ...{ id, week, policyVersion, least, publishedAt, withdrawnAt, withdrawnFor, version },
    });
  }
}

export class PortraitWithdrawalDto {
  @LongText({
    zh: '撤回原因，不写学生个人情况',
    en: 'Why; nothing about a student',
    max: 500,
    example: '图书馆闸机数据有误',
  })
  reason: string;
}
