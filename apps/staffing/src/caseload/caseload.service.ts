import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, sql } from '#database';
import { list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { unitInScope } from '#roster';
import { CampusClock } from '#time';
import { CaseloadDto, type CaseloadQuery, RatioDto, type RatioQuery, UnitRatioDto } from './caseload.dto.js';
import { caseloads, ratioByUnit } from './caseload.queries.js';
import { RatioPolicy } from './ratio.policy.js';

/** How many students there are for each counselor: by unit, and by person. */
@Injectable()
export class Caseload {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  ratio(actor: Actor, { unitKind, on = this.clock.today() }: RatioQuery): Promise<RatioDto> {
    return this.database.read(async (tx) => {
      const { value: rule, number } = await this.policies.at(tx, RatioPolicy, on);
      const rows = await ratioByUnit(tx, { scope: actor.scopeOf('staffing:ratio:read'), unitKind, on, rule });
      const units = rows.map((row) => UnitRatioDto.from(row));
      return Object.assign(new RatioDto(), { on, rule, ruleNumber: number, units });
    });
  }

  caseload(actor: Actor, filter: CaseloadQuery): Promise<Page<CaseloadDto>> {
    const now = this.clock.today();
    const { unitId: unitIds = [], on = now } = filter;
    const scope = actor.scopeOf('staffing:ratio:read');
    return this.database.read(async (tx) => {
      const known = await query(
        tx,
        sql`SELECT 1 FROM directory.published_unit_v1 u WHERE u.id = ANY(${unitIds}::uuid[]) AND ${unitInScope(scope, sql`u.id`)}`,
      );
      if (known.length < unitIds.length) throw new NotFound({ what: 'unit' });
      const { value: rule } = await this.policies.at(tx, RatioPolicy, on);
      return list(tx, filter, {
        select: sql`c.*`,
        from: sql`(${caseloads({ scope, unitIds, on, rule, today: now })}) c`,
        where: [],
        sorts: { students: sql`c.students`, number: sql`c.number` },
        defaultSort: '-students',
        id: sql`c."personId"`,
        to: CaseloadDto.from,
      });
    });
  }
}
