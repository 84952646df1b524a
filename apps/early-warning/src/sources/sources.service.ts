import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { Invalid, NotFound } from '#problems';
import { CampusClock } from '#time';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { requestRun } from '../engine/run-requests.js';
import { sourceStates } from '../engine/silence.js';
import { Source } from './source.entity.js';
import {
  type HeartbeatDto,
  HeartbeatTakenDto,
  type NewSourceDto,
  type SourceChangeDto,
  SourceDto,
  type SourcesQuery,
} from './sources.dto.js';
import { SourceCodeTaken } from './sources.problems.js';

const WRITE = 'early-warning:source:write';

/** The systems that deliver observations, with how they are. What changes that is for a run to see: rules fall silent with them. */
@Injectable()
export class Sources {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(page: SourcesQuery): Promise<Page<SourceDto>> {
    return this.database.read(async (tx) => {
      const states = await this.states(tx);
      return list(tx, page, {
        select: sql`s.id, s.code, s.zh, s.en, s.metrics, s.rhythm_hours AS "rhythmHours", s.min_presence AS "minPresence",
                    s.active, s.version`,
        from: sql`early_warning.source s`,
        where: [],
        sorts: { code: sql`s.code` },
        defaultSort: 'code',
        id: sql`s.id`,
        to: (row: Source) => SourceDto.from(row, states),
      });
    });
  }

  get(id: string): Promise<SourceDto> {
    return this.database.read(async (tx) => SourceDto.from(await this.find(tx, id), await this.states(tx)));
  }

  create(actor: Actor, values: NewSourceDto): Promise<SourceDto> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning source codes'))`);
      if (await tx.findOneBy(Source, { code: values.code })) throw new SourceCodeTaken({ pointer: '#/code' });
      await this.checkMetrics(tx, values.metrics);
      const source = await insert(tx, Object.assign(new Source(), values, { createdAt: this.clock.now() }));
      await requestRun(tx);
      return SourceDto.from(source, await this.states(tx));
    });
  }

  update(actor: Actor, id: string, expected: number, values: SourceChangeDto): Promise<SourceDto> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      const source = await this.find(tx, id);
      await this.checkMetrics(tx, values.metrics);
      await update(tx, Object.assign(source, values), expected);
      await requestRun(tx);
      return SourceDto.from(source, await this.states(tx));
    });
  }

  delete(actor: Actor, id: string, expected: number): Promise<void> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      await this.find(tx, id);
      const deleted = await query(
        tx,
        sql`DELETE FROM early_warning.source WHERE id = ${id} AND version = ${expected} RETURNING id`,
      );
      if (deleted.length === 0) throw new StaleVersionError();
      await requestRun(tx);
    });
  }

  /** A sign of life without data; with `day` also: that day is without data and not to be judged by. */
  heartbeat(actor: Actor, code: string, { day }: HeartbeatDto): Promise<HeartbeatTakenDto> {
    requireSchool(actor, 'early-warning:observation:write');
    return this.database.transaction(actor, async (tx) => {
      const row = await queryOne<{ at: Date }>(
        tx,
        sql`INSERT INTO early_warning.source_heartbeat (source, day, at)
            SELECT code, ${day ?? null}, ${this.clock.now()} FROM early_warning.source WHERE code = ${code} RETURNING at`,
      );
      if (!row) throw new NotFound({ what: 'source' });
      await requestRun(tx);
      return Object.assign(new HeartbeatTakenDto(), { source: code, at: row.at });
    });
  }

  private states(tx: Tx) {
    return sourceStates(tx, this.clock.today(), this.clock);
  }

  private async checkMetrics(tx: Tx, codes: readonly string[]): Promise<void> {
    const known = await metricCatalogue(tx);
    const errors = codes.flatMap((code, i) =>
      known.has(code)
        ? []
        : [{ pointer: `#/metrics/${i}`, zh: '没有这个指标', en: 'is not a metric of the catalogue' }],
    );
    if (errors.length > 0) throw new Invalid({ errors });
  }

  private async find(tx: Tx, id: string): Promise<Source> {
    const source = await tx.findOneBy(Source, { id });
    if (!source) throw new NotFound({ what: 'source' });
    return source;
  }
}
