import type { Tx } from '#database';
import { addDays } from '#time';
import type { Engine } from '../engine/engine.js';
import { studentsOn } from '../engine/ordinals.js';
import { randomOf } from '../risk/model/random.js';
import { columnsOf } from '../risk/snapshots.js';
import type { EffectDefinition } from './effect.entity.js';
import { type Intervention, interventionsOf } from './interventions.js';
import type { EffectTable } from './model/matched-effect.js';

/** Students without the intervention who are drawn a day; there is hardly a nearer one among the rest. */
const DRAWN = 3000;
/** Name of the outcome among the features; no feature of a rule may have it. */
const OUTCOME = 'outcome of the effect';

export interface GatheredEffect {
  table: EffectTable;
  had: number;
  compared: number;
  days: number;
}

/** A day: the lanes with the intervention first, `treated` of them. */
interface Part {
  lanes: number[];
  treated: number;
  columns: Map<string, Float64Array>;
  after: Float64Array;
}

/** Students with the intervention, and of the same days those without it, as the engine knew them the day before and `weeks` later. */
export async function gatherEffect(
  tx: Tx,
  engine: Engine,
  definition: EffectDefinition,
  { timeZone, seed }: { timeZone: string; seed: number },
): Promise<GatheredEffect> {
  const { first, had } = await interventionsOf(tx, definition, timeZone);
  const byDay = new Map<string, Intervention[]>();
  for (const one of first) byDay.set(one.day, [...(byDay.get(one.day) ?? []), one]);
  const keys = Object.keys(definition.features);
  const parts: Part[] = [];
  const random = randomOf(seed);
  for (const [day, some] of [...byDay].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const asOf = addDays(day, -1);
    const others = drawn(
      (await studentsOn(tx, asOf)).filter((lane) => !had.has(lane)),
      DRAWN,
      random,
    );
    const lanes = [...some.map(({ ordinal }) => ordinal), ...others];
    const features = { ...definition.features, [OUTCOME]: definition.outcome };
    const before = (await columnsOf(tx, engine, features, asOf, lanes)).columns;
    const later = addDays(asOf, 7 * definition.weeks);
    const after = (await columnsOf(tx, engine, { [OUTCOME]: definition.outcome }, later, lanes)).columns;
    parts.push({
      lanes,
      treated: some.length,
      columns: new Map(before.map((one) => [one.key, one.values])),
      after: after[0]!.values,
    });
  }
  const joined = (of: (part: Part) => ArrayLike<number>): Float64Array =>
    Float64Array.from(parts.flatMap((part) => Array.from(of(part))));
  return {
    table: {
      features: keys.map((key) => ({ key, values: joined(({ columns }) => columns.get(key)!) })),
      before: joined(({ columns }) => columns.get(OUTCOME)!),
      after: joined(({ after }) => after),
      treated: Uint8Array.from(joined(({ lanes, treated }) => lanes.map((_, i) => Number(i < treated)))),
      students: Int32Array.from(joined(({ lanes }) => lanes)),
      days: Int32Array.from(parts.flatMap(({ lanes }, day) => lanes.map(() => day))),
    },
    had: first.length,
    compared: parts.reduce((sum, { lanes, treated }) => sum + lanes.length - treated, 0),
    days: parts.length,
  };
}

/** So many of them by chance, or all. */
function drawn(lanes: number[], most: number, random: () => number): number[] {
  for (let i = 0; i < Math.min(most, lanes.length - 1); i++) {
    const j = i + Math.floor(random() * (lanes.length - i));
    [lanes[i], lanes[j]] = [lanes[j]!, lanes[i]!];
  }
  return lanes.slice(0, most);
}
