import { DuckDBInstance } from '@duckdb/node-api';
import { ZenEngine } from '@gorules/zen-engine';
import { Engine as JsonRules, type NestedCondition } from 'json-rules-engine';
import type pg from 'pg';
import { type Plan, type PlannedPredicate, planSql } from '#rule-language';
import { cohortSql } from './data.js';
import { FusedSql } from './fused.js';

/** Which rules fire for whom: 1 at rule × students + student. */
export type Firings = Uint8Array;

/** What a peer took, and what it found. */
export interface PeerRun {
  seconds: number;
  firings: Firings;
}

/** Facts of some students: numbers of the features in the order of FusedSql, null where missing. */
export interface Facts {
  /** To compute them for all students, and to fetch those of the sample. */
  seconds: number;
  sample: { student: number; values: (number | null)[] }[];
}

/** The settings of the session; shared_buffers (2 GB or more) is up to whoever starts the server. */
export async function tune(client: pg.Client): Promise<void> {
  await client.query(
    `SET work_mem = '512MB'; SET hash_mem_multiplier = 2; SET jit = off; SET max_parallel_workers_per_gather = 1`,
  );
}

/** One statement of planSql per rule, one after the other. */
export async function perRuleSql(client: pg.Client, plan: Plan, students: number): Promise<PeerRun> {
  const statements = planSql(plan, {
    ...{ cells: 'cells', students: 'students', masks: 'masks', cohorts: 'cohorts', eligible: 'eligible' },
  });
  const firings = new Uint8Array(plan.rules.length * students);
  const started = performance.now();
  for (const [i, text] of statements.entries()) {
    const { rows } = await client.query<number[]>({ text, rowMode: 'array' });
    for (const [student] of rows) firings[i * students + student!] = 1;
  }
  return { seconds: (performance.now() - started) / 1000, firings };
}

/** One statement for all rules, one pass over wide rows. */
export async function fusedSql(client: pg.Client, plan: Plan, students: number): Promise<PeerRun> {
  const fused = new FusedSql(plan);
  const started = performance.now();
  const { rows } = await client.query<[number, string]>({ text: fused.firings(fused.overWide()), rowMode: 'array' });
  return { seconds: (performance.now() - started) / 1000, firings: firingsOf(rows, plan, students) };
}

/** One statement for all rules over Parquet, a pass per metric; 2 threads. Opening the database is not counted. */
export async function fusedDuckDb(parquet: string, plan: Plan, students: number): Promise<PeerRun> {
  const duck = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await duck.connect();
  try {
    await connection.run(`CREATE TABLE cohorts AS
      SELECT r::INTEGER AS ordinal, ${cohortSql('r')} AS cohort FROM range(${students}) AS t(r)`);
    const fused = new FusedSql(plan);
    const started = performance.now();
    const result = await connection.runAndReadAll(fused.firings(fused.overRows(`read_parquet('${parquet}')`)));
    const rows = result.getRowsJS() as [number, string][];
    return { seconds: (performance.now() - started) / 1000, firings: firingsOf(rows, plan, students) };
  } finally {
    connection.closeSync();
    duck.closeSync();
  }
}

function firingsOf(rows: readonly [number, string][], plan: Plan, students: number): Firings {
  const firings = new Uint8Array(plan.rules.length * students);
  for (const [student, rules] of rows)
    for (const rule of rules.split(',')) firings[Number(rule) * students + student] = 1;
  return firings;
}

/** Facts in bulk by the fused statement; of every n-th student, so that about `about` come back. */
export async function factsOf(client: pg.Client, plan: Plan, students: number, about: number): Promise<Facts> {
  const fused = new FusedSql(plan);
  const every = Math.max(1, Math.floor(students / about));
  const started = performance.now();
  const text = fused.facts(fused.overWide(), `student % ${every} = 0`);
  const { rows } = await client.query<(number | null)[]>({ text, rowMode: 'array' });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, sample: rows.map(([student, ...values]) => ({ student: student!, values })) };
}

