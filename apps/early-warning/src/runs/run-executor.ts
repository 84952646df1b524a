import { Injectable } from '@nestjs/common';
import { query, queryOne, sql, type Tx } from '#database';
import { addDays, CampusClock } from '#time';
import { Engine, type RuleVersion } from '../engine/engine.js';
import { foldDirty } from '../engine/folding.js';
import { publishedRules } from '../rules/rules.service.js';
import { SourceNotices } from '../sources/source-notices.service.js';
import { Corrections } from '../warnings/corrections.js';
import { Raising, type RaisingResult } from '../warnings/raising.js';
import type { Run, RunResult } from './run.entity.js';

type JudgedVersion = RuleVersion & { id: string; code: string };

/** Carries a run out, in one transaction: fold what is new, judge the rules, raise warnings, look again at corrected ones. */
@Injectable()
export class RunExecutor {
  constructor(
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly raising: Raising,
    private readonly corrections: Corrections,
    private readonly notices: SourceNotices,
  ) {}

  /** `onProgress(done, total)` counts rules. Runs wait for each other: folding takes the vectors' lock until the end. */
  async execute(tx: Tx, run: Run, onProgress: (done: number, total: number) => Promise<void>): Promise<RunResult> {
    const startedAt = this.clock.now();
    await this.engine.admitStudents(tx);
    await foldDirty(tx);
    this.raising.follow(await lastRun(tx));
    const rules = await publishedRules(tx, run.ruleCodes);
    const total: RunResult = {
      ...{
        students: 0,
        rules: rules.length,
        noData: 0,
        raised: 0,
        escalated: 0,
        reopened: 0,
        standing: 0,
        corrected: 0,
      },
    };
    let done = 0;
    for (const [asOf, group] of this.byDay(run, rules)) {
      const { unitId, includeFuture, scopeUnitIds } = run;
      const population = { unitId: unitId ?? undefined, includeFuture, scopeUnitIds };
      await this.engine.evaluate(tx, { rules: group, asOf, population }, async (firings) => {
        total.students = Math.max(total.students, firings.population.length);
        for (const [i, rule] of group.entries()) {
          // A silent source says nothing about students: what was raised stands, nothing is raised.
          if (firings.silent(i)) total.noData++;
          else add(total, await this.raising.apply(tx, rule, firings, i));
          await onProgress(++done, rules.length);
        }
      });
    }
    if (isOfEverything(run)) this.raising.remember(run.id);
    total.corrected = await this.corrections.apply(tx);
    if (run.asOf === null) await this.notices.review(tx, await publishedRules(tx));
    await query(
      tx,
      sql`UPDATE early_warning.run SET started_at = ${startedAt}, finished_at = ${this.clock.now()}, result = ${JSON.stringify(total)}::jsonb, updated_at = now(),
                 version = version + 1 WHERE id = ${run.id}`,
    );
    return total;
  }

  private byDay(run: Run, rules: readonly JudgedVersion[]): Map<string, JudgedVersion[]> {
    const now = this.clock.today();
    const days = new Map<string, JudgedVersion[]>();
    for (const rule of rules) {
      const asOf = run.asOf ?? (rule.definition.on === 'data' ? now : addDays(now, -1));
      days.set(asOf, [...(days.get(asOf) ?? []), rule]);
    }
    return days;
  }
}

/** The run that finished last. */
async function lastRun(tx: Tx): Promise<string | undefined> {
  const row = await queryOne<{ id: string }>(
    tx,
    sql`SELECT id FROM early_warning.run WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1`,
  );
  return row?.id;
}

function isOfEverything({ asOf, ruleCodes, unitId, scopeUnitIds }: Run): boolean {
  return asOf === null && ruleCodes === null && unitId === null && scopeUnitIds === null;
}

function add(total: RunResult, { raised, escalated, reopened, standing }: RaisingResult): void {
  total.raised += raised;
  total.escalated += escalated;
  total.reopened += reopened;
  total.standing += standing;
}
