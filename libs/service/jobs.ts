import { Injectable } from '@nestjs/common';
import { Column, Entity } from 'typeorm';
import type { Actor } from '#auth';
import type { Bilingual, ServiceName } from '#contracts';
import { Unwanted } from '#events';
import { BaseEntity, Database, insert, query, queryOne, sql, type Tx } from '#database';
import type { RowError } from '#exchange';
import { defineProblem } from '#problems';

export const JOB_STATES = {
  queued: { zh: '排队中', en: 'queued' },
  running: { zh: '进行中', en: 'running' },
  cancelling: { zh: '正在取消', en: 'being cancelled' },
  succeeded: { zh: '已完成', en: 'succeeded' },
  failed: { zh: '失败', en: 'failed' },
  cancelled: { zh: '已取消', en: 'cancelled' },
} as const satisfies Record<string, Bilingual>;

export type JobState = keyof typeof JOB_STATES;

/** The error of a job whose work was given up. */
const GIVEN_UP: RowError = {
  zh: '任务反复失败已放弃，或已被运维人员终止；没有写入任何内容，请联系运维人员后重新提交',
  en: 'it failed again and again, or was discarded by an operator; nothing was written: ask whoever runs the system, then send it again',
};

const GIVEN_UP_MIDWAY: RowError = {
  zh: '任务反复失败已放弃，或已被运维人员终止；此前完成的部分保留，请联系运维人员后为其余重新提交',
  en: 'it failed again and again, or was discarded by an operator; what was done until then stays: ask whoever runs the system, then ask again for the rest',
};

const CANCELLED: RowError = {
  zh: '已按要求取消；没有写入任何内容',
  en: 'cancelled as asked; nothing was written',
};

const CANCELLED_MIDWAY: RowError = {
  zh: '已按要求取消；此前完成的部分保留，可为其余重新提交',
  en: 'cancelled as asked; what was done until then stays: ask again for the rest',
};

const JobEnded = defineProblem({
  code: 'platform/job-ended',
  status: 409,
  zh: '任务已结束，不能再取消；请查看其结果',
  en: 'The job has ended and cannot be cancelled any more: look at what came of it',
});

/** Long work that was accepted with 202: its state, its progress and what came of it. */
@Entity({ name: 'job', schema: 'platform' })
export class Job extends BaseEntity {
  @Column('text')
  service: ServiceName;

  /** What it does, e.g. `import`, `night-check`. */
  @Column('text')
  kind: string;

  @Column('text')
  status: JobState = 'queued';

  @Column('int')
  done = 0;

  /** 0 = not known yet. */
  @Column('int')
  total = 0;

  @Column('int')
  failed = 0;

  /** Answer of a job that succeeded; counts and ids, never personal data. */
  @Column('jsonb', { nullable: true })
  result: object | null = null;

  /** Path of the sender's own table with its errors; null where there is none. */
  @Column('text', { nullable: true })
  errorSheet: string | null = null;

  @Column('text')
  createdByApp: string;

  @Column('uuid', { nullable: true })
  createdByPerson: string | null = null;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null = null;
}

/** Jobs: made inside the transaction that requests the work, ended inside the one that does it. */
@Injectable()
export class Jobs {
  constructor(private readonly database: Database) {}

  async create(tx: Tx, actor: Actor, service: ServiceName, kind: string): Promise<Job> {
    const job = new Job();
    Object.assign(job, { service, kind, createdByApp: actor.app, createdByPerson: actor.personId ?? null });
    return insert(tx, job);
  }

  /** Shown at once, whatever becomes of the transaction the work runs in. Throws when the job is being cancelled: leave that to the caller. */
  async progress(jobId: string, done: number, total: number): Promise<void> {
    const job = await queryOne<{ status: JobState }>(
      this.database.connection,
      sql`UPDATE platform.job SET status = CASE status WHEN 'queued' THEN 'running' ELSE status END, done = ${done}, total = ${total},
                 updated_at = now()
           WHERE id = ${jobId} AND status IN ('queued', 'running', 'cancelling') RETURNING status`,
    );
    if (job?.status === 'cancelling') throw new Unwanted();
  }

  /** Throws, as `progress`, when the job is being cancelled, or has ended otherwise. */
  async succeed(tx: Tx, jobId: string, result: object): Promise<void> {
    const rows = await query(
      tx,
      sql`UPDATE platform.job SET status = 'succeeded', result = ${JSON.stringify(result)}::jsonb, done = total, finished_at = now(),
                 updated_at = now(), version = version + 1 WHERE id = ${jobId} AND status IN ('queued', 'running') RETURNING id`,
    );
    if (rows.length === 0) throw new Unwanted();
  }

