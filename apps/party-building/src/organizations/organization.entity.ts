import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { AlreadyDissolved, DissolvedBeforeFounded, JointBranchSpansUnits } from './organizations.problems.js';

export const ORGANIZATION_KINDS = {
  party_committee: { zh: '党委', en: 'Party committee' },
  general_branch: { zh: '党总支', en: 'General branch' },
  branch: { zh: '党支部', en: 'Branch' },
  joint_branch: { zh: '联合党支部', en: 'Joint branch' },
} as const;

export type OrganizationKind = keyof typeof ORGANIZATION_KINDS;

/** What each kind may hang below; only a committee may hang below nothing. */
export const PARENT_KINDS: Record<OrganizationKind, readonly OrganizationKind[]> = {
  party_committee: ['party_committee'],
  general_branch: ['party_committee'],
  branch: ['general_branch', 'party_committee'],
  joint_branch: ['general_branch', 'party_committee'],
};

/** Kinds that have members, admissions and grids. */
export const BRANCH_KINDS: readonly OrganizationKind[] = ['branch', 'joint_branch'];

/** A party organization. Its tree is its own, not the tree of units. */
@Entity({ name: 'organization', schema: 'party_building' })
export class Organization extends BaseEntity {
  @Column('text')
  kind: OrganizationKind;

  @Column('text')
  code: string;

  @Column('text')
  name: string;

  @Column('uuid', { nullable: true })
  parentId: string | null;

  /** The units of the school it spans. */
  @Column('uuid', { array: true })
  unitIds: string[];

  @Column('date')
  foundedOn: string;

  @Column('date', { nullable: true })
  dissolvedOn: string | null = null;

  describe(values: { code: string; name: string; parentId: string | null; unitIds: string[] }): void {
    if (this.dissolvedOn !== null) throw new AlreadyDissolved();
    if (this.kind === 'joint_branch' && values.unitIds.length < 2)
      throw new JointBranchSpansUnits({ pointer: '#/unitIds' });
    const { code, name, parentId, unitIds } = values;
    Object.assign(this, { code, name, parentId, unitIds });
  }

  dissolve(on: string): void {
    if (this.dissolvedOn !== null) throw new AlreadyDissolved();
    if (on < this.foundedOn) throw new DissolvedBeforeFounded({ pointer: '#/on' });
    this.dissolvedOn = on;
  }
}
