import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { EndBeforeBegin } from './members.problems.js';

export const MEMBER_KINDS = {
  full_member: { zh: '正式党员', en: 'Full member' },
  probationary_member: { zh: '预备党员', en: 'Probationary member' },
} as const;

export type MemberKind = keyof typeof MEMBER_KINDS;

export interface Membership {
  kind: MemberKind;
  joinedOn: string;
  partyGroup: string | null;
  validFrom: string;
  validTo: string | null;
}

/** Somebody in a branch, as what and from when to when. */
@Entity({ name: 'member', schema: 'party_building' })
export class Member extends BaseEntity {
  @Column('uuid')
  organizationId: string;

  @Column('uuid')
  personId: string;

  @Column('text')
  kind: MemberKind;

  /** The day the person joined the Party. */
  @Column('date')
  joinedOn: string;

  @Column('text', { nullable: true })
  partyGroup: string | null;

  /** First day in this branch as this kind of member. */
  @Column('date')
  validFrom: string;

  /** First day no longer; null = open. */
  @Column('date', { nullable: true })
  validTo: string | null;

  describe(values: Membership): void {
    const { kind, joinedOn, partyGroup, validFrom, validTo } = values;
    if (validTo !== null && validTo < validFrom) throw new EndBeforeBegin({ pointer: '#/validTo' });
    Object.assign(this, { kind, joinedOn, partyGroup, validFrom, validTo });
  }
}
