import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { MemberPeriodWrong, OrganisationDissolved } from './organisations.problems.js';

export const ORGANISATION_KINDS = {
  union: { zh: '学生会、研究生会', en: 'Student union' },
  club: { zh: '学生社团', en: 'Club' },
  volunteers: { zh: '志愿服务队', en: 'Volunteers' },
  community: { zh: '社区自治组织', en: 'Self-government of the community' },
  other: { zh: '其他学生组织', en: 'Another' },
} as const satisfies Record<string, Bilingual>;
export type OrganisationKind = keyof typeof ORGANISATION_KINDS;

export const ORGANISATION_STATUSES = {
  active: { zh: '活动中', en: 'active' },
  dissolved: { zh: '已解散', en: 'dissolved' },
} as const satisfies Record<string, Bilingual>;

export const MEMBER_POSTS = {
  president: { zh: '主要负责人', en: 'President: one at a time' },
  officer: { zh: '骨干', en: 'Officer' },
  member: { zh: '成员', en: 'Member' },
} as const satisfies Record<string, Bilingual>;
export type MemberPost = keyof typeof MEMBER_POSTS;

/** What students run themselves (学生组织、社团), under the guidance of a unit. */
@Entity({ schema: 'affairs', name: 'organisation' })
export class Organisation extends BaseEntity {
  /** The unit (directory) that guides it: whoever answers for that manages it. */
  @Column('uuid')
  unitId: string;

  @Column('text')
  kind: OrganisationKind;

  @Column('text')
  name: string;

  @Column('date')
  foundedOn: string;

  @Column('text')
  status: keyof typeof ORGANISATION_STATUSES = 'active';

  dissolve(): void {
    if (this.status === 'dissolved') throw new OrganisationDissolved();
    this.status = 'dissolved';
  }
}

/** A student's time in an organisation. */
@Entity({ schema: 'affairs', name: 'organisation_member' })
export class OrganisationMember extends BaseEntity {
  @Column('uuid')
  organisationId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  post: MemberPost;

  @Column('date')
  validFrom: string;

  /** Exclusive; null: without an end yet. */
  @Column('date', { nullable: true })
  validTo: string | null;

  /** Ends before it began: it was entered by mistake, and never held. */
  end(validTo: string): void {
    if (validTo < this.validFrom) throw new MemberPeriodWrong({ pointer: '#/validTo' });
    this.validTo = validTo;
  }
}
