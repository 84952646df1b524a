import { Injectable, Logger } from '@nestjs/common';
import { Database, insert, insertAll, newId, query, queryOne, sql, type Tx } from '#database';
import { Policies } from '#policy';
import { holdsOn } from '#roster';
import { addDays, CampusClock } from '#time';
import { asTree, type Group, type Path, regroup } from '../disclosure/groups.js';
import { type Figures, figuresOf, type ReleaseRules, unitsToRelease } from '../disclosure/release.js';
import { Engine } from '../engine/engine.js';
import { anyDirty, foldDirty } from '../engine/folding.js';
import { sourceStatesOn } from '../engine/silence.js';
import { type CataloguedMetric, metricCatalogue } from '../metrics/metrics.service.js';
import { PortraitGroup, PortraitSnapshot } from './portrait.entity.js';
import { PortraitPolicy, type PortraitTree } from './portrait.policy.js';
import { valuesOfWeek } from './weekly-values.js';

const DAYS = [0, 1, 2, 3, 4, 5, 6];

/** A metric as it was first published, or as the policy says where it was not yet. */
interface Shown {
  metric: CataloguedMetric;
  tree: PortraitTree;
  noRecordIsZero: boolean;
}

type Cell = Partial<Figures> & { tree: string; unitId: string; metric: number };

