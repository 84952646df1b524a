import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import type { Tx } from '#database';
import { Policies } from '#policy';
import { addWorkingDays } from '#roster';
import { AdmissionPolicy, stepsWith } from './admission.policy.js';
import type { Moment, WorkingDays } from './engine.js';
import { ruleSet, type Step } from './rule-set.js';

/** The steps an admission runs under: the national text and the school's additions it was stamped with. */
@Injectable()
export class AdmissionRules {
  constructor(private readonly policies: Policies) {}

  /** A look-up that reads the school's policies once, for one transaction. */
  async reader(tx: Tx): Promise<(stamp: { ruleVersion: string; policyNumber: number }) => readonly Step[]> {
    const versions = await this.policies.versions(tx, 'party-building.admission');
    const known = new Map<string, readonly Step[]>();
    return ({ ruleVersion, policyNumber }) => {
      const key = `${ruleVersion} ${policyNumber}`;
      const steps = known.get(key);
      if (steps) return steps;
      const stored = versions.find((version) => version.number === policyNumber);
      const policy = stored ? plainToInstance(AdmissionPolicy, stored.value) : new AdmissionPolicy();
      const made = stepsWith(ruleSet(ruleVersion), policy);
      known.set(key, made);
      return made;
    };
  }
}

/** Working days by the campus calendar, each asked for once. */
export function workingDaysOf(tx: Tx): WorkingDays {
  const known = new Map<string, Promise<Moment>>();
  return (date, n) => {
    const key = `${date} ${n}`;
    const moment = known.get(key) ?? addWorkingDays(tx, date, n);
    known.set(key, moment);
    return moment;
  };
}
