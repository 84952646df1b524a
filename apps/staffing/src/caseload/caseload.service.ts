import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { Database, query, queryOne, sql } from '#database';
import { keyset, NotFound, type Page, toPage } from '#http';
import { Policies } from '#policy';
import { today, unitInScope } from '#roster';
import { CaseloadDto, type CaseloadQuery, RatioDto, type RatioQuery, UnitRatioDto } from './caseload.dto.js';
import { type CaseloadRow, caseloads, ratioByUnit } from './caseload.queries.js';
import { RatioPolicy } from './ratio.policy.js';

/** How many students there are for each counselor: by unit, and by person. */
@Injectable()
export class Caseload {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly config: Config,
  ) {}

  ratio(actor: Actor, { unitKind, on = today(this.config.timeZone) }: RatioQuery): Promise<RatioDto> {
    return this.database.read(async (tx) => {
      const { value: rule, number } = await this.policies.at(tx, RatioPolicy, on);
      const rows = await ratioByUnit(tx, { scope: actor.scopeOf('staffing:ratio:read'), unitKind, on, rule });
      const units = rows.map((row) => UnitRatioDto.from(row));
      return Object.assign(new RatioDto(), { on, rule, ruleNumber: number, units });
    });
  }

  caseload(actor: Actor, filter: CaseloadQuery): Promise<Page<CaseloadDto>> {
    const now = today(this.config.timeZone);
    const { unitId, on = now } = filter;
    const scope = actor.scopeOf('staffing:ratio:read');
    const sorts = { students: sql`c.students`, number: sql`c.number` };
    const page = keyset(filter, { sorts, defaultSort: '-students', id: sql`c."personId"` });
    return this.database.read(async (tx) => {
      if (unitId) {
        const mayAsk = unitInScope(scope, sql`u.id`);
        const unit = await queryOne(
          tx,
          sql`SELECT 1 FROM directory.published_unit_v1 u WHERE u.id = ${unitId} AND ${mayAsk}`,
        );
        if (!unit) throw new NotFound({ what: 'unit' });
      }
      const { value: rule } = await this.policies.at(tx, RatioPolicy, on);
      const rows = await query<CaseloadRow>(
        tx,
        sql`SELECT c.*, ${page.sortKey} AS "sortKey" FROM (${caseloads({ scope, unitId, on, rule, today: now })}) c
             WHERE ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
      );
      return toPage(
        rows,
        filter,
        (row) => [row.sortKey, row.personId],
        (row) => CaseloadDto.from(row),
      );
    });
  }
}
