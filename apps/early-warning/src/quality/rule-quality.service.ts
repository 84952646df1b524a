import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, sql } from '#database';
import { Policies } from '#policy';
import { Invalid } from '#problems';
import { addDays, CampusClock } from '#time';
import { listed } from '../disclosure/egress.js';
import { ruleOfWarning, visibleTo } from '../warnings/visibility.js';
import { RuleQualitiesDto, type RuleQualityQuery } from './rule-quality.dto.js';
import { RuleQualityPolicy } from './rule-quality.policy.js';
import { qualityOfCodes, qualityOfVersions } from './rule-quality.queries.js';

const DEFAULT_DAYS = 90;

/** What people made of the warnings of each rule: how often it was right, how soon that was said. */
@Injectable()
export class RuleQuality {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
  ) {}

  /** Counts the warnings the actor may see. */
  async report(actor: Actor, { from, to, code }: RuleQualityQuery): Promise<RuleQualitiesDto> {
    const now = this.clock.today();
    const last = to ?? now;
    const first = from ?? addDays(last, 1 - DEFAULT_DAYS);
    if (first > last)
      throw new Invalid({ errors: [{ pointer: '?from', zh: '不能晚于末日', en: 'must not be after the last day' }] });
    return this.database.read(async (tx) => {
      const policy = await this.policies.at(tx, RuleQualityPolicy, now);
      const question = {
        from: this.clock.instantOf(first, '00:00'),
        until: this.clock.instantOf(last, '24:00'),
        now: this.clock.now(),
        code,
        policy: policy.value,
        scope: visibleTo(actor, 'early-warning:warning:read', ruleOfWarning, sql`w.student_id`, now),
      };
      const report = Object.assign(new RuleQualitiesDto(), {
        ...{ from: first, to: last, policyVersion: policy.number },
        rules: await qualityOfVersions(tx, question),
        codes: await qualityOfCodes(tx, question),
      });
      return listed(report);
    });
  }
}
