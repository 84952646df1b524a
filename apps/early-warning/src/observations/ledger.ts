import { allowSeconds, query, queryOne, sql, type Tx } from '#database';
import type { Rejected } from './rows.js';

/** What a batch is known by; the hash, of its content, says whether it is the same that came before. */
export interface BatchName {
  source: string;
  batchKey: string;
  sha256: Buffer;
  /** A person's id, or an app; nothing for events. */
  deliveredBy?: string | undefined;
}

/** What a batch came to when it was taken. */
export interface Taken {
  sha256: Buffer;
  n: number;
  rejected: Rejected[];
  rejectedCount: number;
}

/** A batch of the ledger: `seq` is set when it is new, `before` when it was taken already. */
export type Opened = { seq: number; epoch: number; waiting: number } | { before: Taken };

/**
 * Enters a batch into the ledger. Of two at once with the same key the second waits and finds the first. `epoch`: that of the ordinals;
 * no student loses theirs before the transaction ends. `waiting`: observations that wait to be folded.
 */
export async function openBatch(
  tx: Tx,
  { source, batchKey, sha256, deliveredBy }: BatchName,
  now: Date,
): Promise<Opened> {
  await query(tx, sql`SELECT pg_advisory_xact_lock_shared(hashtext('early-warning ingest'))`);
  const row = await queryOne<{ seq: string; epoch: string; waiting: string }>(
    tx,
    sql`INSERT INTO early_warning.ingest_batch (source, batch_key, sha256, received_at, delivered_by)
        VALUES (${source}, ${batchKey}, ${sha256}, ${now}, ${deliveredBy ?? null})
        ON CONFLICT DO NOTHING RETURNING seq, (SELECT epoch FROM early_warning.lane_epoch) AS epoch,
                  (SELECT coalesce(sum(n), 0) FROM early_warning.unfolded_batch) AS waiting`,
  );
  if (row) return { seq: Number(row.seq), epoch: Number(row.epoch), waiting: Number(row.waiting) };
  const before = await queryOne<Taken>(
    tx,
    sql`SELECT sha256, n, rejected, rejected_count AS "rejectedCount" FROM early_warning.ingest_batch
         WHERE source = ${source} AND batch_key = ${batchKey}`,
  );
  return { before: before! };
}

/** Waits until no batch is being taken, and lets none begin until the transaction ends. */
export async function holdIngest(tx: Tx): Promise<void> {
  await allowSeconds(tx, 60);
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning ingest'))`);
}

/** Makes everybody forget which student has which ordinal. */
export async function forgetOrdinals(tx: Tx): Promise<void> {
  await query(tx, sql`UPDATE early_warning.lane_epoch SET epoch = epoch + 1`);
}
