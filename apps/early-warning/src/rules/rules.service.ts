import { Injectable } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import type { Actor } from '#auth';
import { Database, insert, query, queryOne, sql, type Tx, update } from '#database';
import { Invalid, keyset, NotFound, type Page, toPage } from '#http';
import { checkRule } from '../kernel/check-rule.js';
import type { Rule as Definition } from '../kernel/language.js';
import { metricCatalogue, requireSchool } from '../metrics/metrics.service.js';
import { wantRun } from '../observations/ledger.js';
import { Rule } from './rule.entity.js';
import { RuleDto, type RuleDefinitionDto, type RulesQuery } from './rules.dto.js';
import { RuleOutdated } from './rules.problems.js';

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
  constructor(private readonly database: Database) {}

  async list(page: RulesQuery): Promise<Page<RuleDto>> {
    const keys = keyset(page, { sorts: { code: sql`r.code` }, defaultSort: 'code', id: sql`r.id` });
    const rows = await query<Rule>(
      this.database.reader,
      sql`SELECT r.id, r.code, r.number, r.state, r.definition, r.created_at AS "createdAt", r.published_at AS "publishedAt",
                 r.retired_at AS "retiredAt", r.version
            FROM early_warning.rule r
           WHERE ${keys.where} AND (${page.state ?? null}::text IS NULL OR r.state = ${page.state ?? null})
             AND (${page.code ?? null}::text IS NULL OR r.code = ${page.code ?? null})
           ORDER BY ${keys.orderBy} LIMIT ${keys.limit}`,
    );
    return toPage(rows, page, (row) => [row.code, row.id], RuleDto.from);
  }

  async get(id: string): Promise<RuleDto> {
    return RuleDto.from(await this.find(this.database.reader, id));
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
      return RuleDto.from(await insert(tx, rule));
    });
  }

  /** Puts a draft in force in place of the version before; it must still fit the catalogue. */
  publish(actor: Actor, id: string, expected: number): Promise<RuleDto> {
    requireSchool(actor, 'early-warning:rule:write');
    return this.database.transaction(actor, async (tx) => {
      const rule = await this.find(tx, id);
      await this.lock(tx, rule.code);
      const before = await tx.findOneBy(Rule, { code: rule.code, state: 'published' });
      rule.publish(actor.personId ?? actor.app);
      if (before && before.number > rule.number) throw new RuleOutdated({ params: { number: before.number } });
      await checkedDefinition(tx, rule.definition as unknown as RuleDefinitionDto, '#/definition');
      if (before) {
        before.retire();
        await update(tx, before);
      }
      await update(tx, rule, expected);
      await wantRun(tx);
      return RuleDto.from(rule);
    });
  }

  /** Takes a rule out of force. Its warnings stay for people to settle. */
  retire(actor: Actor, id: string, expected: number): Promise<RuleDto> {
    requireSchool(actor, 'early-warning:rule:write');
    return this.database.transaction(actor, async (tx) => {
      const rule = await this.find(tx, id);
      await this.lock(tx, rule.code);
      rule.retire();
      await update(tx, rule, expected);
      await query(tx, sql`UPDATE early_warning.warning SET holds = FALSE WHERE rule_code = ${rule.code} AND holds`);
      return RuleDto.from(rule);
    });
  }

  private lock(tx: Tx, code: string): Promise<unknown> {
    return query(tx, sql`SELECT pg_advisory_xact_lock(hashtext(${`early-warning rule ${code}`}))`);
  }

  private async find(tx: Tx, id: string): Promise<Rule> {
    const rule = await tx.findOneBy(Rule, { id });
    if (!rule) throw new NotFound();
    return rule;
  }
}
