import { Int, OneOf, Text, Uuid } from '#fields';
import { ListQuery } from '#http';
import { type Domain, DOMAINS, type Fold, FOLDS, type Metric } from './metric.entity.js';

export class MetricsQuery extends ListQuery {}

class MetricValuesDto {
  @Text({ zh: '中文名称', en: 'Chinese name', max: 100, example: '晚归' })
  zh: string;

  @Text({ zh: '英文名称', en: 'English name', max: 100, example: 'late returns' })
  en: string;

  @OneOf(DOMAINS, { zh: '领域', en: 'Domain', example: 'gate' })
  domain: Domain;

  @Int({
    zh: '敏感等级（1–3；第 4 类不在此受理）',
    en: 'Sensitivity class (1–3; class 4 is not taken here)',
    min: 1,
    max: 3,
    example: 3,
  })
  sensitivity: number;

  @Int({ zh: '保存天数', en: 'Days it is kept', min: 1, max: 3660, example: 400 })
  retentionDays: number;
}

const DECIMALS = { min: 0, max: 4, example: 0 };

/** What may change of a metric. */
export class MetricChangeDto extends MetricValuesDto {
  @Int({
    zh: '小数位数；不给则不变。改动会重写已存的全部数值，数值本身不变',
    en: 'Decimals a value may have; left out: as it is. A change rewrites all that is stored, each value stays what it is',
    ...{ ...DECIMALS, optional: true },
  })
  decimals?: number;
}

export class NewMetricDto extends MetricValuesDto {
  @Text({ zh: '代码', en: 'Code', max: 60, pattern: /^[a-z][a-z0-9_]*$/, example: 'late_return' })
  code: string;

  @Text({ zh: '单位', en: 'Unit', max: 20, example: 'count' })
  unit: string;

  @Int({ zh: '小数位数', en: 'Decimals a value may have', ...DECIMALS })
  decimals: number;

  @OneOf(FOLDS, { zh: '同一天多条如何合并', en: 'How several values of a day become one', example: 'sum' })
  fold: Fold;
}

export class MetricDto extends NewMetricDto {
  @Uuid({ zh: '标识', en: 'Identifier' })
  id: string;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(metric: Metric): MetricDto {
    const { id, code, zh, en, unit, decimals, fold, domain, sensitivity, retentionDays, version } = metric;
    return Object.assign(new MetricDto(), {
      ...{ id, code, zh, en, unit, decimals, fold, domain, sensitivity, retentionDays, version },
    });
  }
}
