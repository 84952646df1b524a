import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { HonourNotInState, HonourNotYours, VerifiedByAnother } from './honours.problems.js';

export const HONOUR_LEVELS = {
  national: { zh: '国家级', en: 'national' },
  province: { zh: '省部级', en: 'of a province or ministry' },
  city: { zh: '市级', en: 'of a city' },
  school: { zh: '校级', en: 'of the school' },
} as const satisfies Record<string, Bilingual>;
export type HonourLevel = keyof typeof HONOUR_LEVELS;

export const HONOUR_STATUSES = {
  recorded: { zh: '待核实', en: 'recorded: waits to be verified' },
  verified: { zh: '已核实', en: 'verified' },
  withdrawn: { zh: '已撤回', en: 'withdrawn, before or after it was verified' },
} as const satisfies Record<string, Bilingual>;
export type HonourStatus = keyof typeof HONOUR_STATUSES;

export const HONOUR_ACTIONS = {
  verify: { zh: '核实', en: 'verify it' },
  withdraw: { zh: '撤回', en: 'withdraw it' },
} as const satisfies Record<string, Bilingual>;
export type HonourAction = keyof typeof HONOUR_ACTIONS;

/** Who asks, as far as it matters to an honour. */
export interface Asker {
  own: boolean;
  verifies: boolean;
  personId: string | undefined;
}

/** What a unit or a student was honoured with. */
@Entity({ schema: 'affairs', name: 'honour' })
export class Honour extends BaseEntity {
  /** The unit, or the student, whose it is. */
  @Column('uuid', { nullable: true })
  unitId: string | null;

  @Column('uuid', { nullable: true })
  studentId: string | null;

  /** Null: the student's data was erased. */
  @Column('text', { nullable: true })
  title: string | null;

  @Column('text')
  level: HonourLevel;

  @Column('int')
  year: number;

  @Column('text')
  awardedBy: string;

  @Column('text')
  status: HonourStatus = 'recorded';

  @Column('uuid', { nullable: true })
  recordedBy: string | null;

  @Column('uuid', { nullable: true })
  verifiedBy: string | null = null;

  /** Why something cannot be done with it by who asks; undefined: it can. The one place that says so. */
  refusal(action: HonourAction, { own, verifies, personId }: Asker): Problem | undefined {
    if (action === 'withdraw') {
      if (this.status === 'withdrawn') return new HonourNotInState();
      const allowed = verifies || (own && this.status === 'recorded');
      return allowed ? undefined : new HonourNotYours();
    }
    if (!verifies) return new HonourNotYours();
    if (this.status !== 'recorded') return new HonourNotInState();
    return personId && personId === this.recordedBy ? new VerifiedByAnother() : undefined;
  }
}
