import { Injectable } from '@nestjs/common';
import { Database, query, sql } from '#database';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { RuleParametersPolicy } from '../engine/rule-parameters.policy.js';
import { type RuleParameterDto, RuleParametersDto } from './rule-parameters.dto.js';

/** The numbers that rules leave to the school. */
@Injectable()
export class RuleParameters {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
  ) {}

  /** What published rules and drafts name, with what the policy in force today says. */
  async list(): Promise<RuleParametersDto> {
    return this.database.read(async (tx) => {
      const { value, number } = await this.policies.at(tx, RuleParametersPolicy, this.clock.today());
      const named = await query<Omit<RuleParameterDto, 'value'>>(
        tx,
        sql`SELECT p.node ->> '$p' AS name, jsonb_agg(DISTINCT p.node -> 'default') AS defaults,
                   jsonb_agg(DISTINCT jsonb_build_object('code', r.code, 'number', r.number, 'state', r.state)) AS rules
              FROM early_warning.rule r, jsonb_path_query(r.definition, 'strict $.** ? (exists (@."$p"))') AS p(node)
             WHERE r.state IN ('published', 'draft') GROUP BY 1 ORDER BY 1`,
      );
      const set = new Map(Object.entries(value.values));
      const parameters = named.map((one) => ({ ...one, value: set.get(one.name) ?? null }));
      const names = new Set(named.map(({ name }) => name));
      const unused = [...set.keys()].filter((name) => !names.has(name)).sort();
      return Object.assign(new RuleParametersDto(), { policyVersion: number, parameters, unused });
    });
  }
}
