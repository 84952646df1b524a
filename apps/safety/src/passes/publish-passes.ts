import { PassFact, PassesRecordedV1, PassesRetractedV1 } from '#contracts';
import type { Tx } from '#database';
import type { Events } from '#events';
import type { Direction, Pass } from './pass.entity.js';

const PER_EVENT = 500;

export type CountedPass = Omit<PassFact, 'at'> & { at: Date };

/** Tells others of passes that count, 500 to an event. */
export async function publishPasses(tx: Tx, events: Events, passes: readonly CountedPass[]): Promise<void> {
  await events.publishAll(
    tx,
    inBulk(passes).map((facts) => new PassesRecordedV1(facts)),
  );
}

/** Tells others of passes that counted and no longer do, 500 to an event. */
export async function publishRetractions(tx: Tx, events: Events, passes: readonly CountedPass[]): Promise<void> {
  await events.publishAll(
    tx,
    inBulk(passes).map((facts) => new PassesRetractedV1(facts)),
  );
}

/** A pass that counts, or counted, as others are told of it. */
export function factOf(pass: Pick<Pass, 'id' | 'studentId' | 'buildingId' | 'direction' | 'at'>): CountedPass {
  const { id: passId, studentId, buildingId, direction, at } = pass;
  return { passId, studentId, buildingId: buildingId as string, direction: direction as Direction, at };
}

function inBulk(passes: readonly CountedPass[]): PassFact[][] {
  const facts = passes.map(({ passId, studentId, buildingId, direction, at }) =>
    Object.assign(new PassFact(), { passId, studentId, buildingId, direction, at: at.toISOString() }),
  );
  const batches: PassFact[][] = [];
  for (let i = 0; i < facts.length; i += PER_EVENT) batches.push(facts.slice(i, i + PER_EVENT));
  return batches;
}
