import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { Events, OnDead, OnEvent, type Received } from '#events';
import type { RowError } from '#exchange';
import { NotFound, Problem } from '#problems';
import { inScope, inUnits } from '#roster';
import { JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { BookMaker } from './book-maker.service.js';
import { BookSliceDueV1 } from './book-slice-due.event.js';

/** Books that one event makes: a slice is one transaction, and what is kept in memory is one book at a time. */
const SLICE = 20;

/** Books for a class, a college, a grade: a job that makes them slice by slice. */
@Injectable()
export class BookBatches {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly maker: BookMaker,
    private readonly clock: CampusClock,
  ) {}

  /** Throws NotFound where the actor has no active student in the unit. */
  request(actor: Actor, { unitId, grade }: { unitId: string; grade?: string | undefined }): Promise<JobDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const job = await this.jobs.create(tx, actor, 'early-warning', 'books');
      const { personId: _own, ...scope } = actor.scopeOf('early-warning:book:make');
      const waiting = await query(
        tx,
        sql`INSERT INTO early_warning.book_waiting (job_id, line, student_id)
            SELECT ${job.id}::uuid, row_number() OVER (ORDER BY s.number), s.id FROM directory.published_student_v1 s
             WHERE s.active AND ${inUnits([unitId], sql`s.id`, today)} AND ${inScope(scope, sql`s.id`, today)}
               AND (${grade ?? null}::text IS NULL OR s.grade = ${grade ?? null}) RETURNING line`,
      );
      if (waiting.length === 0) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
      job.total = waiting.length;
      await query(tx, sql`UPDATE platform.job SET total = ${waiting.length} WHERE id = ${job.id}`);
      await audit(tx, actor, { action: 'early-warning.book.make-many', subject: { kind: 'job', id: job.id } });
      await this.events.publish(tx, new BookSliceDueV1({ jobId: job.id, personId: actor.personId, app: actor.app }));
      return JobDto.from(job);
    });
  }

  @OnEvent(BookSliceDueV1)
  async whenDue(tx: Tx, { data }: Received<BookSliceDueV1>): Promise<void> {
    const { jobId, personId, app } = data;
    const slice = await query<{ line: number; studentId: string; left: number }>(
      tx,
      sql`SELECT line, student_id AS "studentId", (SELECT count(*)::int FROM early_warning.book_waiting WHERE job_id = ${jobId}) AS left
            FROM early_warning.book_waiting WHERE job_id = ${jobId} ORDER BY line LIMIT ${SLICE}`,
    );
    const { total } = (await queryOne<{ total: number }>(tx, sql`SELECT total FROM platform.job WHERE id = ${jobId}`))!;
    const left = slice[0]?.left ?? 0;
    // By itself, and before this transaction touches the row of the job.
    await this.jobs.progress(jobId, total - left, total);
    const errors: RowError[] = [];
    const maker = { personId, app };
    for (const { line, studentId } of slice) {
      try {
        const draft = await this.maker.draft(tx, maker, studentId);
        await this.maker.add(tx, maker, await this.maker.make(maker, draft, jobId));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        errors.push({ line, column: studentId, zh: error.text.zh, en: error.text.en });
      }
    }
    if (errors.length > 0) await this.jobs.addErrors(tx, jobId, errors);
    const lines = slice.map(({ line }) => line);
    await query(
      tx,
      sql`DELETE FROM early_warning.book_waiting WHERE job_id = ${jobId} AND line = ANY(${lines}::int[])`,
    );
    if (left > slice.length) return void (await this.events.publish(tx, new BookSliceDueV1(data)));
    const { made } = (await queryOne<{ made: number }>(
      tx,
      sql`SELECT count(*)::int AS made FROM early_warning.graduation_book WHERE job_id = ${jobId}`,
    ))!;
    await this.jobs.succeed(tx, jobId, { made, refused: total - made });
  }

  /** What was made stays. */
  @OnDead(BookSliceDueV1)
  async whenGivenUp(tx: Tx, { data: { jobId } }: Received<BookSliceDueV1>): Promise<void> {
    await query(tx, sql`DELETE FROM early_warning.book_waiting WHERE job_id = ${jobId}`);
    await this.jobs.giveUp(tx, jobId);
  }
}
