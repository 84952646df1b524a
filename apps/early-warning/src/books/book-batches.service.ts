import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, inSavepoint, query, queryOne, sql, type Tx } from '#database';
import { Events, OnDead, OnEvent, Prepare, type Received } from '#events';
import type { RowError } from '#exchange';
import { NotFound, Problem } from '#problems';
import { inScope, inUnits } from '#roster';
import { JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { BookMaker, type MadeBook } from './book-maker.service.js';
import { BookSliceDueV1 } from './book-slice-due.event.js';

/** Books that one event makes; what is kept in memory is one book at a time. */
const SLICE = 20;

/** A student of a slice: the book that was set and stored, or why there is none. */
interface SetBook {
  line: number;
  studentId: string;
  made?: MadeBook;
  error?: RowError;
}

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

  /** Sets and stores the books of the next slice. */
  @Prepare(BookSliceDueV1)
  async beforeDue({ data: { jobId, personId, app } }: Received<BookSliceDueV1>): Promise<SetBook[]> {
    const maker = { personId, app };
    const slice = await query<{ line: number; studentId: string; total: number; left: number }>(
      this.database.connection,
      sql`SELECT w.line, w.student_id AS "studentId", j.total, (SELECT count(*)::int FROM early_warning.book_waiting WHERE job_id = j.id) AS left
            FROM platform.job j JOIN early_warning.book_waiting w ON w.job_id = j.id WHERE j.id = ${jobId} ORDER BY w.line LIMIT ${SLICE}`,
    );
    const [first] = slice;
    if (first) await this.jobs.progress(jobId, first.total - first.left, first.total);
    const set: SetBook[] = [];
    for (const { line, studentId } of slice) {
      const result = await orWhy(line, studentId, async () => {
        const draft = await this.database.read((tx) => this.maker.draft(tx, maker, studentId));
        return { made: await this.maker.make(maker, draft, jobId) };
      });
      set.push({ line, studentId, ...result });
    }
    return set;
  }

  /** Keeps what was set; the next slice is another event's. */
  @OnEvent(BookSliceDueV1)
  async whenDue(tx: Tx, { data }: Received<BookSliceDueV1>, set: readonly SetBook[]): Promise<void> {
    const { jobId, personId, app } = data;
    const maker = { personId, app };
    const errors: RowError[] = [];
    for (const { line, studentId, made, error } of set) {
      const refused = made
        ? (await orWhy(line, studentId, () => inSavepoint(tx, () => this.maker.add(tx, maker, made)))).error
        : error;
      if (refused) errors.push(refused);
    }
    await this.jobs.addErrors(tx, jobId, errors);
    const lines = set.map(({ line }) => line);
    const { left, total } = (await queryOne<{ left: number; total: number }>(
      tx,
      sql`WITH done AS (DELETE FROM early_warning.book_waiting WHERE job_id = ${jobId} AND line = ANY(${lines}::int[]) RETURNING line)
          SELECT total, (SELECT count(*)::int FROM early_warning.book_waiting WHERE job_id = ${jobId} AND line <> ALL(${lines}::int[])) AS left
            FROM platform.job WHERE id = ${jobId}`,
    ))!;
    if (left > 0) return void (await this.events.publish(tx, new BookSliceDueV1(data)));
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
    await this.jobs.giveUp(tx, jobId, { kept: true });
  }
}

/** What `work` gives; or why this student cannot have a book. */
async function orWhy<T extends object>(
  line: number,
  studentId: string,
  work: () => Promise<T>,
): Promise<Partial<T> & { error?: RowError }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { zh, en } = error.text;
    return { error: { line, column: studentId, zh, en } } as Partial<T> & { error: RowError };
  }
}
