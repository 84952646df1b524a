import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { By, ColumnProblem } from './connector.entity.js';
import { ConnectorRunNotHeld, ConnectorSecondPersonNeeded } from './connectors.problems.js';

export const RUN_STATES = {
  pulling: { zh: '正在拉取', en: 'it is being pulled' },
  refused: { zh: '有行出错，什么都没有写入', en: 'rows are wrong; nothing was written' },
  queued: { zh: '等待比对', en: 'it waits to be compared' },
  comparing: { zh: '正在比对', en: 'it is being compared' },
  compared: { zh: '已比对（只比对）', en: 'it was compared, as was asked for' },
  held: { zh: '缩减或变更过大，待另一人放行', en: 'too much would end or change: somebody else must release it' },
  ready: { zh: '等待写入', en: 'it waits to take effect' },
  applying: { zh: '正在写入', en: 'it is taking effect' },
  applied: { zh: '已写入', en: 'it has taken effect' },
  failed: { zh: '名册未接受，什么都没有写入', en: 'the roster did not take it; nothing was written' },
  discarded: { zh: '已放弃', en: 'it was discarded' },
} as const satisfies Record<string, Bilingual>;
export type RunState = keyof typeof RUN_STATES;

const MOST_RESTARTS = 5;
const CHANGES: ColumnProblem = {
  ...{ column: null, rows: 0, firstLine: null },
  zh: '读取期间来源一再变化，或不按 offset 与 sort=sourcedId 分页：请安排在夜间拉取，或请对方核对分页（什么都没有写入）',
  en: 'the source changes again and again while it is read, or does not page by offset and sort=sourcedId: pull it at night, or have the source looked at (nothing was written)',
};

/** What a run makes, changes and ends, by kind. */
export type Counts = Record<string, { create: number; change: number; close: number }>;

/** What early warning takes of the rows of a run, or has taken. */
export interface Fed {
  accepted: number;
  refused: number;
  problems: ColumnProblem[];
}

/** A job of directory's, as far as a run asks about it. */
export interface ImportJob {
  id: string;
  status: 'queued' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled';
  counts: Counts | null;
  /** Why the import would be refused, of one that only compares. */
  reasons: Bilingual[];
  problems: ColumnProblem[];
}

/** One listing of a source: compared with the roster, then taken over as a whole or not at all. */
@Entity({ schema: 'integration', name: 'connector_run' })
export class ConnectorRun extends BaseEntity {
  @Column('uuid')
  connectorId: string;

  @Column('int')
  number: number;

  @Column('uuid', { nullable: true })
  profileId: string | null;

  @Column('boolean')
  dryRun: boolean;

  @Column('text')
  state: RunState;

  /** Of the file as it was sent; what was pulled has none. */
  @Column('text', { nullable: true })
  sha256: string | null;

  @Column('int')
  rows: number;

  /** How often a resource was asked for from its beginning again. */
  @Column('int')
  restarts = 0;

  /** What is wrong with it; of one that is being pulled, why the source is asked again. */
  @Column('jsonb')
  problems: ColumnProblem[];

  @Column('jsonb', { nullable: true })
  counts: Counts | { observations: Omit<Fed, 'problems'> } | null = null;

  @Column('jsonb')
  reasons: Bilingual[] = [];

  /** Of directory. */
  @Column('uuid', { nullable: true })
  jobId: string | null = null;

  @Column('text')
  requestedBy: By;

  @Column('text', { nullable: true })
  releasedBy: By | null = null;

  @Column('text', { nullable: true })
  releaseReason: string | null = null;

  @Column('boolean')
  allowIdentityChanges = false;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null = null;

  /** Another page is there. */
  pulled(rows: number, last: boolean): void {
    this.rows += rows;
    this.problems = [];
    if (last) this.state = 'queued';
  }

  /** The source has changed while a resource was read, of which `rows` objects are let go; some times it is read anew. */
  startAgain(rows: number, now: Date): void {
    if (this.restarts === MOST_RESTARTS) return this.fail([CHANGES], now);
    this.rows -= rows;
    this.restarts++;
  }

  /** Directory has taken the file: to compare it, or to import it. */
  sent(jobId: string): void {
    this.jobId = jobId;
    this.state = this.state === 'ready' ? 'applying' : 'comparing';
  }

  /** What came of directory's job, once it has ended. */
  learn({ status, counts, reasons, problems }: ImportJob, now: Date): void {
    if (status !== 'succeeded') return this.fail(problems, now);
    this.counts = counts;
    if (this.state === 'applying') return this.finish('applied', now);
    this.reasons = reasons;
    if (this.dryRun) return this.finish('compared', now);
    if (isEmpty(counts)) return this.finish('applied', now);
    this.state = reasons.length > 0 ? 'held' : 'ready';
  }

  /** What early warning would take, or has taken; rows that it refuses are told, the others go in. */
  fed({ accepted, refused, problems }: Fed, reasons: Bilingual[], now: Date): void {
    this.counts = { observations: { accepted, refused } };
    this.problems = problems;
    if (accepted === 0) return this.finish('failed', now);
    if (this.state === 'ready') return this.finish('applied', now);
    this.reasons = reasons;
    if (this.dryRun) return this.finish('compared', now);
    this.state = reasons.length > 0 ? 'held' : 'ready';
  }

  /** Rows are wrong. */
  refuse(problems: ColumnProblem[], now: Date): void {
    this.problems = problems;
    this.finish('refused', now);
  }

  fail(problems: ColumnProblem[], now: Date): void {
    this.problems = problems;
    this.finish('failed', now);
  }

  /** Somebody other than who asked for it answers for what would end or change. */
  release(by: By, reason: string, allowIdentityChanges: boolean): void {
    if (this.state !== 'held') throw new ConnectorRunNotHeld();
    if (by === this.requestedBy) throw new ConnectorSecondPersonNeeded();
    this.releasedBy = by;
    this.releaseReason = reason;
    this.allowIdentityChanges = allowIdentityChanges;
    this.state = 'ready';
  }

  discard(now: Date): void {
    if (this.state !== 'held') throw new ConnectorRunNotHeld();
    this.finish('discarded', now);
  }

  private finish(state: RunState, now: Date): void {
    this.state = state;
    this.finishedAt = now;
  }
}

/** The listing says nothing that the roster does not know. */
function isEmpty(counts: Counts | null): boolean {
  return Object.values(counts ?? {}).every(({ create, change, close }) => create + change + close === 0);
}

/** A page of what a run has pulled. */
@Entity({ schema: 'integration', name: 'connector_page' })
export class ConnectorPage {
  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('text')
  resource: string;

  @PrimaryColumn('int')
  page: number;

  @Column('int')
  rows: number;

  @Column('boolean')
  last: boolean;

  /** Its objects as JSON, sealed with the root key. */
  @Column('bytea')
  sealed: Buffer;
}

/** A piece of the rows of a run. */
@Entity({ schema: 'integration', name: 'connector_run_part' })
export class ConnectorRunPart {
  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('int')
  part: number;

  /** CSV, sealed with the root key. */
  @Column('bytea')
  sealed: Buffer;
}
