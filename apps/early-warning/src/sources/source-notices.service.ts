import { Injectable } from '@nestjs/common';
import { SourceRecoveredV1, SourceSilentV1 } from '#contracts';
import { Database, insert, query, sql, type Tx, update } from '#database';
import { Events, OnEvent, Timers } from '#events';
import { list, type Page } from '#http';
import type { Rule } from '#rule-language';
import { CampusClock } from '#time';
import { IsNull } from 'typeorm';
import { publishedRules } from '../rules/rules.service.js';
import { type SourceState, sourceStates } from '../engine/silence.js';
import { SourceNotice } from './source-notice.entity.js';
import { SourceReviewDueV1 } from './source-review-due.event.js';
import { SourceNoticeDto, type SourceNoticesQuery } from './sources.dto.js';

const LOOK_MS = 3_600_000;
/** The clocks of PostgreSQL and of this process may differ a little. */
const MARGIN_MS = 1_000;

type InForce = { code: string; definition: Rule };

/** What operators are told of silent sources: one notice per source and silence, opened and closed by runs, and by the clock. */
@Injectable()
export class SourceNotices {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly clock: CampusClock,
  ) {}

  list(page: SourceNoticesQuery): Promise<Page<SourceNoticeDto>> {
    return list(this.database.connection, page, {
      select: sql`n.id, n.source, n.kind, n.since, n.metrics, n.rules, n.opened_at AS "openedAt", n.closed_at AS "closedAt", n.version`,
      from: sql`early_warning.source_notice n`,
      where: [
        page.open === undefined ? undefined : sql`(n.closed_at IS NULL) = ${page.open}`,
        page.source && sql`n.source = ${page.source}`,
      ],
      sorts: { openedAt: sql`n.opened_at` },
      defaultSort: '-openedAt',
      id: sql`n.id`,
      to: (row: SourceNotice) => SourceNoticeDto.from(row),
    });
  }

  /** A source that dies brings no data, so that no run may be wanted for long. */
  @OnEvent(SourceReviewDueV1)
  async whenReviewDue(tx: Tx): Promise<void> {
    await this.review(tx, await publishedRules(tx));
  }

  /** Brings the notices in line with how the sources are now; one after the other. */
  async review(tx: Tx, rules: readonly InForce[]): Promise<void> {
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning source notices'))`);
    const states = await sourceStates(tx, this.clock.today(), this.clock);
    const silent = states.filter((state) => state.silence);
    const open = await tx.find(SourceNotice, { where: { closedAt: IsNull() } });
    for (const notice of open) {
      const state = silent.find((one) => one.code === notice.source);
      if (state) await this.keep(tx, notice, state, rules);
      else await this.close(tx, notice);
    }
    for (const state of silent)
      if (!open.some((notice) => notice.source === state.code)) await this.open(tx, state, rules);
    await this.lookAgain(tx, states);
  }

  /** When the next source dies if nothing more is heard of it; and within the hour, for what else may have changed without a run. */
  private async lookAgain(tx: Tx, states: readonly SourceState[]): Promise<void> {
    const deaths = states.flatMap(({ silence, deadAfter }) =>
      deadAfter && silence?.kind !== 'dead' ? [deadAfter.getTime() + MARGIN_MS] : [],
    );
    const at = new Date(Math.min(this.clock.now().getTime() + LOOK_MS, ...deaths));
    await this.timers.set(tx, { key: 'early-warning.source-review', at, event: new SourceReviewDueV1() });
  }

  private async open(tx: Tx, state: SourceState, rules: readonly InForce[]): Promise<void> {
    const notice = Object.assign(new SourceNotice(), {
      source: state.code,
      openedAt: this.clock.now(),
      ...contents(state, rules),
    });
    await insert(tx, notice);
    const { id: noticeId, source, kind } = notice;
    await this.events.publish(tx, new SourceSilentV1({ noticeId, source, kind }), notice);
  }

  /** The same silence may turn from degraded to dead, and the rules change: the notice stays the same. */
  private async keep(tx: Tx, notice: SourceNotice, state: SourceState, rules: readonly InForce[]): Promise<void> {
    const before = JSON.stringify([notice.kind, notice.metrics, notice.rules]);
    const {
      kind,
      metrics,
      rules: affected,
    } = Object.assign(notice, { ...contents(state, rules), since: notice.since });
    if (JSON.stringify([kind, metrics, affected]) !== before) await update(tx, notice);
  }

  private async close(tx: Tx, notice: SourceNotice): Promise<void> {
    notice.closedAt = this.clock.now();
    await update(tx, notice);
    await this.events.publish(tx, new SourceRecoveredV1({ noticeId: notice.id, source: notice.source }), notice);
  }
}

function contents({ silence, silentMetrics }: SourceState, rules: readonly InForce[]) {
  const affected = rules.filter(({ definition }) => usesAny(definition, new Set(silentMetrics)));
  return {
    kind: silence!.kind,
    since: new Date(silence!.since),
    metrics: [...silentMetrics].sort(),
    rules: affected.map(({ code }) => code).sort(),
  };
}

/** Whether a rule looks at one of these metrics (by code). */
function usesAny(rule: Rule, metrics: ReadonlySet<string>): boolean {
  return Object.values(rule.features).some((feature) => metrics.has(feature.metric));
}
