import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, insert, query, sql, StaleVersionError, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { Invalid, NotFound } from '#problems';
import { checkRule, type MetricInfo, type Rule } from '#rule-language';
import { rewriteDecimals } from './decimals.js';
import { Metric } from './metric.entity.js';
import { type MetricChangeDto, MetricDto, type MetricsQuery, type NewMetricDto } from './metrics.dto.js';
import { MetricCodeTaken, MetricDecimalsInUse, MetricInUse } from './metrics.problems.js';

export interface CataloguedMetric extends MetricInfo {
  fold: string;
  /** An active source supplies it, so that it can fall silent. */
  watched: boolean;
}

/** The whole catalogue, by code; a few dozen rows. */
export async function metricCatalogue(tx: Tx): Promise<Map<string, CataloguedMetric>> {
  const rows = await query<CataloguedMetric>(
    tx,
    sql`SELECT code, number, unit, decimals, fold, sensitivity, retention_days AS "retentionDays",
               EXISTS (SELECT 1 FROM early_warning.source s WHERE s.active AND m.code = ANY(s.metrics)) AS watched
          FROM early_warning.metric m`,
  );
  return new Map(rows.map((row) => [row.code, row]));
}

@Injectable()
export class Metrics {
  constructor(private readonly database: Database) {}

  list(page: MetricsQuery): Promise<Page<MetricDto>> {
    return list(this.database.connection, page, {
      select: sql`m.id, m.code, m.zh, m.en, m.unit, m.decimals, m.fold, m.domain, m.sensitivity,
                  m.retention_days AS "retentionDays", m.version`,
      from: sql`early_warning.metric m`,
      where: [],
      sorts: { code: sql`m.code` },
      defaultSort: 'code',
      id: sql`m.id`,
      to: (row: Metric) => MetricDto.from(row),
    });
  }

  async get(id: string): Promise<MetricDto> {
    return MetricDto.from(await this.find(this.database.connection, id));
  }

  create(actor: Actor, values: NewMetricDto): Promise<MetricDto> {
    requireSchool(actor, 'early-warning:metric:write');
    return this.database.transaction(actor, async (tx) => {
      await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning metric codes'))`);
      if (await tx.findOneBy(Metric, { code: values.code })) throw new MetricCodeTaken({ pointer: '#/code' });
      const metric = Object.assign(new Metric(), values);
      return MetricDto.from(await insert(tx, metric));
    });
  }

  update(actor: Actor, id: string, expected: number, values: MetricChangeDto): Promise<MetricDto> {
    requireSchool(actor, 'early-warning:metric:write');
    return this.database.transaction(actor, async (tx) => {
      const metric = await this.find(tx, id);
      if (metric.version !== expected) throw new StaleVersionError();
      const { decimals = metric.decimals, retentionDays, ...rest } = values;
      if (retentionDays < metric.retentionDays) {
        const rule = await this.brokenRule(tx, metric.code, { retentionDays });
        if (rule !== undefined) throw new MetricInUse({ pointer: '#/retentionDays', params: { rule } });
      }
      if (decimals !== metric.decimals) await this.changeDecimals(tx, metric, decimals);
      return MetricDto.from(await update(tx, Object.assign(metric, rest, { decimals, retentionDays }), expected));
    });
  }

  private async changeDecimals(tx: Tx, metric: Metric, decimals: number): Promise<void> {
    const pointer = '#/decimals';
    if (metric.fold === 'count')
      throw new Invalid({
        errors: [
          { pointer, zh: '按次数合并的指标不能改小数位', en: 'cannot change for a metric that counts observations' },
        ],
      });
    const rule = await this.brokenRule(tx, metric.code, { decimals });
    if (rule !== undefined) throw new MetricDecimalsInUse({ pointer, params: { rule, decimals } });
    await rewriteDecimals(tx, metric, decimals);
  }

  /** Code of a published rule that is right now, and would not be after the change. */
  private async brokenRule(tx: Tx, code: string, change: Partial<MetricInfo>): Promise<string | undefined> {
    const now = await metricCatalogue(tx);
    const then = new Map(now).set(code, { ...now.get(code)!, ...change });
    const rules = await query<{ code: string; definition: Rule }>(
      tx,
      sql`SELECT code, definition FROM early_warning.rule WHERE state = 'published' ORDER BY code`,
    );
    return rules.find(
      ({ definition }) => checkRule(definition, then).length > 0 && checkRule(definition, now).length === 0,
    )?.code;
  }

  private async find(tx: Tx, id: string): Promise<Metric> {
    const metric = await tx.findOneBy(Metric, { id });
    if (!metric) throw new NotFound({ what: 'metric' });
    return metric;
  }
}
