import type { Tx } from '#database';
import { type RowErrors, Table } from '#exchange';
import type { ImportRun } from '../import-run.js';
import type { ShrinkGuard } from '../shrink-guard.js';
import { PLACES } from './file.js';
import { PlacesLoader } from './load.js';
import { apply, createStaging, plan, type PlacesContext } from './plan.queries.js';
import { checkPlaces, sampleChanges } from './summary.queries.js';

/** Imports the list of buildings, rooms, beds and grids: CSV or an .xlsx workbook. Returns what changed, or for a dry run would change. */
export async function importPlaces(
  tx: Tx,
  run: ImportRun,
  path: string,
  findings: RowErrors,
  guard: ShrinkGuard,
): Promise<object> {
  await createStaging(tx);
  const table = await Table.open(path, PLACES, findings);
  const { file } = table;
  const loader = new PlacesLoader(file, findings);
  for await (const rows of table.rows()) {
    for (const { line, cells } of rows) loader.add(line, cells);
    await run.onRows(rows.length);
  }
  await loader.write(tx);
  const header = { places: true, grids: table.has('grid'), residents: table.has('student_number') };
  const context: PlacesContext = { source: run.source, today: run.today, header };
  await plan(tx, file, context, findings);
  const changes = await checkPlaces(tx, context, guard);
  if (run.dryRun) return { ...changes, refusedBecause: guard.reasons, samples: await sampleChanges(tx, file) };
  guard.refuse();
  await apply(tx, context);
  return changes;
}
