import { explained } from '../../apps/early-warning/src/risk/fairness-words.js';
import { fairnessOf } from '../../apps/early-warning/src/risk/model/fairness.js';
import { auc, brier } from '../../apps/early-warning/src/risk/model/measures.js';
import { scoresOf, sharesOf } from '../../apps/early-warning/src/risk/model/model.js';
import type { Table } from '../../apps/early-warning/src/risk/model/table.js';
import { train } from '../../apps/early-warning/src/risk/model/training.js';
import type { Row } from './data.js';
import { readRiskData, type RiskData, riskTable } from './risk-table.js';

export const TRAINED_ON = ['2013B', '2013J', '2014B'];
export const JUDGED_ON = '2014J';

/** AUC of a boosted-tree baseline that was made independently of this project, by day. */
const REFERENCE: Record<number, number> = { 0: 0.656, 30: 0.712, 60: 0.767, 90: 0.791, 120: 0.827, 150: 0.872 };
export const RISK_DAYS = Object.keys(REFERENCE).map(Number);

/** A quarter of the list is looked at first; a share of fewer than fifty outcomes says little. */
const LOOKED_AT = { upper: 0.25, minOutcomes: 50 };
/** Not features of the model, only looked at afterwards. */
const GROUPS = { gender: 'gender', disability: 'disability', age: 'age_band' };

/** Trains on the earlier presentations and prints how well the last one was foreseen, day by day. No setting was chosen by the last one. */
export async function showRisk(folder: string, say: (line: string) => void): Promise<void> {
  const data = await readRiskData(folder);
  say(
    `Trained on ${TRAINED_ON.join(', ')}, judged on ${JUDGED_ON}; at risk = Fail or Withdrawn. Gaps: equal opportunity,`,
  );
  say('the quarter of the list that comes first.');
  say('');
  say(
    'day  rows   students  AUC    AUC of trees  within .01  Brier  gap: gender  disability  age    train s  score ms',
  );
  const notes: string[] = [];
  for (const day of RISK_DAYS) notes.push(...showDay(data, day, say));
  say('');
  notes.forEach((note) => say(note));
}

function showDay(data: RiskData, day: number, say: (line: string) => void): string[] {
  const past = riskTable(data, TRAINED_ON, day);
  const coming = riskTable(data, [JUDGED_ON], day);
  const started = performance.now();
  const { model } = train(past);
  const trained = performance.now();
  const scores = scoresOf(model, coming.columns);
  const scored = performance.now();
  const area = auc(scores, coming.outcomes);
  const shares = sharesOf(model, scores);
  const gaps = Object.entries(GROUPS).map(([name, column]) => ({ name, ...gapOf(scores, shares, coming, column) }));
  say(
    [
      String(day).padEnd(5),
      String(past.outcomes.length).padEnd(7),
      String(scores.length).padEnd(10),
      area.toFixed(3).padEnd(7),
      REFERENCE[day]!.toFixed(3).padEnd(14),
      (area >= REFERENCE[day]! - 0.01 ? 'yes' : 'NO').padEnd(12),
      brier(shares, coming.outcomes).toFixed(4).padEnd(12),
      ...gaps.map(({ gap }, i) => (gap?.toFixed(3) ?? '–').padEnd([9, 12, 7][i]!)),
      ((trained - started) / 1000).toFixed(1).padEnd(9),
      (scored - trained).toFixed(0),
    ].join(''),
  );
  return gaps.filter(({ gap }) => gap !== null && gap > 0.05).map(({ name, says }) => `day ${day}, ${name}: ${says}`);
}

function gapOf(
  scores: Float64Array,
  shares: Float64Array,
  { outcomes, groups }: Table & { groups: Row[] },
  column: string,
) {
  const fairness = fairnessOf(
    scores,
    shares,
    outcomes,
    groups.map((row) => row[column] ?? null),
    LOOKED_AT,
  );
  const { gap, groups: found } = fairness;
  const says = found
    .map(({ group, share, interval, outcomes: n, rate, foretold, expected, auc: area }) =>
      share === null
        ? `${group} too few (${n})`
        : `${group} ${share.toFixed(3)} [${interval!.map((end) => end.toFixed(3)).join('–')}] of ${n} (rate ${rate.toFixed(3)}, foretold ${foretold.toFixed(3)}, expected ${expected!.toFixed(3)}, AUC ${area!.toFixed(3)})`,
    )
    .join(', ');
  return { gap, says: [says, explained(fairness).explanation?.en ?? ''].join('\n    ') };
}
