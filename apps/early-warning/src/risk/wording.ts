import type { Bilingual } from '#contracts';
import type { AdditiveModel, Term } from './model/model.js';

/** Log-odds from which a part counts as clear, and as slight; below it hardly matters. */
const CLEAR = 0.5;
const SLIGHT = 0.1;

/** What one part says of a student. `names` and `values` by feature; NaN = not known. */
export function sayPart(
  { features }: AdditiveModel,
  term: Term,
  points: number,
  names: ReadonlyMap<string, Bilingual>,
  values: ReadonlyMap<string, number>,
): Bilingual {
  const keys = term.features.map((feature) => features[feature]!.key);
  const say = (language: 'zh' | 'en', unknown: string, colon: string): string[] =>
    keys.map((key) => {
      const value = values.get(key)!;
      return `${names.get(key)?.[language] ?? key}${colon}${Number.isNaN(value) ? unknown : Number(value.toPrecision(4))}`;
    });
  const strength = Math.abs(points) >= CLEAR ? 2 : Math.abs(points) >= SLIGHT ? 1 : 0;
  const [zh, en] = [
    ['影响很小', points > 0 ? '略提高风险' : '略降低风险', points > 0 ? '明显提高风险' : '明显降低风险'],
    [
      'hardly matters',
      points > 0 ? 'raises the risk slightly' : 'lowers the risk slightly',
      points > 0 ? 'raises the risk clearly' : 'lowers the risk clearly',
    ],
  ] as const;
  return {
    zh: `${say('zh', '没有数据', '：').join('、')}，${zh[strength]}`,
    en: `${say('en', 'not known', ': ').join(' and ')}: ${en[strength]}`,
  };
}
