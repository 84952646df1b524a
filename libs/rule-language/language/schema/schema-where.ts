import type { Bilingual } from '#contracts';
import type { Comparison } from '../rule.js';
import { MAX_STORED, PARAMETER_NAME } from '../limits.js';
import { entries, labelled, number, object, type Schema, text } from './schema-nodes.js';

/** A metric as a form offers it. */
export interface MetricChoice extends Bilingual {
  code: string;
  unit: string;
  /** Stored values are the unit's × 10^decimals. */
  decimals: number;
}

export const COMPARISON_LABELS: Record<Comparison, Bilingual> = {
  ge: { zh: '不少于', en: 'at least' },
  gt: { zh: '大于', en: 'more than' },
  le: { zh: '不多于', en: 'at most' },
  lt: { zh: '小于', en: 'less than' },
  eq: { zh: '等于', en: 'equal to' },
};

/** `where` in the metric's unit, by decimals: the more of them, the sooner ends what can be stored. */
export function stored(metrics: readonly MetricChoice[]): Record<string, Schema> {
  const bounded = (decimals: number): Schema => {
    const most = MAX_STORED / 10 ** decimals;
    return where(constant(number(-most, most)));
  };
  const decimals = new Set([0, ...byDecimals(metrics).keys()]);
  return Object.fromEntries([...decimals].map((one) => [whereName(one), bounded(one)]));
}

/** Codes of the metrics by their decimals, where they have any. */
export function byDecimals(metrics: readonly MetricChoice[]): Map<number, string[]> {
  const codes = new Map<number, string[]>();
  for (const { code, decimals } of metrics)
    if (decimals > 0) codes.set(decimals, [...(codes.get(decimals) ?? []), code]);
  return codes;
}

/** Where the bounds for so many decimals are among the definitions. */
export function whereName(decimals: number): string {
  return decimals === 0 ? 'where' : `where${decimals}`;
}

/** A number of a kind, or a parameter of the school. */
export function constant(of: Schema): Schema {
  return {
    ...labelled('数字或参数', 'Number or parameter'),
    anyOf: [
      of,
      {
        ...labelled('学校参数', 'Parameter of the school'),
        ...object(
          {
            $p: { ...labelled('参数名', 'Name'), ...text(PARAMETER_NAME) },
            default: { ...labelled('默认值', 'Default', '学校未设时的数值', 'Where the school has set none'), ...of },
          },
          ['$p', 'default'],
        ),
      },
    ],
  };
}

/** Comparisons with constants of a kind. */
export function where(of: Schema): Schema {
  return {
    ...object(
      Object.fromEntries(entries(COMPARISON_LABELS).map(([op, { zh, en }]) => [op, { ...labelled(zh, en), ...of }])),
      [],
    ),
    minProperties: 1,
  };
}
