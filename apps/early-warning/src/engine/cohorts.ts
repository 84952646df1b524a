import { Injectable } from '@nestjs/common';
import { join, query, queryOne, sql, type Sql, type Tx } from '#database';
import { inScope } from '#roster';
import type { Cohorts, Rule } from '#rule-language';

/** Whose warnings a run or an evaluation is about. */
export interface Population {
  /** Students with a membership in this unit or place on the day; none given: all active students. */
  unitId?: string | undefined;
  /** With `unitId`: also memberships that begin after the day. */
  includeFuture?: boolean | undefined;
  /** Only students of these units today: the scope of whoever asks. */
  scopeUnitIds?: readonly string[] | null | undefined;
}

/** Lanes of the population on a day. A membership that ended by the day does not count. */
async function populationLanes(tx: Tx, population: Population, asOf: string, today: string): Promise<number[]> {
  const { unitId, includeFuture = false, scopeUnitIds } = population;
  const who = unitId
    ? sql`o.student_id IN (SELECT person_id FROM directory.published_membership_v1
           WHERE unit_id = ${unitId} AND (valid_to IS NULL OR valid_to > ${asOf}) AND (${includeFuture} OR valid_from <= ${asOf}))`
    : sql`o.student_id IN (SELECT id FROM directory.published_student_v1 WHERE active)`;
  const scope = scopeUnitIds ? inScope({ school: false, unitIds: scopeUnitIds }, sql`o.student_id`, today) : sql`TRUE`;
  const row = await queryOne<{ lanes: Buffer | null }>(
    tx,
    sql`SELECT string_agg(int4send(o.ordinal), ''::bytea ORDER BY o.ordinal) AS lanes
          FROM early_warning.student_ordinal o WHERE ${who} AND ${scope}`,
  );
  return Array.from(int32s(row!.lanes));
}

/** Numbers that came as bytes: tens of thousands of rows would take longer to tell apart than to find. */
function int32s(bytes: Buffer | null): Int32Array {
  const numbers = new Int32Array((bytes?.length ?? 0) / 4);
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes!.readInt32BE(4 * i);
  return numbers;
}

/** GB/T 2261.1. */
const SEX = { male: '1', female: '2' };

/** Lanes of the students a rule is about on a day, ascending. */
async function judgedLanes(tx: Tx, students: NonNullable<Rule['students']>, asOf: string): Promise<readonly number[]> {
  const { units = null, grades, sex } = students;
  const years = grades?.map(String) ?? null;
  const code = sex ? SEX[sex] : null;
  const row = await queryOne<{ lanes: Buffer | null }>(
    tx,
    sql`SELECT string_agg(int4send(o.ordinal), ''::bytea ORDER BY o.ordinal) AS lanes
          FROM early_warning.student_ordinal o JOIN directory.published_student_v1 s ON s.id = o.student_id
         WHERE (${years}::text[] IS NULL OR s.grade = ANY(${years}::text[])) AND (${code}::text IS NULL OR s.sex = ${code})
           AND (${units}::uuid[] IS NULL OR EXISTS (SELECT 1 FROM directory.published_membership_v1 m
                 WHERE m.person_id = s.id AND m.unit_id = ANY(${units}::uuid[]) AND m.valid_from <= ${asOf}
                   AND (m.valid_to IS NULL OR m.valid_to > ${asOf})))`,
  );
  return Array.from(int32s(row!.lanes));
}

interface CohortTable {
  cohorts: Cohorts;
  /** What a cohort is made of, by its number: ids of units, grade, sex, joined by `+`. */
  ids: string[];
}

/** Tables and lists that are remembered at a time. */
const REMEMBERED = 32;

/**
 * What the engine reads of the roster, remembered until the roster changes: at most for as long as a change needs to be told of, and
 * every change that was told of brings a run.
 */
@Injectable()
export class Cohorting {
  private seen = '';
  private readonly known = new Map<string, unknown>();

  /** The roster as a transaction sees it. */
  async roster(tx: Tx): Promise<Roster> {
    const { version, lanes } = await versionOf(tx);
    this.seen = version;
    return new Roster(tx, version, lanes, (name, read) => this.remember(`${version} ${name}`, read));
  }

  /** Whether the roster was not looked at since it changed. */
  async isNew(tx: Tx): Promise<boolean> {
    return (await versionOf(tx)).version !== this.seen;
  }

  /** The version is part of the key: a transaction may see an older one than others do. */
  private async remember<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.known.get(key) as T | undefined;
    if (known !== undefined) return known;
    const value = await read();
    this.known.set(key, value);
    if (this.known.size > REMEMBERED) this.known.delete(this.known.keys().next().value!);
    return value;
  }
}

/** Returns what is remembered under a name, or reads it. */
type Remember = <T>(name: string, read: () => Promise<T>) => Promise<T>;

/** `version` changes with every change of the roster that was told of, and every new lane. */
async function versionOf(tx: Tx): Promise<{ version: string; lanes: number }> {
  const row = await queryOne<{ epoch: string; lanes: number }>(
    tx,
    sql`SELECT epoch, (SELECT coalesce(max(ordinal), -1) + 1 FROM early_warning.student_ordinal) AS lanes FROM early_warning.lane_epoch`,
  );
  return { version: `${row!.epoch} ${row!.lanes}`, lanes: row!.lanes };
}

