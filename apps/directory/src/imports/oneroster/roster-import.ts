import type { Tx } from '#database';
import type { RowErrors } from '#exchange';
import type { ImportRun } from '../import-run.js';
import type { ShrinkGuard } from '../shrink-guard.js';
import type { SetFile } from '../zip.js';
import { apply } from './apply.queries.js';
import { RosterLoader } from './load.js';
import { createStaging, plan, type RosterContext } from './plan.queries.js';
import { openSet } from './set.js';
import { countChanges, emptiedUnits, measureIdentities, measureShrinking, sampleChanges } from './summary.queries.js';

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
  const context: RosterContext = {
    source: run.source,
    today: run.today,
    has: {
      orgs: open.has('orgs'),
      classes: open.has('classes'),
      users: open.has('users'),
      roles: open.has('roles') || hasRolesInUsers(open),
      enrollments: open.has('enrollments'),
    },
  };
  await plan(tx, context, findings);
  const changes = await countChanges(tx);
  const { students, studentsEnded, memberships, membershipsEnded } = await measureShrinking(tx, context);
  guard.check({ zh: '在籍学生', en: 'active students' }, students, studentsEnded);
  guard.check({ zh: '当前归属', en: 'open memberships' }, memberships, membershipsEnded);
  guard.checkUnits(await emptiedUnits(tx, context));
  guard.checkIdentities(await measureIdentities(tx));
  const result = { ...changes, skipped: loader.skipped };
  if (run.dryRun) return { ...result, refusedBecause: guard.reasons, samples: await sampleChanges(tx) };
  guard.refuse();
  await apply(tx, context);
  return result;
}

function hasRolesInUsers(open: Awaited<ReturnType<typeof openSet>>): boolean {
  return open.get('users')?.header.includes('orgSourcedIds') ?? false;
}
