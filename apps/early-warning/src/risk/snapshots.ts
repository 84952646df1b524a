import { query, sql, type Tx } from '#database';
import { CANNOT_SAY, type Feature, type Rule } from '#rule-language';
import type { Engine } from '../engine/engine.js';
import { studentsOn } from '../engine/ordinals.js';
import type { Processing } from '../processing/processing.service.js';
import type { Column, Table } from './model/table.js';
import type { RiskDefinition, Snapshot } from './risk-model.entity.js';

/** Rows of one snapshot within the table, from … to, the end excluded. */
export interface SnapshotRows extends Snapshot {
  from: number;
  to: number;
}

/** A rule that only carries features: it would hold wherever anything is known. */
export function carrierOf(features: Record<string, Feature>): Rule {
  const title = { zh: '风险模型的特征', en: 'Features of a risk model' };
  const when = { any: Object.keys(features).map((f) => ({ ge: [{ f }, 0] as [{ f: string }, number] })) };
  return { id: 'risk.features', title, features, level: 'blue', when, reason: title };
}

/** The features of students as of a day, in the order of the lanes. */
export async function columnsOf(
  tx: Tx,
  engine: Engine,
  features: Record<string, Feature>,
  asOf: string,
  lanes?: readonly number[],
): Promise<{ lanes: readonly number[]; columns: Column[] }> {
  const question = { rules: [{ number: 0, definition: carrierOf(features) }], asOf };
  return engine.evaluate(tx, question, async (firings) => {
    const asked = lanes ?? firings.population;
    const values = await firings.values(tx, 0, asked);
    const columns = [...values].map(([key, values]): Column => ({ key, kind: 'number', values }));
    return { lanes: asked, columns };
  });
}

/**
 * The students whose outcome is known, as they were known on the day of each snapshot: whoever was a student on both of its days, also who
 * has left since, as long as their data is kept. Without those who object to being scored.
 */
export async function trainingTable(
  tx: Tx,
  engine: Engine,
  { features, outcome, snapshots }: RiskDefinition,
  processing: Processing,
): Promise<{ table: Table; rows: SnapshotRows[] }> {
  const parts: Table[] = [];
  const rows: SnapshotRows[] = [];
  let from = 0;
  for (const snapshot of snapshots) {
    const question = { rules: [{ number: 0, definition: outcome }], asOf: snapshot.outcomeAsOf };
    const asked = await studentsOfSnapshot(tx, snapshot, processing);
    const outcomes = await engine.evaluate(tx, question, (firings) => {
      const levels = firings.levels(0);
      const about = firings.about(0, asked).filter((lane) => levels[lane] !== CANNOT_SAY);
      return { lanes: about, hits: Uint8Array.from(about, (lane) => Number(levels[lane]! > 0)) };
    });
    const { columns } = await columnsOf(tx, engine, features, snapshot.asOf, outcomes.lanes);
    parts.push({ columns, outcomes: outcomes.hits, students: Int32Array.from(outcomes.lanes) });
    rows.push({ ...snapshot, from, to: (from += outcomes.lanes.length) });
  }
  const columns = Object.keys(features).map((key, c): Column => {
    return { key, kind: 'number', values: Float64Array.from(parts.flatMap((part) => [...part.columns[c]!.values])) };
  });
  const outcomes = Uint8Array.from(parts.flatMap((part) => [...part.outcomes]));
  const students = Int32Array.from(parts.flatMap((part) => [...part.students]));
  return { table: { columns, outcomes, students }, rows };
}

async function studentsOfSnapshot(tx: Tx, { asOf, outcomeAsOf }: Snapshot, processing: Processing): Promise<number[]> {
  const later = new Set(await studentsOn(tx, outcomeAsOf));
  const both = (await studentsOn(tx, asOf)).filter((lane) => later.has(lane));
  const rows = await query<{ ordinal: number }>(
    tx,
    sql`SELECT o.ordinal FROM early_warning.student_ordinal o WHERE o.ordinal = ANY(${both}::int[])
           AND ${await processing.allowed(tx, 'risk', sql`o.student_id`)}`,
  );
  const allowed = new Set(rows.map(({ ordinal }) => ordinal));
  return both.filter((lane) => allowed.has(lane));
}
