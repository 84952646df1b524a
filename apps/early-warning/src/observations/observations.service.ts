import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { Database } from '#database';
import { Invalid } from '#http';
import { ordinalsByNumber } from '../engine/ordinals.js';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { openBatch, writeObservations } from './ledger.js';
import { BatchResultDto, MAX_ROWS, type ObservationBatchDto } from './observations.dto.js';
import { BatchKeyReused } from './observations.problems.js';
import { readRows, type Rejected, resolveRows } from './rows.js';

@Injectable()
export class Observations {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * Takes a batch once: a batch key that comes again with the same content is acknowledged without effect, with other content it
   * is refused. Rows that cannot be taken are reported, the others go in.
   */
  async ingest(actor: Actor, { source, batchKey }: ObservationBatchDto, rows: unknown): Promise<BatchResultDto> {
    if (!Array.isArray(rows) || rows.length === 0 || rows.length > MAX_ROWS)
      throw new Invalid({
        errors: [
          {
            pointer: '#/observations',
            zh: `应为 1 到 ${MAX_ROWS} 项的数组`,
            en: `must be a list of 1 to ${MAX_ROWS} items`,
          },
        ],
      });
    const sha256 = createHash('sha256').update(JSON.stringify(rows)).digest();
    const { sent, rejected } = readRows(rows, this.config.timeZone);
    return this.database.transaction(actor, async (tx) => {
      const opened = await openBatch(tx, source, batchKey, sha256);
      if ('before' in opened) {
        const { before } = opened;
        if (!before.sha256.equals(sha256)) throw new BatchKeyReused({ pointer: '#/batchKey' });
        return BatchResultDto.of(before.n, true, before.rejected as Rejected[]);
      }
      const students = await ordinalsByNumber(tx, [...new Set(sent.map((row) => row.student))]);
      const metrics = await metricCatalogue(tx);
      const resolved = resolveRows(sent, { source, revision: opened.seq, students, metrics });
      const left = [...rejected, ...resolved.rejected];
      await writeObservations(tx, opened.seq, resolved.raw, left);
      return BatchResultDto.of(resolved.raw.length, false, left);
    });
  }
}
