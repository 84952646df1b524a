import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, insert, query, sql, type Tx, update } from '#database';
import { keyset, NotFound, type Page, toPage } from '#http';
import { checkRule } from '../kernel/check-rule.js';
import type { MetricInfo, Rule } from '../kernel/language.js';
import { Metric } from './metric.entity.js';
import { type MetricChangeDto, MetricDto, type MetricsQuery, type NewMetricDto } from './metrics.dto.js';
import { MetricCodeTaken, MetricInUse } from './metrics.problems.js';

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

  async list(page: MetricsQuery): Promise<Page<MetricDto>> {
    const keys = keyset(page, { sorts: { code: sql`m.code` }, defaultSort: 'code', id: sql`m.id` });
    const rows = await query<Metric>(
      this.database.reader,
      sql`SELECT m.id, m.code, m.zh, m.en, m.unit, m.decimals, m.fold, m.domain, m.sensitivity, m.retention_days AS "retentionDays", m.version
            FROM early_warning.metric m WHERE ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.limit}`,
    );
    return toPage(rows, page, (row) => [row.code, row.id], MetricDto.from);
  }

  async get(id: string): Promise<MetricDto> {
    return MetricDto.from(await this.find(this.database.reader, id));
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
      if (values.retentionDays < metric.retentionDays)
        await this.assertNoRuleNeedsMore(tx, metric.code, values.retentionDays);
      return MetricDto.from(await update(tx, Object.assign(metric, values), expected));
    });
  }

  private async assertNoRuleNeedsMore(tx: Tx, code: string, retentionDays: number): Promise<void> {
    const now = await metricCatalogue(tx);
    const then = new Map(now).set(code, { ...now.get(code)!, retentionDays });
    const rules = await query<{ code: string; definition: Rule }>(
      tx,
      sql`SELECT code, definition FROM early_warning.rule WHERE state = 'published' ORDER BY code`,
    );
    const broken = rules.find(
      ({ definition }) => checkRule(definition, then).length > 0 && checkRule(definition, now).length === 0,
    );
    if (broken) throw new MetricInUse({ pointer: '#/retentionDays', params: { rule: broken.code } });
  }

  private async find(tx: Tx, id: string): Promise<Metric> {
    const metric = await tx.findOneBy(Metric, { id });
    if (!metric) throw new NotFound({ what: 'metric' });
    return metric;
  }
}
