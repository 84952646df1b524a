import { Injectable } from '@nestjs/common';
import type { AppointmentKind } from '#contracts';
import type { Tx } from '#database';
import { Policies } from '#policy';
import { responsibleFor } from '#roster';
import { CampusClock } from '#time';
import { CarePolicy } from './care.policy.js';

/** About whom the line is asked. */
export interface Below {
  studentId: string;
  /** The step that has been told, from 1; 0: none yet. */
  after: number;
  /** Who is passed over: it is theirs already. */
  but?: string;
  /** The posts that may know of it; null: every post. */
  posts?: readonly AppointmentKind[] | null;
}

/** A step of the line and who holds it. `last`: nothing is above it. */
export interface Step {
  step: number;
  personIds: string[];
  last: boolean;
}

/** Who is above whom over students (督办逐级上报), as the care policy has it. */
@Injectable()
export class SupervisionLine {
  constructor(
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /**
   * For each, in their order: the nearest step above that is held by others. Steps that nobody holds are passed over at once; undefined:
   * nobody is above. Two statements, however many are asked about.
   */
  async above(tx: Tx, all: readonly Below[]): Promise<(Step | undefined)[]> {
    const today = this.clock.today();
    const { line } = (await this.policies.at(tx, CarePolicy, today)).value;
    const students = [...new Set(all.map(({ studentId }) => studentId))];
    const held = await responsibleFor(tx, students, today, [...new Set(line.map(({ post }) => post))]);
    return all.map(({ studentId, after, but, posts = null }) => {
      for (const [i, { post, unitKind }] of line.entries()) {
        if (i < after || (posts && !posts.includes(post))) continue;
        const holders = held.filter(
          (one) => one.studentId === studentId && one.kind === post && one.unitKind === unitKind,
        );
        const personIds = [...new Set(holders.map(({ personId }) => personId))].filter(
          (id) => id !== but && id !== studentId,
        );
        if (personIds.length > 0) return { step: i + 1, personIds: personIds.sort(), last: i + 1 === line.length };
      }
      return undefined;
    });
  }

  /** How many steps the line has. */
  async length(tx: Tx): Promise<number> {
    return (await this.policies.at(tx, CarePolicy, this.clock.today())).value.line.length;
  }
}
