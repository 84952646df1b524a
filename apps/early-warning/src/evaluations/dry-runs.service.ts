import { Injectable } from '@nestjs/common';
import { type Actor, audit, requireSchool } from '#auth';
import { WARNING_LEVELS, type WarningLevel } from '#contracts';
import { Database, insert, query, sql, type Tx } from '#database';
import { list, type Page } from '#http';
import { type FieldError, Invalid, NotFound } from '#problems';
import { unitById } from '#roster';
import { type Evidence, Findings, levelOf, rankOf, reasonOf, type Rule as Definition } from '#rule-language';
import { addDays, CampusClock, daysBetween } from '#time';
import { Engine, type RuleVersion } from '../engine/engine.js';
import { FlagShares } from '../rules/flag-shares.js';
import { Rule } from '../rules/rule.entity.js';
import { PublishingDto } from '../rules/rules.dto.js';
import { checkedDefinition, publishedRules } from '../rules/rules.service.js';
import { DryRun } from './dry-run.entity.js';
import {
  DryRunCountsDto,
  DryRunDto,
  type DryRunRequestDto,
  type DryRunRow,
  type DryRunsQuery,
  MAX_DAYS,
  MAX_PARAMETERS,
  MAX_SAMPLE,
  RecordedDryRunDto,
} from './dry-runs.dto.js';
import { Questions } from './questions.js';
import { studentNumbers } from './students.js';
import { differenceOf, type Onset, overlapOf, Trial, type TrialDay } from './trial.js';

const DEFAULT_DAYS = 60;
/** Students × rules × days that are judged for the overlap: a fraction of a second. */
const OVERLAP_BUDGET = 5_000_000;

interface Question {
  definition: Definition;
  from: string;
  to: string;
  population: { unitId?: string | undefined };
  parameters: Record<string, number> | undefined;
}
type Published = RuleVersion & { id: string; code: string };

