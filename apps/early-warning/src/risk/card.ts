import { explained } from './fairness-words.js';
import { fairnessOf } from './model/fairness.js';
import { auc, brier } from './model/measures.js';
import { sharesOf } from './model/model.js';
import type { Table } from './model/table.js';
import type { Trained } from './model/training.js';
import type { RiskCard } from './risk-model.entity.js';
import type { RiskTrainingPolicy } from './risk-training.policy.js';
import type { SnapshotRows } from './snapshots.js';

const NOTE = {
  zh: '分数只用于给研判名单排序，不作任何决定；各部分说明的是关联，不是原因。所有数字都来自模型未学习过的学生。',
  en: 'The score only orders the list for triage and decides nothing; its parts tell of association, not of cause. All figures are of students the model did not learn from.',
};

/** `groups`: by what is declared, the group of each row. */
export function cardOf(
  { columns: _, outcomes, students }: Table,
  { model, unseen }: Trained,
  rows: readonly SnapshotRows[],
  groups: Readonly<Record<string, (string | null)[]>>,
  policy: { value: RiskTrainingPolicy; number: number },
): RiskCard {
  const shares = sharesOf(model, unseen);
  const fairness = { upper: policy.value.lookedAt, minOutcomes: policy.value.minOutcomes };
  return {
    students: new Set(students).size,
    rows: outcomes.length,
    outcomes: sum(outcomes),
    auc: rounded(auc(unseen, outcomes))!,
    brier: rounded(brier(shares, outcomes))!,
    snapshots: rows.map(({ asOf, outcomeAsOf, from, to }) => {
      const of = outcomes.subarray(from, to);
      const area = rounded(auc(unseen.subarray(from, to), of));
      return { asOf, outcomeAsOf, students: to - from, outcomes: sum(of), auc: area };
    }),
    calibration: tenths(shares, outcomes),
    fairness: Object.fromEntries(
      Object.entries(groups).map(([name, of]) => [name, explained(fairnessOf(unseen, shares, outcomes, of, fairness))]),
    ),
    scores: fifths(unseen),
    policyVersion: policy.number,
    note: NOTE,
  };
}

function tenths(shares: Float64Array, outcomes: Uint8Array): RiskCard['calibration'] {
  const order = Array.from(shares.keys()).sort((a, b) => shares[a]! - shares[b]!);
  return Array.from({ length: 10 }, (_, i) => order.slice((i * order.length) / 10, ((i + 1) * order.length) / 10))
    .filter((part) => part.length > 0)
    .map((part) => ({
      students: part.length,
      foretold: rounded(part.reduce((total, row) => total + shares[row]!, 0) / part.length)!,
      observed: rounded(part.reduce((total, row) => total + outcomes[row]!, 0) / part.length)!,
    }));
}

function fifths(scores: Float64Array): RiskCard['scores'] {
  const sorted = scores.slice().sort();
  const borders = [1, 2, 3, 4].map((i) => sorted[Math.floor((i * sorted.length) / 5)]!);
  return { borders, counts: countsBetween(borders, scores) };
}

/** How many scores lie below the first border, from it to the second …, from the last on. */
export function countsBetween(borders: readonly number[], scores: Float64Array): number[] {
  const counts = new Array<number>(borders.length + 1).fill(0);
  for (const score of scores) counts[borders.filter((border) => border <= score).length]!++;
  return counts;
}

function sum(values: Uint8Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 10_000) / 10_000 : null;
}
