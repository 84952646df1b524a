import { Injectable } from '@nestjs/common';
import type { AppointmentKind } from '#contracts';
import type { Tx } from '#database';
import { Policies } from '#policy';
import { type Appointment, responsibleFor } from '#roster';
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
  post: AppointmentKind;
  personIds: string[];
  last: boolean;
}

/** A step of the line that has been told of a student. */
export type Told = Omit<Below, 'after'> & Pick<Step, 'step'>;

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
    const { line, holders } = await this.held(tx, all);
    return all.map((one) => {
      for (const [i, { post }] of line.entries()) {
        const personIds = i < one.after ? [] : holders(one, i);
        if (personIds.length > 0) return { step: i + 1, post, personIds, last: i + 1 === line.length };
      }
      return undefined;
    });
  }

  /** For each, in their order: who holds its step now. */
  async holders(tx: Tx, all: readonly Told[]): Promise<string[][]> {
    const { holders } = await this.held(tx, all);
    return all.map((one) => holders(one, one.step - 1));
  }

  /** The highest step of the line. */
  async last(tx: Tx): Promise<Pick<Step, 'step' | 'post'>> {
    const { line } = (await this.policies.at(tx, CarePolicy, this.clock.today())).value;
    return { step: line.length, post: line.at(-1)!.post };
  }

  private async held(tx: Tx, all: readonly Omit<Below, 'after'>[]) {
    const today = this.clock.today();
    const { line } = (await this.policies.at(tx, CarePolicy, today)).value;
    const students = [...new Set(all.map(({ studentId }) => studentId))];
    const held = new Map<string, Appointment[]>(students.map((id) => [id, []]));
    for (const one of await responsibleFor(tx, students, today, [...new Set(line.map(({ post }) => post))]))
      held.get(one.studentId)!.push(one);
    /** The holders of the i-th step who may be told of it, in the order of their ids. */
    const holders = ({ studentId, but, posts = null }: Omit<Below, 'after'>, i: number): string[] => {
      const step = line[i];
      if (!step || (posts && !posts.includes(step.post))) return [];
      const those = held
        .get(studentId)!
        .filter(({ kind, unitKind }) => kind === step.post && unitKind === step.unitKind);
      const ids = new Set(those.map(({ personId }) => personId));
      return [...ids].filter((id) => id !== but && id !== studentId).sort();
    };
    return { line, holders };
  }
}
