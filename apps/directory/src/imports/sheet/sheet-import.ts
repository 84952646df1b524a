import type { UnitKind } from '#contracts';
import { query, sql, type Tx } from '#database';
import { ROSTER_SHEET, type RowErrors, Table } from '#exchange';
import type { ImportRun } from '../import-run.js';
import { apply as applyRoster } from '../oneroster/apply.queries.js';
import {
  createStaging as createRosterStaging,
  plan as planRoster,
  type RosterContext,
} from '../oneroster/plan.queries.js';
import { checkRoster, sampleChanges as sampleRoster } from '../oneroster/summary.queries.js';
import {
  apply as applyPlaces,
  createStaging as createPlacesStaging,
  plan as planPlaces,
} from '../places/plan.queries.js';
import { checkPlaces, sampleChanges as samplePlaces } from '../places/summary.queries.js';
import type { ShrinkGuard } from '../shrink-guard.js';
import { LEVELS, SheetLoader } from './load.js';

/**
 * Imports a roster of one table: people with their units, and where they live. Returns what changed, or for a dry run would change.
 * What it says goes the way of a OneRoster set and of a places file.
 */
export async function importSheet(
  tx: Tx,
  run: ImportRun,
  path: string,
  findings: RowErrors,
  guard: ShrinkGuard,
): Promise<object> {
  await createRosterStaging(tx);
  await createPlacesStaging(tx);
  const table = await Table.open(path, ROSTER_SHEET, findings);
  const { file } = table;
  const loader = new SheetLoader(file, findings);
  for await (const rows of table.rows()) {
    for (const { line, cells } of rows) loader.add(line, cells);
    await run.onRows(rows.length);
  }
  await loader.write(tx);
  const units = [...LEVELS, 'department' as const].filter((column) => table.has(column));
  const context: RosterContext = {
    source: run.source,
    today: run.today,
    whole: { units, people: true, memberships: units },
    people: { file, number: 'number' },
    codes: {},
    recogniseUnits: recogniseByName,
  };
  await planRoster(tx, context, findings);
  const roster = await checkRoster(tx, context, guard);
  const samples = run.dryRun ? await sampleRoster(tx, context) : undefined;
  // Who lives where can be said only of people who are there: a dry run makes them and takes them back.
  await tx.query('SAVEPOINT sheet');
  await applyRoster(tx, context);
  const residents = table.has('building') && table.has('bed');
  const places = { source: run.source, today: run.today, header: { places: false, grids: false, residents } };
  await planPlaces(tx, file, places, findings);
  const result = { ...roster, ...(await checkPlaces(tx, places, guard)) };
  if (samples) {
    const more = await samplePlaces(tx, file);
    await tx.query('ROLLBACK TO SAVEPOINT sheet');
    const both = (what: keyof typeof samples) => [...samples[what], ...more[what]].slice(0, MAX_SAMPLES);
    const all = { create: both('create'), change: both('change'), close: both('close') };
    return { ...result, refusedBecause: guard.reasons, samples: all };
  }
  guard.refuse();
  await applyPlaces(tx, places);
  return result;
}

const MAX_SAMPLES = 100;

/**
 * Units by their names: a college or department by its name in the school, the others by theirs within the unit above. A unit that is
 * known keeps its code and its term. People are never recognised by name.
 */
async function recogniseByName(tx: Tx): Promise<void> {
  await query(
    tx,
    sql`UPDATE staged_unit SET parent_id =
               (SELECT (array_agg(u.id))[1] FROM directory.unit u WHERE u.kind = 'school' AND u.active HAVING count(*) = 1)
         WHERE parent_n IS NULL`,
  );
  for (const kinds of [['college', 'department'], ['major'], ['grade'], ['class']] satisfies UnitKind[][]) {
    await query(
      tx,
      sql`UPDATE staged_unit s SET parent_id = p.id FROM staged_unit p WHERE p.n = s.parent_n AND s.kind = ANY(${kinds})`,
    );
    await query(
      tx,
      sql`UPDATE staged_unit s SET id = e.id FROM directory.unit e
           WHERE s.kind = ANY(${kinds}) AND NOT s.linked AND e.kind = s.kind AND e.name = s.name
             AND e.parent_id IS NOT DISTINCT FROM s.parent_id
             AND NOT EXISTS (SELECT 1 FROM staged_unit o WHERE o.linked AND o.id = e.id)`,
    );
  }
  await query(
    tx,
    sql`UPDATE staged_unit s SET code = e.code, term_id = e.term_id FROM directory.unit e WHERE e.id = s.id`,
  );
}