/** json-rules-engine, a run per student of the sample; `seconds` are of the sample, facts not counted. */
export async function jsonRules(plan: Plan, { sample }: Facts, students: number): Promise<PeerRun> {
  const fused = new FusedSql(plan);
  const conditions = plan.rules.map(({ steps }) => conditionOf(fused, steps[0]!.when));
  const engine = new JsonRules(
    conditions.map((one, i) => ({ conditions: { all: [one] }, event: { type: String(i) } })),
  );
  const firings = new Uint8Array(plan.rules.length * students);
  const named = sample.map(({ student, values }) => ({ student, facts: factsByName(values) }));
  const started = performance.now();
  for (const { student, facts } of named) {
    const { events } = await engine.run(facts);
    for (const { type } of events) firings[Number(type) * students + student] = 1;
  }
  return { seconds: (performance.now() - started) / 1000, firings };
}

/** zen-engine, an evaluation per student of the sample, 64 at a time; `seconds` are of the sample, facts not counted. */
export async function zenRules(plan: Plan, { sample }: Facts, students: number): Promise<PeerRun> {
  const fused = new FusedSql(plan);
  const expressions = plan.rules.map(({ steps }, i) => ({
    ...{ id: `${i}`, key: `r${i}`, value: expressionOf(fused, steps[0]!.when) },
  }));
  const node = (id: string, type: string, content: object): object => ({
    id,
    type,
    content,
    name: id,
    position: { x: 0, y: 0 },
  });
  const engine = new ZenEngine();
  const decision = engine.createDecision({
    contentType: 'application/vnd.gorules.decision',
    nodes: [
      node('in', 'inputNode', {}),
      node('rules', 'expressionNode', { expressions }),
      node('out', 'outputNode', {}),
    ],
    edges: [
      { id: 'a', type: 'edge', sourceId: 'in', targetId: 'rules' },
      { id: 'b', type: 'edge', sourceId: 'rules', targetId: 'out' },
    ],
  });
  const firings = new Uint8Array(plan.rules.length * students);
  const named = sample.map(({ student, values }) => ({ student, facts: factsByName(values) }));
  const started = performance.now();
  for (let from = 0; from < named.length; from += 64)
    await Promise.all(
      named.slice(from, from + 64).map(async ({ student, facts }) => {
        const { result } = (await decision.evaluate(facts)) as { result: Record<string, boolean> };
        plan.rules.forEach((_, i) => {
          if (result[`r${i}`]) firings[i * students + student] = 1;
        });
      }),
    );
  const seconds = (performance.now() - started) / 1000;
  engine.dispose();
  return { seconds, firings };
}

/** In how many (rule, student) pairs two results differ; among the given students only, else among all. */
export function differences(a: Firings, b: Firings, students: number, among?: readonly number[]): number {
  let different = 0;
  if (!among) {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) different++;
    return different;
  }
  for (let rule = 0; rule < a.length; rule += students)
    for (const student of among) if (a[rule + student] !== b[rule + student]) different++;
  return different;
}

function factsByName(values: readonly (number | null)[]): Record<string, number | null> {
  return Object.fromEntries(values.map((value, i) => [`f${i}`, value]));
}

const JSON_OPERATORS = {
  ...{ ge: 'greaterThanInclusive', gt: 'greaterThan', le: 'lessThanInclusive', lt: 'lessThan', eq: 'equal' },
};
const ZEN_OPERATORS = { ge: '>=', gt: '>', le: '<=', lt: '<', eq: '==' };

function conditionOf(fused: FusedSql, node: PlannedPredicate): NestedCondition {
  if ('all' in node) return { all: node.all.map((one) => conditionOf(fused, one)) };
  const { op, fact, value } = comparisonOf(fused, node);
  return { fact, operator: JSON_OPERATORS[op], value };
}

function expressionOf(fused: FusedSql, node: PlannedPredicate): string {
  if ('all' in node) return node.all.map((one) => `(${expressionOf(fused, one)})`).join(' and ');
  const { op, fact, value } = comparisonOf(fused, node);
  return `${fact} != null and ${fact} ${ZEN_OPERATORS[op]} ${value}`;
}

function comparisonOf(fused: FusedSql, node: PlannedPredicate) {
  if (!('op' in node) || typeof node.left === 'number' || !('feature' in node.left) || typeof node.right !== 'number')
    throw new Error('beyond the bench');
  return { op: node.op, fact: `f${fused.place(node.left.feature)}`, value: node.right };
}