/** Tries a rule over the past while it is being written. */
@Injectable()
export class DryRuns {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly questions: Questions,
    private readonly flagShares: FlagShares,
  ) {}

  /**
   * Synchronous; recorded when the rule is named by `ruleId`. An Idempotency-Key keeps no answer: it has students in it, and a dry run
   * that is made again changes nothing but that it is recorded again. That students were looked at leaves an audit entry.
   */
  async run(actor: Actor, body: DryRunRequestDto): Promise<DryRunDto> {
    requireSchool(actor, 'early-warning:rule:write');
    requireSchool(actor, 'early-warning:warning:read');
    const { connection } = this.database;
    const { ruleId, unitId } = body;
    const range = this.range(body);
    const definition = await this.definition(connection, body);
    if (unitId && !(await unitById(connection, unitId)))
      throw new Invalid({ errors: [{ pointer: '#/unitId', zh: '没有这个单位或场所', en: 'is no unit or place' }] });
    const question = { definition, ...range, population: { unitId }, parameters: checkedParameters(body) };
    const dto = await this.questions.ask((tx) => this.judge(tx, question, ruleId));
    return this.database.transaction(null, async (tx) => {
      if (ruleId) dto.id = await this.record(tx, actor, ruleId, question, dto);
      const subject = { kind: 'rule', id: ruleId ?? definition.id };
      if (dto.sample.length > 0) await audit(tx, actor, { action: 'early-warning.dry-run.read', subject });
      return dto;
    });
  }

  async list(actor: Actor, page: DryRunsQuery): Promise<Page<RecordedDryRunDto>> {
    requireSchool(actor, 'early-warning:rule:read');
    return list(this.database.connection, page, {
      select: sql`d.id, d.rule_id AS "ruleId", d.definition_hash = sha256(convert_to(r.definition::text, 'UTF8')) AS current,
                  d.unit_id AS "unitId", d.parameters, d.result, d.created_by AS "createdBy", d.created_at AS "createdAt"`,
      from: sql`early_warning.dry_run d JOIN early_warning.rule r ON r.id = d.rule_id`,
      where: [sql`d.rule_id = ${page.ruleId}`],
      sorts: { createdAt: sql`d.created_at` },
      defaultSort: '-createdAt',
      id: sql`d.id`,
      to: (row: DryRunRow) => RecordedDryRunDto.from(row),
    });
  }

  private async definition(tx: Tx, { rule, ruleId }: DryRunRequestDto): Promise<Definition> {
    if ((rule === undefined) === (ruleId === undefined))
      throw wrong({ pointer: '#/rule', zh: 'rule 与 ruleId 须二选一', en: 'give either rule or ruleId' });
    if (rule) return checkedDefinition(tx, rule, '#/rule');
    const stored = await tx.findOneBy(Rule, { id: ruleId! });
    if (!stored) throw new NotFound({ what: 'dry-run' });
    return checkedDefinition(tx, stored.definition as never, '#/ruleId');
  }

  private range({ from, to }: DryRunRequestDto): { from: string; to: string } {
    const yesterday = addDays(this.clock.today(), -1);
    const last = to ?? yesterday;
    const first = from ?? addDays(last, 1 - DEFAULT_DAYS);
    if (last > yesterday) throw wrong({ pointer: '#/to', zh: '须早于今天', en: 'must be before today' });
    if (first > last) throw wrong({ pointer: '#/from', zh: '不能晚于末日', en: 'must not be after the last day' });
    if (daysBetween(first, last) >= MAX_DAYS)
      throw wrong({ pointer: '#/from', zh: `最多 ${MAX_DAYS} 天`, en: `must be within ${MAX_DAYS} days` });
    return { from: first, to: last };
  }

  private async judge(tx: Tx, question: Question, ruleId: string | undefined): Promise<DryRunDto> {
    const { definition, from, to } = question;
    const published = await publishedRules(tx);
    const before = published.find((rule) => rule.code === definition.id && rule.id !== ruleId);
    const after = new Trial(MAX_SAMPLE);
    const earlier = new Trial();
    const versions = [{ number: 0, definition }, ...(before ? [before] : [])];
    const everybody = await this.sweep(tx, question, versions, [after, earlier]);
    const others = published.filter((rule) => rule.code !== definition.id);
    return Object.assign(new DryRunDto(), {
      id: null,
      ...{ from, to },
      students: after.students,
      fired: after.fired,
      share: after.students === 0 ? 0 : after.fired / after.students,
      days: after.days.map(dayOf),
      overlap: await this.overlap(tx, question, others, everybody),
      difference: before ? { number: before.number, ...differenceOf(earlier.reached, after.reached) } : null,
      publishing: PublishingDto.from(await this.flagShares.of(tx, definition)),
      sample: await this.explain(tx, question, after.sample(MAX_SAMPLE)),
    });
  }

  /** One pass over the days, from the day before the first on; answers how many students the population has at most. */
  private async sweep(
    tx: Tx,
    { from, to, population, parameters }: Question,
    rules: readonly RuleVersion[],
    trials: readonly Trial[],
  ): Promise<number> {
    let students = 0;
    const sweep = { rules, from: addDays(from, -1), to, population, parameters };
    await this.engine.sweep(tx, sweep, (asOf, firings) => {
      students = Math.max(students, firings.population.length);
      rules.forEach((_, i) => {
        if (asOf < from) trials[i]!.precede(firings.about(i), firings.levels(i));
        else trials[i]!.add(asOf, firings.about(i), firings.levels(i), firings.clears(i));
      });
    });
    return students;
  }

  /** Of many students and rules only the newest days are compared, so that the answer comes while one edits. */
  private async overlap(
    tx: Tx,
    { definition, from, to, population, parameters }: Question,
    others: readonly Published[],
    students: number,
  ): Promise<DryRunCountsDto['overlap']> {
    const rules = [{ number: 0, definition }, ...others];
    const affordable = Math.max(1, Math.floor(OVERLAP_BUDGET / (Math.max(1, students) * rules.length)));
    const length = others.length === 0 ? 0 : Math.min(affordable, daysBetween(from, to) + 1);
    const days = Array.from({ length }, (_, i) => addDays(to, i + 1 - length));
    const trials = rules.map(() => new Trial());
    if (length > 0)
      await this.engine.sweep(tx, { rules, from: days[0]!, to, population, parameters }, (asOf, firings) =>
        trials.forEach((trial, i) => trial.add(asOf, firings.about(i), firings.levels(i), firings.clears(i))),
      );
    const own = trials[0]!.reached;
    return {
      days,
      rules: others.map(({ code, number }, i) => ({ code, number, ...overlapOf(own, trials[i + 1]!.reached) })),
    };
  }

  private async explain(
    tx: Tx,
    { definition, population, parameters }: Question,
    onsets: readonly Onset[],
  ): Promise<DryRunDto['sample']> {
    const found = new Map<Onset, Evidence>();
    for (const asOf of new Set(onsets.map(({ day }) => day))) {
      const those = onsets.filter(({ day }) => day === asOf);
      const lanes = those.map(({ lane }) => lane);
      const evidence = await this.engine.evaluate(
        tx,
        { rules: [{ number: 0, definition }], asOf, population, parameters },
        (firings) => firings.evidence(tx, 0, lanes, firings.levels(0)),
      );
      those.forEach((onset, i) => found.set(onset, evidence[i]!));
    }
    const numbers = await studentNumbers(
      tx,
      onsets.map(({ lane }) => lane),
    );
    return onsets.map((onset) => {
      const evidence = found.get(onset)!;
      return {
        student: numbers.get(onset.lane)!,
        day: onset.day,
        level: levelOf(onset.rank),
        reason: reasonOf(definition.reason, evidence),
        evidence,
      };
    });
  }

  private async record(
    tx: Tx,
    actor: Actor,
    ruleId: string,
    { definition, population, parameters }: Question,
    { id: _id, sample: _sample, ...result }: DryRunDto,
  ): Promise<string> {
    // Locked, so that it is not deleted meanwhile; of a draft edited meanwhile the hash says so.
    const [rule] = await query<{ hash: Buffer }>(
      tx,
      sql`SELECT sha256(convert_to((${JSON.stringify(definition)}::jsonb)::text, 'UTF8')) AS hash FROM early_warning.rule
           WHERE id = ${ruleId} FOR KEY SHARE`,
    );
    if (!rule) throw new NotFound({ what: 'rule' });
    const record = new DryRun();
    const { from: fromDay, to: toDay } = result;
    const unitId = population.unitId ?? null;
    const createdBy = actor.personId ?? actor.app;
    Object.assign(record, { ruleId, definitionHash: rule.hash, fromDay, toDay, unitId, result, createdBy });
    if (parameters) record.parameters = parameters;
    return (await insert(tx, record)).id;
  }
}

function wrong(error: FieldError): Error {
  return new Invalid({ errors: [error] });
}

function checkedParameters({ parameters }: DryRunRequestDto): Record<string, number> | undefined {
  const values = parameters ?? {};
  const found = new Findings();
  found.parameters(values, '/parameters', MAX_PARAMETERS);
  if (found.errors.length > 0) throw new Invalid({ errors: found.errors });
  return Object.keys(values).length > 0 ? (values as Record<string, number>) : undefined;
}

function dayOf({ day, levels, fresh, noData }: TrialDay): DryRunCountsDto['days'][number] {
  const names = Object.keys(WARNING_LEVELS) as WarningLevel[];
  const byLevel = Object.fromEntries(names.map((level) => [level, levels[rankOf(level)]!]));
  return {
    day,
    levels: byLevel as unknown as DryRunCountsDto['days'][number]['levels'],
    firing: levels.reduce((sum, n) => sum + n, 0),
    new: fresh,
    noData,
  };
}
