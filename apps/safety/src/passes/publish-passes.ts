import { PassFact, PassesRecordedV1 } from '#contracts';
import type { Tx } from '#database';
import type { Events } from '#events';

const PER_EVENT = 500;

/** Tells others of passes that count, 500 to an event. */
export async function publishPasses(
  tx: Tx,
  events: Events,
  passes: readonly (Omit<PassFact, 'at'> & { at: Date })[],
): Promise<void> {
  const facts = passes.map(({ passId, studentId, buildingId, direction, at }) =>
    Object.assign(new PassFact(), { passId, studentId, buildingId, direction, at: at.toISOString() }),
  );
  const batches: PassesRecordedV1[] = [];
  for (let i = 0; i < facts.length; i += PER_EVENT) batches.push(new PassesRecordedV1(facts.slice(i, i + PER_EVENT)));
  await events.publishAll(tx, batches);
}
