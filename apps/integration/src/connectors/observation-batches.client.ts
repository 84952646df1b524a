import { Injectable } from '@nestjs/common';
import type { Bilingual } from '#contracts';
import type { MappedRow } from './map-file.js';
import { failed, OwnApp } from './own-app.js';

/** A row that early warning does not take. */
export interface RefusedRow extends Bilingual {
  line: number;
  /** Of the sheet of observations. */
  field: string | undefined;
  code: string;
}

/** What came of a batch; `rows` describes the first thousand of those that were refused. */
export interface BatchAnswer {
  accepted: number;
  refused: number;
  rows: RefusedRow[];
}

interface Rejected extends Bilingual {
  pointer: string;
  code: string;
}

const PERMISSION = 'early-warning:observation:write';

/** Early warning's taking of observations, over its API. */
@Injectable()
export class ObservationBatches {
  constructor(private readonly app: OwnApp) {}

  /** Sends a batch; the same key and rows again have no effect. Throws an Error when early warning cannot be asked, or cannot take it now. */
  async send(source: string, batchKey: string, rows: readonly MappedRow[], dryRun: boolean): Promise<BatchAnswer> {
    const query = new URLSearchParams({ source, batchKey, dryRun: String(dryRun) });
    const answer = await this.app.ask(PERMISSION, `/early-warning/v1/observations/batches?${query.toString()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: rows.map(lineOf).join(''),
    });
    if (answer.status === 200) {
      const { accepted, rejectedCount, rejected } = (await answer.json()) as {
        accepted: number;
        rejectedCount: number;
        rejected: Rejected[];
      };
      return { accepted, refused: rejectedCount, rows: rejected.map((one) => refusedRow(rows, one)) };
    }
    // Not one row can be taken: looked at, they are described.
    if (answer.status === 422 && !dryRun) return this.send(source, batchKey, rows, true);
    throw failed('early warning', answer);
  }
}

/** A row without a value takes back what its record said. */
function lineOf({ cells: { number, value, ...rest } }: MappedRow): string {
  return `${JSON.stringify({ studentNumber: number, ...rest, value: value ? Number(value) : null })}\n`;
}

/** `#/17/studentNumber`: the field of the eighteenth row. */
function refusedRow(rows: readonly MappedRow[], { pointer, zh, en, code }: Rejected): RefusedRow {
  const [, place, field] = pointer.split('/');
  return { line: rows[Number(place)]!.line, field: field === 'studentNumber' ? 'number' : field, code, zh, en };
}