/** Publishes the group portraits of a week, once and for all: whoever asks, and whenever, is answered the same. */
@Injectable()
export class PortraitPublishing {
  private readonly logger = new Logger('Portraits');

  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
    private readonly engine: Engine,
  ) {}

  /** `week`: its Monday. A week that was published is left as it is. */
  async publish(tx: Tx, week: string): Promise<void> {
    await this.bringUpToDate();
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning portraits'))`);
    if (await tx.existsBy(PortraitSnapshot, { week })) return;
    const lastDay = addDays(week, 6);
    const { value: policy, number: policyVersion } = await this.policies.at(tx, PortraitPolicy, lastDay);
    const snapshot = Object.assign(new PortraitSnapshot(), {
      ...{ week, policyVersion, least: policy.least, publishedAt: this.clock.now() },
    });
    await insert(tx, snapshot);
    const cells: Cell[] = [];
    const shown = await this.shown(tx, policy, week);
    for (const tree of policy.trees) {
      const metrics = shown.filter((one) => one.tree === tree);
      if (metrics.length > 0) cells.push(...(await this.cellsOf(tx, tree, metrics, week, policy.rules)));
    }
    await this.store(tx, snapshot.id, cells);
    this.logger.log(
      `published ${cells.filter(({ mean }) => mean !== undefined).length} of ${cells.length} cells of a week`,
    );
  }

  /** Apart from the publication: while vectors are folded no batch is taken. */
  private async bringUpToDate(): Promise<void> {
    await this.database.background(async (tx) => {
      await this.engine.admitStudents(tx);
      if (await anyDirty(tx)) await foldDirty(tx);
    });
  }

  /** The metrics to show, but for those of which nothing is known for sure this week. */
  private async shown(tx: Tx, policy: PortraitPolicy, week: string): Promise<Shown[]> {
    const catalogue = await metricCatalogue(tx);
    const states = await sourceStatesOn(
      tx,
      DAYS.map((n) => addDays(week, n)),
      this.clock,
    );
    const silent = new Set([...states.values()].flat().flatMap(({ silentMetrics }) => silentMetrics));
    const before = await query<{ metric: number; tree: string; apart: boolean }>(
      tx,
      sql`SELECT DISTINCT c.metric, c.tree, EXISTS (SELECT 1 FROM early_warning.portrait_group g WHERE g.metric = c.metric) AS apart
            FROM early_warning.portrait_cell c`,
    );
    const first = new Map(before.map((one) => [one.metric, one]));
    return policy.metrics.flatMap(({ metric: code, tree, noRecord }) => {
      const metric = catalogue.get(code);
      if (!metric || metric.sensitivity > 3 || silent.has(code)) return [];
      const was = first.get(metric.number);
      const by = policy.trees.find((one) => one.code === (was?.tree ?? tree));
      return by ? [{ metric, tree: by, noRecordIsZero: was ? !was.apart : noRecord === 'zero' }] : [];
    });
  }

  private async cellsOf(
    tx: Tx,
    tree: PortraitTree,
    metrics: readonly Shown[],
    week: string,
    rules: ReleaseRules,
  ): Promise<Cell[]> {
    const { paths, ordinals, gone } = await this.roster(tx, tree, addDays(week, 6));
    const units = new Set([...paths.values()].flat());
    const cells: Cell[] = [];
    const common = metrics.some(({ noRecordIsZero }) => noRecordIsZero)
      ? await this.groups(tx, tree.code, null, paths, gone, rules.least)
      : [];
    for (const { metric, noRecordIsZero } of metrics) {
      const values = await valuesOfWeek(tx, metric, week, ordinals);
      if (!values) continue;
      const valueOf = (person: number): number => values[person]!;
      const groups = noRecordIsZero
        ? common
        : await this.groups(
            tx,
            tree.code,
            metric.number,
            paths,
            gone,
            rules.least,
            (person) => !Number.isNaN(valueOf(person)),
          );
      const parts = groups.flatMap(({ path, members, closed }) => {
        const all = members.map((person) => (noRecordIsZero && Number.isNaN(valueOf(person)) ? 0 : valueOf(person)));
        // Without one of its values it would be another set this week.
        return closed || all.some(Number.isNaN) ? [] : [{ path, values: all }];
      });
      const released = unitsToRelease(parts, rules);
      for (const unitId of new Set([...units, ...released.keys()])) {
        const of = released.get(unitId);
        cells.push({ tree: tree.code, unitId, metric: metric.number, ...(of && figuresOf(of, rules)) });
      }
    }
    return cells;
  }

  /** Where active students are in a tree on a day, by ordinal; and the ordinals that are nobody's any more. */
  private async roster(
    tx: Tx,
    { kinds }: PortraitTree,
    day: string,
  ): Promise<{ paths: Map<number, Path>; ordinals: number; gone: Set<number> }> {
    const school = await queryOne<{ id: string }>(
      tx,
      sql`SELECT id FROM directory.published_unit_v1 WHERE kind = 'school' ORDER BY code LIMIT 1`,
    );
    const rows = await query<{ ordinal: number; units: (string | null)[] | null; active: boolean | null }>(
      tx,
      sql`SELECT o.ordinal, s.active, m.units
            FROM early_warning.student_ordinal o LEFT JOIN directory.published_student_v1 s ON s.id = o.student_id
            LEFT JOIN (SELECT person_id, array_agg(unit_id ORDER BY at) AS units
                         FROM (SELECT m.person_id, array_position(${kinds}::text[], m.unit_kind) AS at, min(m.unit_id::text) AS unit_id
                                 FROM directory.published_membership_v1 m
                                WHERE m.unit_kind = ANY(${kinds}::text[]) AND NOT m.secondary AND ${holdsOn(sql`m`, day)}
                                GROUP BY 1, 2) by_kind
                        GROUP BY person_id
                       -- as far down as there is no gap
                       HAVING max(at) = count(*)) m ON m.person_id = o.student_id
           ORDER BY o.ordinal`,
    );
    const paths = new Map<number, Path>();
    const gone = new Set<number>();
    let ordinals = 0;
    for (const { ordinal, units, active } of rows) {
      ordinals = Math.max(ordinals, ordinal + 1);
      if (active === null) gone.add(ordinal);
      if (active && school) paths.set(ordinal, [school.id, ...(units ?? [])] as Path);
    }
    return { paths: asTree(paths), ordinals, gone };
  }

  /** The groups of this week, stored for the next. `metric` null: of all metrics of which no record is a zero. */
  private async groups(
    tx: Tx,
    tree: string,
    metric: number | null,
    paths: ReadonlyMap<number, Path>,
    gone: ReadonlySet<number>,
    least: number,
    counts: (person: number) => boolean = () => true,
  ): Promise<Group[]> {
    const rows = await query<Group>(
      tx,
      sql`DELETE FROM early_warning.portrait_group WHERE tree = ${tree} AND metric IS NOT DISTINCT FROM ${metric}::smallint
          RETURNING path, members, closed`,
    );
    const before = rows.map((group) => ({
      ...group,
      closed: group.closed || group.members.some((one) => gone.has(one)),
    }));
    const known = new Set(before.flatMap(({ members }) => members));
    const now = new Map([...paths].filter(([person]) => known.has(person) || counts(person)));
    const groups = regroup(before, now, least);
    await insertAll(
      tx,
      groups.map(({ path, members, closed = false }) =>
        Object.assign(new PortraitGroup(), { tree, metric, path: [...path], members: [...members], closed }),
      ),
    );
    return groups;
  }

  private async store(tx: Tx, snapshotId: string, cells: readonly Cell[]): Promise<void> {
    const rows = cells.map((cell) => ({ id: newId(), ...cell }));
    await query(
      tx,
      sql`INSERT INTO early_warning.portrait_cell (id, snapshot_id, tree, unit_id, metric, students, mean, low_quartile, median, high_quartile)
          SELECT id, ${snapshotId}, tree, "unitId", metric, students, mean, "lowQuartile", median, "highQuartile"
            FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS c(id uuid, tree text, "unitId" uuid, metric smallint, students int,
                 mean double precision, "lowQuartile" double precision, median double precision, "highQuartile" double precision)`,
    );
  }
}
