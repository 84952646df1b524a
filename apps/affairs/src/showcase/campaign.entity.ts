import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { ShowcaseOutsidePhase, ShowcasePhasesWrong } from './showcase.problems.js';

export const PHASES = {
  upload: { zh: '自主展示', en: 'works are handed in, as many as one likes' },
  nominate: { zh: '推荐', en: 'the school nominates' },
  select: { zh: '遴选与集中展示', en: 'the best are selected' },
} as const satisfies Record<string, Bilingual>;
export type Phase = keyof typeof PHASES;

/** First and last day, inclusive: YYYY-MM-DD. */
export interface Days {
  from: string;
  to: string;
}

export interface Section {
  key: string;
  name: Bilingual;
}

/** What a campaign says. */
export interface CampaignRules {
  title: string;
  year: number;
  phases: Record<Phase, Days>;
  sections: readonly Section[];
  perSchool: number;
  perSection: number;
  reviewerIds: readonly string[];
}

/** A showcase (风采展示): units of the school hand works in, the school nominates some, reviewers score, the best are selected. */
@Entity({ schema: 'affairs', name: 'showcase_campaign' })
export class Campaign extends BaseEntity {
  @Column('text')
  title: string;

  @Column('int')
  year: number;

  @Column('jsonb')
  phases: Record<Phase, Days>;

  @Column('jsonb')
  sections: Section[];

  /** Nominations of the school. */
  @Column('int')
  perSchool: number;

  /** Nominations of a section. */
  @Column('int')
  perSection: number;

  @Column('uuid', { array: true })
  reviewerIds: string[];

  change({ title, year, phases, sections, perSchool, perSection, reviewerIds }: CampaignRules): void {
    const days = [phases.upload, phases.nominate, phases.select].flatMap(({ from, to }) => [from, to]);
    const ordered = days.every((day, i) => i === 0 || (i % 2 === 1 ? days[i - 1]! <= day : days[i - 1]! < day));
    if (!ordered) throw new ShowcasePhasesWrong({ pointer: '#/phases' });
    Object.assign(this, { title, year, phases, sections, perSchool, perSection, reviewerIds });
  }

  /** Why something of one of these phases cannot be done on a date; undefined: it can. */
  outside(date: string, ...phases: Phase[]): Problem | undefined {
    if (phases.some((phase) => this.phases[phase].from <= date && date <= this.phases[phase].to)) return undefined;
    const [first, last] = [this.phases[phases[0]!], this.phases[phases.at(-1)!]];
    return new ShowcaseOutsidePhase({ params: { from: first.from, to: last.to } });
  }
}
