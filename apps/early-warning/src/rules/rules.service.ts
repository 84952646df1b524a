import { Injectable } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import { type Actor, audit, requireSchool } from '#auth';
import { Database, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { Invalid, NotFound } from '#problems';
import { checkRule, type Rule as Definition } from '#rule-language';
import { CampusClock } from '#time';
import { refuseFuture } from '../engine/as-of.js';
import { Engine } from '../engine/engine.js';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { Questions } from '../evaluations/questions.js';
import { requestRun } from '../engine/run-requests.js';
import { FlagShares } from './flag-shares.js';
import { type FlagShare, Rule } from './rule.entity.js';
import { Withdrawals } from '../warnings/withdrawals.service.js';
import {
  type PublishRuleDto,
  type RetireRuleDto,
  RuleDto,
  type RuleDefinitionDto,
  RuleStatementDto,
  type RulesQuery,
} from './rules.dto.js';
import { DryRunNeeded, PersonNeeded, RuleOutdated } from './rules.problems.js';

/** The definition behind a request, checked against the catalogue; throws Invalid with pointers below `at`. */
export async function checkedDefinition(tx: Tx, body: RuleDefinitionDto, at = '#'): Promise<Definition> {
  const definition = instanceToPlain(body) as Definition;
  const errors = checkRule(definition, await metricCatalogue(tx));
  if (errors.length > 0) {
    throw new Invalid({ errors: errors.map((error) => ({ ...error, pointer: error.pointer.replace('#', at) })) });
  }
  return definition;
}

/** The rules in force; with `codes` only those. */
export async function publishedRules(
  tx: Tx,
  codes?: readonly string[] | null,
): Promise<{ id: string; code: string; number: number; definition: Definition }[]> {
  return query(
    tx,
    sql`SELECT id, code, number, definition FROM early_warning.rule
         WHERE state = 'published' AND (${codes ?? null}::text[] IS NULL OR code = ANY(${codes ?? null}::text[])) ORDER BY code`,
  );
}

@Injectable()
export class Rules {
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly clock: CampusClock,
    private readonly withdrawals: Withdrawals,
    private readonly questions: Questions,
    private readonly flagShares: FlagShares,
  ) {}

  list(page: RulesQuery): Promise<Page<RuleDto>> {
    return list(this.database.connection, page, {
      select: sql`r.id, r.code, r.number, r.state, r.definition, r.created_at AS "createdAt", r.created_by AS "createdBy",
                  r.edited_by AS "editedBy", r.published_at AS "publishedAt", r.published_by AS "publishedBy", r.retired_at AS "retiredAt",
                  r.retired_by AS "retiredBy", r.publication, r.version`,
      from: sql`early_warning.rule r`,
      where: [page.state && sql`r.state = ${page.state}`, page.code && sql`r.code = ${page.code}`],
      sorts: { code: sql`r.code` },
      defaultSort: 'code',
      id: sql`r.id`,
      to: (row: Rule) => RuleDto.from(row),
    });
  }

  async get(id: string): Promise<RuleDto> {
    return RuleDto.from(await this.find(this.database.connection, id));
  }

  /** The version as of a day in plain SQL. */
  async statement(id: string, asOf: string): Promise<RuleStatementDto> {
    refuseFuture(asOf, '?asOf', this.clock.today());
    return this.database.read(async (tx) => {
      const { number, definition } = await this.find(tx, id);
      return Object.assign(new RuleStatementDto(), {
        asOf,
        sql: await this.engine.statement(tx, { number, definition }, asOf),
      });
    });
  }

  /** A draft is the next version of its code. */
  draft(actor: Actor, body: RuleDefinitionDto): Promise<RuleDto> {
    requireSchool(actor, 'early-warning:rule:write');
    return this.database.transaction(actor, async (tx) => {
      const definition = await checkedDefinition(tx, body);
      await this.lock(tx, definition.id);
      const last = await queryOne<{ number: number | null }>(
        tx,
        sql`SELECT max(number) AS number FROM early_warning.rule WHERE code = ${definition.id}`,
      );
      const rule = new Rule();
      Object.assign(rule, {
        code: definition.id,
        number: (last?.number ?? 0) + 1,
        definition,
        createdBy: actor.personId ?? actor.app,
      });
      await insert(tx, rule);
      await this.note(tx, actor, 'drafted', rule.id);
      return RuleDto.from(rule);
    });
  }

  /** Replaces the definition of a draft; the code stays. */
  edit(actor: Actor, id: string, expected: number, body: RuleDefinitionDto): Promise<RuleDto> {
    requireSchool(actor, 'early-warning:rule:write');
    return this.database.transaction(actor, async (tx) => {
      const rule = await this.find(tx, id);
      rule.edit(await checkedDefinition(tx, body), actor.personId ?? actor.app);
      if (rule.definition.id !== rule.code)
        throw new Invalid({ errors: [{ pointer: '#/id', zh: '代码不可改', en: 'cannot change' }] });
      await update(tx, rule, expected);
      await this.note(tx, actor, 'edited', id);
      return RuleDto.from(rule);
    });
  }

  /** Deletes a draft with its dry runs. */
  delete(actor: Actor, id: string, expected: number): Promise<void> {
    requireSchool(actor, 'early-warning:rule:write');
    return this.database.transaction(actor, async (tx) => {
      const rule = await this.find(tx, id);
      rule.requireDraft();
      const deleted = await query(
        tx,
        sql`DELETE FROM early_warning.rule WHERE id = ${id} AND state = 'draft' AND version = ${expected} RETURNING id`,
      );
      if (deleted.length === 0) throw new StaleVersionError();
      await this.note(tx, actor, 'deleted', id);
    });
  }

  /**
   * Puts a draft in force in place of the version before. It must still fit the catalogue, have been dry-run as it is, and be
   * published by a person who did not write it: what an app wrote by itself, it or another app does not put in force. Where it would
   * flag a larger share of the students than the school's policy says, that person states why.
   */
  async publish(actor: Actor, id: string, expected: number, { reason }: PublishRuleDto): Promise<RuleDto> {
    requireSchool(actor, 'early-warning:rule:write');
    const { personId } = actor;
    if (personId === undefined) throw new PersonNeeded();
    const share = await this.shareOfDraft(id, expected);
    return this.database.transaction(actor, async (tx) => {
      const rule = await this.find(tx, id);
      rule.requireDraft();
      if (rule.version !== expected) throw new StaleVersionError();
      await this.lock(tx, rule.code);
      const before = await tx.findOneBy(Rule, { code: rule.code, state: 'published' });
      if (before && before.number > rule.number) throw new RuleOutdated({ params: { number: before.number } });
      await checkedDefinition(tx, rule.definition as unknown as RuleDefinitionDto, '#/definition');
      rule.requireSecondPerson(personId);
      if (!(await this.wasTried(tx, id))) throw new DryRunNeeded();
      if (!share) throw new StaleVersionError();
      const now = this.clock.now();
      rule.publish(personId, now, share, reason);
      if (before) {
        before.retire(personId, now);
        await update(tx, before);
        await this.note(tx, actor, 'retired', before.id);
      }
      await update(tx, rule, expected);
      await this.note(tx, actor, 'published', id, reason);
      await requestRun(tx);
      return RuleDto.from(rule);
    });
  }

  /** Takes a rule out of force. Its open warnings stay for people to settle, or are withdrawn with it. */
  retire(actor: Actor, id: string, expected: number, { withdrawWarnings, note }: RetireRuleDto): Promise<RuleDto> {
    requireSchool(actor, 'early-warning:rule:write');
    return this.database.transaction(actor, async (tx) => {
      const rule = await this.find(tx, id);
      await this.lock(tx, rule.code);
      rule.retire(actor.personId ?? actor.app, this.clock.now());
      await update(tx, rule, expected);
      await this.note(tx, actor, 'retired', id);
      await query(tx, sql`UPDATE early_warning.warning SET holds = FALSE WHERE rule_code = ${rule.code} AND holds`);
      if (withdrawWarnings) await this.withdrawals.ofRule(tx, rule.code, actor.personId ?? actor.app, note);
      return RuleDto.from(rule);
    });
  }

  private note(
    tx: Tx,
    actor: Actor,
    what: 'drafted' | 'edited' | 'deleted' | 'published' | 'retired',
    id: string,
    reason?: string,
  ): Promise<void> {
    const subject = { kind: 'rule', id };
    return audit(tx, actor, { action: `early-warning.rule.${what}`, subject, ...(reason !== undefined && { reason }) });
  }

  /** undefined: it is no draft of this version, or does not fit the catalogue, which publishing then says. Waits for its turn at the engine. */
  private shareOfDraft(id: string, version: number): Promise<FlagShare | undefined> {
    return this.questions.ask(async (tx) => {
      const draft = await tx.findOneBy(Rule, { id, version, state: 'draft' });
      const fits = draft && checkRule(draft.definition, await metricCatalogue(tx)).length === 0;
      return fits ? this.flagShares.of(tx, draft.definition) : undefined;
    });
  }

  /** Whether the definition as it is now was dry-run over everybody, under the school's own numbers. */
  private async wasTried(tx: Tx, id: string): Promise<boolean> {
    const tried = await queryOne(
      tx,
      sql`SELECT 1 FROM early_warning.dry_run d JOIN early_warning.rule r ON r.id = d.rule_id
           WHERE r.id = ${id} AND d.unit_id IS NULL AND d.parameters IS NULL AND d.definition_hash = sha256(convert_to(r.definition::text, 'UTF8')) LIMIT 1`,
    );
    return tried !== undefined;
  }

  private lock(tx: Tx, code: string): Promise<unknown> {
    return query(tx, sql`SELECT pg_advisory_xact_lock(hashtext(${`early-warning rule ${code}`}))`);
  }

  private async find(tx: Tx, id: string): Promise<Rule> {
    const rule = await tx.findOneBy(Rule, { id });
    if (!rule) throw new NotFound({ what: 'rule' });
    return rule;
  }
}
