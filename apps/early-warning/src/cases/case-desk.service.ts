import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, onConflict, StaleVersionError, type Tx, update } from '#database';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import type { CareCase } from './care-case.entity.js';
import { type CareLevel, CarePolicy } from './care.policy.js';
import { CaseDetails } from './case-details.service.js';
import { type CaseAction, type CaseAsker, caseRefusal, type CaseWaiting } from './case-offers.js';
import type { CareCaseDetailDto } from './cases.dto.js';
import { CaseAlreadyOpen, CodeUnknown, DecisionOfOwn } from './cases.problems.js';
import { findCase, standingOf } from './cases.queries.js';
import { CaseSupervision } from './supervision.service.js';

/** A case, locked for who acts on it. */
export interface Handling {
  tx: Tx;
  of: CareCase;
  by: CaseAsker;
  waiting: CaseWaiting;
  now: Date;
  today: string;
}

/** What all use cases of care cases share: locking a case, asking whether it may be done, writing it, and answering with it. */
@Injectable()
export class CaseDesk {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly supervision: CaseSupervision,
    private readonly details: CaseDetails,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Does something with a case where `caseRefusal` has nothing against it, and answers with the case. `expected`: the version the caller
   * saw; undefined where something is added that contradicts nothing.
   */
  change(
    actor: Actor,
    id: string,
    expected: number | undefined,
    wanted: CaseAction | ((tx: Tx) => Promise<CaseAction>),
    fn: (handling: Handling) => Promise<void>,
  ): Promise<CareCaseDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const [today, now] = [this.clock.today(), this.clock.now()];
      const of = await findCase(tx, actor, id, today, 'update');
      if (expected !== undefined && of.version !== expected) throw new StaleVersionError();
      const action = typeof wanted === 'string' ? wanted : await wanted(tx);
      const { by, waiting } = await standingOf(tx, actor, of, today);
      const refused = caseRefusal(action, of, by, waiting);
      if (refused) throw refused;
      await fn({ tx, of, by, waiting, now, today });
      await this.write(tx, of);
      await audit(tx, actor, { action: `early-warning.case.${action}`, subject: { kind: 'case', id } });
      return this.details.of(tx, actor, of);
    });
  }

  /** Writes a case that has changed, or something of it has, and sees to what is due of it. */
  async write(tx: Tx, of: CareCase): Promise<void> {
    await this.students.sealFields(tx, of);
    await onConflict(update(tx, of), {
      care_case_one: () => new CaseAlreadyOpen(),
      care_case_level_by_two: () => new DecisionOfOwn(),
      care_case_closed_by_two: () => new DecisionOfOwn(),
      care_case_reopened_by_two: () => new DecisionOfOwn(),
    });
    await this.supervision.settle(tx, of);
  }

  /** A level of the school's, and its place among them. Throws CodeUnknown (422). */
  async levelOf(tx: Tx, key: string): Promise<{ level: CareLevel; rank: number }> {
    const { value } = await this.policies.at(tx, CarePolicy, this.clock.today());
    const i = value.levels.findIndex((one) => one.key === key);
    if (i < 0) throw new CodeUnknown({ pointer: '#/level' });
    return { level: value.levels[i]!, rank: i + 1 };
  }

  /** The level that a case has; where the school has given it up since, the mildest counts. */
  async levelNow(tx: Tx, { level }: Pick<CareCase, 'level'>): Promise<CareLevel | undefined> {
    if (level === null) return undefined;
    const { value } = await this.policies.at(tx, CarePolicy, this.clock.today());
    return value.levels.find(({ key }) => key === level) ?? value.levels[0]!;
  }
}
