import { UNIT_KINDS, type UnitKind } from '#contracts';
import type { Tx } from '#database';
import type { RowErrors } from '#exchange';
import type { ImportRun } from '../import-run.js';
import type { ShrinkGuard } from '../shrink-guard.js';
import type { SetFile } from '../zip.js';
import { apply } from './apply.queries.js';
import { RosterLoader } from './load.js';
import { createStaging, plan, type RosterContext } from './plan.queries.js';
import { openSet } from './set.js';
import { checkRoster, sampleChanges } from './summary.queries.js';

const CLASS_UNITS: readonly UnitKind[] = ['class', 'course_class'];
const ORG_UNITS = (Object.keys(UNIT_KINDS) as UnitKind[]).filter((kind) => !CLASS_UNITS.includes(kind));

/** Imports a OneRoster CSV 1.2 bulk set. Returns what changed, or for a dry run would change. */
export async function importRoster(
  tx: Tx,
  run: ImportRun,
  files: SetFile[],
  findings: RowErrors,
  guard: ShrinkGuard,
): Promise<object> {
  const open = await openSet(files, findings);
  findings.refuse();
  await createStaging(tx);
  const loader = new RosterLoader(tx, open, findings, run.onRows);
  await loader.load();
  const hasRoles = open.has('roles') || hasRolesInUsers(open);
  const context: RosterContext = {
    source: run.source,
    today: run.today,
    whole: {
      units: [...(open.has('orgs') ? ORG_UNITS : []), ...(open.has('classes') ? CLASS_UNITS : [])],
      people: open.has('users'),
      memberships: [...(hasRoles ? ORG_UNITS : []), ...(open.has('enrollments') ? CLASS_UNITS : [])],
    },
    people: { file: 'users.csv', number: 'identifier' },
    codes: { 'orgs.csv': 'identifier', 'classes.csv': 'classCode' },
  };
  await plan(tx, context, findings);
  const result = { ...(await checkRoster(tx, context, guard)), skipped: loader.skipped };
  if (run.dryRun) return { ...result, refusedBecause: guard.reasons, samples: await sampleChanges(tx, context) };
  guard.refuse();
  await apply(tx, context);
  return result;
}

function hasRolesInUsers(open: Awaited<ReturnType<typeof openSet>>): boolean {
  return open.get('users')?.header.includes('orgSourcedIds') ?? false;
}