/** One version of the roster. */
export class Roster {
  constructor(
    private readonly tx: Tx,
    readonly version: string,
    /** One more than the highest ordinal. */
    readonly lanes: number,
    private readonly remember: Remember,
  ) {}

  cohorts(manyDays: boolean): CohortTables {
    return new CohortTables(this.tx, this.lanes, manyDays, this.remember);
  }

  async population(population: Population, asOf: string, today: string): Promise<readonly number[]> {
    if (population.unitId || population.scopeUnitIds) return populationLanes(this.tx, population, asOf, today);
    // Everybody who is active now, whatever the day.
    return this.remember('everybody', () => populationLanes(this.tx, population, asOf, today));
  }
}

/**
 * The cohorts of all students on the days of a question, and whom its rules are about. Between two changes of memberships either is
 * read once.
 */
export class CohortTables {
  private readonly named = new Map<string, CohortTable>();

  constructor(
    private readonly tx: Tx,
    private readonly lanes: number,
    /** Whether it is worth asking between which days cohorts are the same. */
    private readonly manyDays: boolean,
    private readonly remember: Remember,
  ) {}

  /** The cohort of every student on a day, e.g. of `college+grade`, by lane; `key` is what its ids are found by. */
  async table(key: string, name: string, asOf: string): Promise<Cohorts> {
    const since = await this.lastChange(asOf);
    const table = await this.remember(`${name} ${since}`, () => cohortTable(this.tx, name, asOf, this.lanes));
    this.named.set(key, table);
    return table.cohorts;
  }

  /** Lanes a rule is about on a day, by the place of the rule; rules about everybody are not named. */
  async judged(rules: readonly Rule[], asOf: string): Promise<Map<number, readonly number[]>> {
    const judged = new Map<number, readonly number[]>();
    for (const [i, { students }] of rules.entries()) {
      if (!students) continue;
      const since = students.units ? await this.lastChange(asOf) : '';
      const name = `students ${JSON.stringify(students)} ${since}`;
      judged.set(i, await this.remember(name, () => judgedLanes(this.tx, students, asOf)));
    }
    return judged;
  }

  /** What cohorts are made of, by the key of their table. */
  ids(): Map<string, readonly string[]> {
    return new Map([...this.named].map(([key, { ids }]) => [key, ids]));
  }

  /** The newest day up to a day on which memberships changed. */
  private async lastChange(asOf: string): Promise<string> {
    const changes = this.manyDays ? await this.remember('changes', () => this.changeDays()) : [asOf];
    return changes.findLast((day) => day <= asOf) ?? '';
  }

  /** Days on which any membership begins or has ended, ascending. */
  private async changeDays(): Promise<string[]> {
    const rows = await query<{ day: string }>(
      this.tx,
      sql`SELECT DISTINCT d.day::text AS day FROM directory.published_membership_v1 m, unnest(ARRAY[m.valid_from, m.valid_to]) AS d(day)
           WHERE d.day IS NOT NULL ORDER BY day`,
    );
    return rows.map(({ day }) => day);
  }
}

/** Who lacks a part is in no cohort. */
async function cohortTable(tx: Tx, name: string, asOf: string, lanes: number): Promise<CohortTable> {
  const parts = name.split('+');
  const kinds = parts.filter((part) => part !== 'grade' && part !== 'sex');
  const columns = parts.map((part): Sql => {
    if (part === 'grade') return sql`s.grade`;
    if (part === 'sex') return sql`s.sex`;
    return sql`max(m.unit_id::text) FILTER (WHERE m.unit_kind = ${part})`;
  });
  const row = await queryOne<{ ids: string[] | null; places: Buffer | null }>(
    tx,
    sql`WITH student AS (
          SELECT o.ordinal, ${join(columns, " || '+' || ")} AS cohort
            FROM early_warning.student_ordinal o
            JOIN directory.published_student_v1 s ON s.id = o.student_id
            JOIN directory.published_membership_v1 m ON m.person_id = o.student_id
             AND m.unit_kind = ANY(${kinds}::text[]) AND m.valid_from <= ${asOf} AND (m.valid_to IS NULL OR m.valid_to > ${asOf})
           WHERE o.ordinal < ${lanes} GROUP BY o.ordinal, s.grade, s.sex
        ), placed AS (
          SELECT ordinal, cohort, dense_rank() OVER (ORDER BY cohort)::int - 1 AS number FROM student WHERE cohort IS NOT NULL
        )
        SELECT array_agg(DISTINCT cohort ORDER BY cohort) AS ids,
               string_agg(int4send(ordinal) || int4send(number), ''::bytea) AS places FROM placed`,
  );
  const cohorts = new Int32Array(lanes).fill(-1);
  const places = int32s(row!.places);
  for (let i = 0; i < places.length; i += 2) cohorts[places[i]!] = places[i + 1]!;
  return { cohorts, ids: row!.ids ?? [] };
}
