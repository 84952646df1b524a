import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import {
  ConnectorHasNoDraft,
  ConnectorNotTried,
  ConnectorPaused,
  ConnectorSecondPersonNeeded,
} from './connectors.problems.js';
import type { Mapping } from './mapping.js';
import type { Brings } from './sheets.js';
import type { ViewPull } from './view/view-connection.js';

/** What the first and the second person are known by: a person, or an app by itself. */
export type By = string;

/** What a connector is pulled from. */
export type Pull = OneRosterPull | ViewPull;

/** A OneRoster service (REST), and when it is asked. */
export interface OneRosterPull {
  oneRoster: '1.1' | '1.2';
  /** Up to `/ims/oneroster/…`. */
  url: string;
  tokenUrl: string;
  clientId: string;
  /** Each day at this time on campus, and up to so many minutes later; null: only when somebody asks. */
  at: string | null;
  jitterMinutes: number;
}

export const viewOf = (pull: Pull | null): ViewPull | null => (pull && 'view' in pull ? pull : null);
export const oneRosterOf = (pull: Pull | null): OneRosterPull | null => (pull && 'oneRoster' in pull ? pull : null);

/** Where the secret is sealed, as `npm run keys` names it. */
export function secretPlace(connectorId: string): string {
  return `integration.connector ${connectorId}`;
}

/** A system of the school that brings its roster, or what is observed of students. */
@Entity({ schema: 'integration', name: 'connector' })
export class Connector extends BaseEntity {
  @Column('text')
  name: string;

  @Column('text')
  brings: Brings;

  /** Under this name directory, or early warning, keeps what it brings. */
  @Column('text')
  source: string;

  @Column('timestamptz', { nullable: true })
  pausedAt: Date | null = null;

  /** Where its OneRoster service or its view is; null: its files are handed in. */
  @Column('jsonb', { nullable: true })
  pull: Pull | null = null;

  /** The secret of `pull.clientId`, or the password of `pull.user`. */
  @Column('bytea', { nullable: true })
  sealedSecret: Buffer | null = null;

  get view(): ViewPull | null {
    return viewOf(this.pull);
  }

  get oneRoster(): OneRosterPull | null {
    return oneRosterOf(this.pull);
  }

  pause(now: Date): void {
    this.pausedAt ??= now;
  }

  resume(): void {
    this.pausedAt = null;
  }

  /** Throws ConnectorPaused. */
  assertRuns(): void {
    if (this.pausedAt) throw new ConnectorPaused();
  }
}

/** How the files of a connector are read: a draft, tried, then published by a second person. Published ones stay as they are. */
@Entity({ schema: 'integration', name: 'connector_profile' })
export class ConnectorProfile extends BaseEntity {
  @Column('uuid')
  connectorId: string;

  @Column('int')
  number: number;

  @Column('jsonb')
  mapping: Mapping;

  @Column('text', { array: true })
  draftedBy: By[];

  @Column('timestamptz', { nullable: true })
  triedAt: Date | null = null;

  @Column('int', { nullable: true })
  triedRows: number | null = null;

  @Column('int', { nullable: true })
  triedProblems: number | null = null;

  @Column('timestamptz', { nullable: true })
  publishedAt: Date | null = null;

  @Column('text', { nullable: true })
  publishedBy: By | null = null;

  /** Another mapping: what was tried before says nothing of it. */
  redraft(mapping: Mapping, by: By): void {
    this.mapping = mapping;
    if (!this.draftedBy.includes(by)) this.draftedBy = [...this.draftedBy, by];
    this.triedAt = this.triedRows = this.triedProblems = null;
  }

  try(rows: number, problems: number, now: Date): void {
    this.triedAt = now;
    this.triedRows = rows;
    this.triedProblems = problems;
  }

  /** Throws unless its last trial read rows and found nothing wrong, or when `by` has written any of it. */
  publish(by: By, now: Date): void {
    if (this.publishedAt) throw new ConnectorHasNoDraft();
    if (this.triedProblems !== 0 || !this.triedRows) throw new ConnectorNotTried();
    if (this.draftedBy.includes(by)) throw new ConnectorSecondPersonNeeded();
    this.publishedAt = now;
    this.publishedBy = by;
  }
}

/** What is wrong with a column, in how many rows; the first of them. */
export interface ColumnProblem extends Bilingual {
  column: string | null;
  rows: number;
  firstLine: number | null;
}
