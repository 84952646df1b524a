import type { Bilingual } from '#contracts';
import type { Fairness, GroupFound } from './model/fairness.js';

/** What the card says of groups: the figures, and where a gap comes from. */
export interface ExplainedFairness extends Fairness {
  explanation: Bilingual | null;
}

/** A gap below it is not worth a word. */
const SMALL = 0.05;
/** Standard errors that foretold and observed may be apart by chance, 95 times of 100. */
const TWO_ERRORS = 1.96;

/** Adds where the gap comes from, as far as the figures tell: shares foretold at different heights, or a group foretold wrongly. */
export function explained(fairness: Fairness): ExplainedFairness {
  const { gap, gapInterval, expectedGap, groups } = fairness;
  if (gap === null || gap < SMALL) return { ...fairness, explanation: null };
  const told = groups.filter(({ share }) => share !== null).sort((a, b) => a.share! - b.share!);
  const [low, high] = [told[0]!, told.at(-1)!];
  const off = told.filter(isOff);
  const [zhOff, enOff] =
    off.length === 0
      ? ['各组预示的比例与实际相符。', 'What was foretold of each group came true within chance.']
      : [
          `预示与实际不符的组：${off.map(({ group, foretold, rate }) => `${group}（预示 ${part(foretold)}，实际 ${part(rate)}）`).join('、')}，须在启用前查明。`,
          `Foretold otherwise than it came: ${off.map(({ group, foretold, rate }) => `${group} (foretold ${part(foretold)}, was ${part(rate)})`).join(', ')}; find out why before the model is used.`,
        ];
  const [from, to] = gapInterval!;
  return {
    ...fairness,
    explanation: {
      zh: `${low.group} 与 ${high.group} 相差 ${part(gap)}（95% 区间 ${part(from)}–${part(to)}）。两组出现结果的比例为 ${part(low.rate)} 与 ${part(high.rate)}；对所有人用同一条线，即使每个预示的比例都如实，也会相差 ${part(expectedGap!)}，其余 ${part(gap - expectedGap!)} 不由此而来。${zhOff}`,
      en: `${low.group} and ${high.group} differ by ${part(gap)} (95 % interval ${part(from)}–${part(to)}). The outcome came to pass in ${part(low.rate)} and ${part(high.rate)} of them; with one line for all they would differ by ${part(expectedGap!)} even if every foretold share came true; ${part(gap - expectedGap!)} does not follow from that. ${enOff}`,
    },
  };
}

function isOff({ foretold, rate, rows }: GroupFound): boolean {
  return Math.abs(foretold - rate) > TWO_ERRORS * Math.sqrt((foretold * (1 - foretold)) / rows);
}

function part(value: number): string {
  return value.toFixed(3);
}
