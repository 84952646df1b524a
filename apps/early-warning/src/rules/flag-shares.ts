import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { Policies } from '#policy';
import { CANNOT_SAY, type Rule } from '#rule-language';
import { addDays, CampusClock } from '#time';
import { Engine } from '../engine/engine.js';
import type { FlagShare } from './rule.entity.js';
import { RulePublishingPolicy } from './rule-publishing.policy.js';

/** Works out what publishing a rule would mean. */
@Injectable()
export class FlagShares {
  constructor(
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly policies: Policies,
  ) {}

  /** Over everybody and under the school's own numbers, whatever else was tried. Needs a snapshot with the dirty days folded. */
  async of(tx: Tx, definition: Rule): Promise<FlagShare> {
    const now = this.clock.today();
    const asOf = definition.on === 'data' ? now : addDays(now, -1);
    const policy = await this.policies.at(tx, RulePublishingPolicy, now);
    return this.engine.evaluate(tx, { rules: [{ number: 0, definition }], asOf }, (firings) => {
      const levels = firings.levels(0);
      const known = firings.about(0).filter((lane) => levels[lane] !== CANNOT_SAY);
      const flagged = known.filter((lane) => levels[lane]! > 0).length;
      const evaluated = known.length;
      const share = evaluated === 0 ? 0 : flagged / evaluated;
      return { asOf, flagged, evaluated, share, limit: policy.value.maxShare, policyVersion: policy.number };
    });
  }
}
