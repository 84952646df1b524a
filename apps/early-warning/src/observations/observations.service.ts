import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, type Tx } from '#database';
import { XLSX_TYPE } from '#exchange';
import { validateValue } from '#fields';
import { JSON_TYPE, parseJsonBody, type RawContent } from '#http';
import { Policies } from '#policy';
import { AllRowsRefused, Invalid } from '#problems';
import { dayOf } from '#rule-language';
import { CampusClock } from '#time';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { csvTable, readLines, readList, readTable, sheetTable } from './formats.js';
import { IngestPolicy } from './ingest.policy.js';
import { KnownStudents } from './known-students.js';
import { type BatchName, openBatch } from './ledger.js';
import { BatchKeyDto, type BatchQuery, BatchResultDto } from './observations.dto.js';
import { BatchKeyReused, IngestBusy } from './observations.problems.js';
import { Rows } from './rows.js';
import { closedDays, lastMetrics, writeRows } from './writing.js';

const RETRY_AFTER_SECONDS = 2;
export const NDJSON_TYPE = 'application/x-ndjson';
const BYTES_PER_LINE = 64;
/** Rows that are described where none was taken. */
const MAX_ERRORS = 100;

/** A batch that is to be taken. */
export interface Delivery extends BatchName {
  /** What pointers to a row begin with. */
  pointer: string;
  /** Rows there are, more or less. */
  size: number;
  /** Puts the rows in; may be called again when the transaction is tried again. */
  read(rows: Rows): void;
  /** Its rows are looked at, and nothing is kept. */
  dryRun?: boolean;
}

/** Ends the transaction of a batch that is only looked at. */
class LookedAt extends Error {
  constructor(readonly result: BatchResultDto) {
    super('the batch was only looked at');
  }
}

@Injectable()
export class Observations {
  private inFlight = 0;
  private limits = new IngestPolicy();

  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly students: KnownStudents,
  ) {}

  /** Takes the batch of a request; for whoever answers for the whole school, as its rows may be about anybody. */
  ingest(actor: Actor, content: RawContent, query: BatchQuery): Promise<BatchResultDto> {
    requireSchool(actor, 'early-warning:observation:write');
    const { dryRun = false, ...name } = query;
    if (content.type === JSON_TYPE) return this.take(actor, { ...listed(content, name), dryRun });
    return inLines(content, name).then((delivery) => this.take(actor, { ...delivery, dryRun }));
  }

  /**
   * Takes a batch once: a batch key that comes again with the same content is acknowledged without effect, with other content it
   * is refused. Rows that cannot be taken are reported, the others go in; when none can, the batch is refused and its key stays free. What was acknowledged is durable; when too much is under
   * way already, nothing is written and the sender is asked to come again.
   */
  async take(actor: Actor | null, delivery: Delivery): Promise<BatchResultDto> {
    if (this.inFlight >= this.limits.batchesAtATime) throw new IngestBusy({ retryAfter: RETRY_AFTER_SECONDS });
    this.inFlight++;
    try {
      return await this.database.transaction(actor, (tx) =>
        this.write(tx, { ...delivery, deliveredBy: actor?.personId ?? actor?.app }),
      );
    } catch (error) {
      if (error instanceof LookedAt) return error.result;
      throw error;
    } finally {
      this.inFlight--;
    }
  }

  private async write(tx: Tx, delivery: Delivery): Promise<BatchResultDto> {
    const { source, sha256, pointer, size, read, dryRun } = delivery;
    const opened = await openBatch(tx, delivery, this.clock.now());
    if ('before' in opened) {
      const { before } = opened;
      if (before.sha256.length > 0 && !before.sha256.equals(sha256))
        throw new BatchKeyReused({ pointer: '#/batchKey' });
      return BatchResultDto.of(before.n, true, before);
    }
    const { seq, epoch, waiting } = opened;
    await this.refuseWhenFull(tx, waiting);
    const metrics = await metricCatalogue(tx);
    const { timeZone } = this.clock;
    const known = { timeZone, today: dayOf(this.clock.today()), metrics, students: this.students.of(epoch) };
    const rows = new Rows(known, pointer, size);
    read(rows);
    await this.students.resolve(tx, epoch, rows);
    const isClosed = await closedDays(tx, rows);
    if (isClosed) rows.refuseDays(isClosed);
    if (dryRun) throw new LookedAt(BatchResultDto.of(rows.n, false, rows));
    if (rows.n === 0) throw new AllRowsRefused({ errors: rows.rejected.slice(0, MAX_ERRORS) });
    await writeRows(tx, { seq, source, revision: seq, ordered: lastMetrics(metrics) }, rows);
    return BatchResultDto.of(rows.n, false, rows);
  }

  private async refuseWhenFull(tx: Tx, waiting: number): Promise<void> {
    this.limits = (await this.policies.at(tx, IngestPolicy, this.clock.today())).value;
    if (waiting >= this.limits.waitingRows) throw new IngestBusy({ retryAfter: RETRY_AFTER_SECONDS });
  }
}

function sha256Of(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** A JSON body: source and key beside the list. */
function listed({ bytes }: RawContent, query: Omit<BatchQuery, 'dryRun'>): Delivery {
  const body = parseJsonBody(bytes, 'observations') ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Invalid({ errors: [{ pointer: '#', zh: '必须是对象', en: 'must be an object' }] });
  const given = Object.keys(query).find((name) => query[name as keyof typeof query] !== undefined);
  if (given) {
    const text = { zh: '请求体为 JSON 时应写在请求体中', en: 'belongs into the body when that is JSON' };
    throw new Invalid({ errors: [{ pointer: `?${given}`, ...text }] });
  }
  const { observations, ...rest } = body as Record<string, unknown>;
  const name = Object.assign(new BatchKeyDto(), rest);
  validateValue(name);
  const { source, batchKey } = name;
  return {
    ...{ source, batchKey, sha256: sha256Of(bytes), pointer: '#/observations/' },
    size: Array.isArray(observations) ? observations.length : 0,
    read: (rows) => readList(observations, rows),
  };
}

/** A body of lines: source and key are in the address. */
async function inLines(
  { type, charset, bytes }: RawContent,
  { source, batchKey }: Omit<BatchQuery, 'dryRun'>,
): Promise<Delivery> {
  const missing = source === undefined ? 'source' : 'batchKey';
  if (source === undefined || batchKey === undefined)
    throw new Invalid({ errors: [{ pointer: `?${missing}`, zh: '必填', en: 'is required' }] });
  const delivery = { source, batchKey, sha256: sha256Of(bytes), pointer: '#/' };
  if (type === NDJSON_TYPE) {
    const size = Math.ceil(bytes.length / BYTES_PER_LINE);
    return { ...delivery, size, read: (rows) => readLines(bytes, rows) };
  }
  const table = type === XLSX_TYPE ? await sheetTable(bytes) : csvTable(bytes, charset);
  return { ...delivery, size: table.lines.length, read: (rows) => readTable(table, rows) };
}