  /**
   * Asks that a job be given up: its work ends when it next tells of its progress, or at its end, and is then undone like one that failed
   * for good (`@OnDead` of its event). Asking twice is asking once.
   */
  async cancel(tx: Tx, job: Job): Promise<Job> {
    const asked = await queryOne<{ status: JobState; version: number }>(
      tx,
      sql`UPDATE platform.job SET version = version + CASE status WHEN 'cancelling' THEN 0 ELSE 1 END, status = 'cancelling', updated_at = now()
           WHERE id = ${job.id} AND status IN ('queued', 'running', 'cancelling') RETURNING status, version`,
    );
    if (!asked) throw new JobEnded();
    return Object.assign(job, asked);
  }

  /**
   * Ends a job that changed nothing; `errors` become its error file. `errorSheet`: where the sender's table with its errors is, if there
   * are any of its rows.
   */
  async fail(tx: Tx, jobId: string, errors: RowError[], errorSheet?: string): Promise<void> {
    const sheet = errors.some(({ line }) => line !== undefined) ? (errorSheet ?? null) : null;
    await query(
      tx,
      sql`UPDATE platform.job SET status = 'failed', error_sheet = ${sheet}, finished_at = now(), updated_at = now(), version = version + 1
           WHERE id = ${jobId}`,
    );
    await this.addErrors(tx, jobId, errors);
  }

  /**
   * Ends a job whose work failed again and again, was stopped by an operator, or cancelled; what `@OnDead` of its event does. `kept`: what
   * it had done until then stays; `cancelled`: nobody wants it any more, though its job was not asked to be cancelled.
   */
  async giveUp(tx: Tx, jobId: string, { kept = false, cancelled = false } = {}): Promise<void> {
    const open = await queryOne<{ status: JobState }>(
      tx,
      sql`SELECT status FROM platform.job WHERE id = ${jobId} AND finished_at IS NULL FOR UPDATE`,
    );
    if (!open) return;
    if (open.status !== 'cancelling' && !cancelled) return this.fail(tx, jobId, [kept ? GIVEN_UP_MIDWAY : GIVEN_UP]);
    await this.fail(tx, jobId, [kept ? CANCELLED_MIDWAY : CANCELLED]);
    await query(tx, sql`UPDATE platform.job SET status = 'cancelled' WHERE id = ${jobId}`);
  }

  /**
   * Rows that were left out of a job that otherwise goes on; from then on its answer leads to them. No `progress` in `tx` after it. What
   * PostgreSQL cannot store of their text is shown as U+FFFD.
   */
  async addErrors(tx: Tx, jobId: string, errors: readonly RowError[]): Promise<void> {
    if (errors.length === 0) return;
    await query(
      tx,
      sql`UPDATE platform.job SET failed = failed + ${errors.length}, updated_at = now() WHERE id = ${jobId}`,
    );
    await query(
      tx,
      sql`INSERT INTO platform.job_error (job_id, file, line, column_name, zh, en)
          SELECT ${jobId}, r.file, r.line, r."column", r.zh, r.en
            FROM jsonb_to_recordset(${storable(errors)}::jsonb) AS r(file text, line int, "column" text, zh text, en text)`,
    );
  }

  /** Deletes jobs that ended before `before`, with their error files; answers how many. */
  async deleteEnded(tx: Tx, before: Date): Promise<number> {
    const rows = await query(
      tx,
      sql`WITH old AS (SELECT id FROM platform.job WHERE finished_at < ${before} FOR UPDATE),
               errors AS (DELETE FROM platform.job_error WHERE job_id IN (SELECT id FROM old))
          DELETE FROM platform.job WHERE id IN (SELECT id FROM old) RETURNING id`,
    );
    return rows.length;
  }

  /** A job of this service that the actor asked for; others' jobs do not exist for them. */
  async find(tx: Tx, actor: Actor, service: ServiceName, id: string): Promise<Job | null> {
    const job = await tx.findOneBy(Job, { id, service, createdByApp: actor.app });
    return job && job.createdByPerson === (actor.personId ?? null) ? job : null;
  }

  async errors(tx: Tx, jobId: string): Promise<RowError[]> {
    return query<RowError>(
      tx,
      sql`SELECT file, line, column_name AS "column", zh, en FROM platform.job_error WHERE job_id = ${jobId} ORDER BY id LIMIT 100000`,
    );
  }
}

/** JSON without what jsonb refuses: NUL and lone surrogates, which a damaged file may have brought into an error. */
function storable(errors: readonly RowError[]): string {
  return JSON.stringify(errors, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/\0|\p{Surrogate}/gu, '\uFFFD') : value,
  );
}
