import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import yazl from 'yazl';
import { type Actor, audit } from '#auth';
import { Database, inSavepoint, query, queryOne, sql, type Tx } from '#database';
import { Events } from '#events';
import type { RowError } from '#exchange';
import { Files, fileTable } from '#files';
import { Policies } from '#policy';
import { Invalid, NotFound, Problem } from '#problems';
import { inScope, inUnits } from '#roster';
import { JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { CertificateBatchRequestedV1 } from './batch-requested.event.js';
import { CertificateMaker, type Made } from './certificate-maker.service.js';
import { CERTIFICATE_FILE } from './certificate.files.js';
import type { IssueManyDto } from './certificates.dto.js';
import { CertificatesPolicy } from './certificates.policy.js';
import { CertificateKindUnknown } from './certificates.problems.js';
import { factsOf } from './certificates.queries.js';

const MOST = 500;
/** Certificates that one event issues. */
const SLICE = 20;

/** Certificates of one kind for a class, or a list of students, as a job. */
@Injectable()
export class CertificateBatches {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly policies: Policies,
    private readonly files: Files,
    private readonly maker: CertificateMaker,
    private readonly clock: CampusClock,
  ) {}

  request(actor: Actor, body: IssueManyDto): Promise<JobDto> {
    if ((body.studentIds === undefined) === (body.unitId === undefined)) {
      const text = { zh: '须给出 studentIds 或 unitId 其中之一', en: 'one of studentIds and unitId is required' };
      throw new Invalid({ errors: [{ pointer: '#/studentIds', ...text }] });
    }
    return this.database.transaction(actor, async (tx) => {
      const { value } = await this.policies.at(tx, CertificatesPolicy, this.clock.today());
      const { kind, language } = body;
      if (!value.templates.some(({ key }) => key === kind)) throw new CertificateKindUnknown({ pointer: '#/kind' });
      const studentIds = await this.students(tx, actor, body);
      const job = await this.jobs.create(tx, actor, 'affairs', 'certificates');
      const { personId, app } = actor;
      await audit(tx, actor, { action: 'affairs.certificate.issue-many', subject: { kind: 'job', id: job.id } });
      const request = { jobId: job.id, kind, language, studentIds, personId, app };
      await this.events.publish(tx, new CertificateBatchRequestedV1(request));
      return JobDto.from(job);
    });
  }

  /** Sets and stores the certificates of the next slice, outside of any transaction; says of each other student why not. */
  async set(request: CertificateBatchRequestedV1): Promise<Slice> {
    const { jobId, kind, language, studentIds, done = 0, personId, app } = request;
    await this.jobs.progress(jobId, done, studentIds.length);
    const slice = studentIds.slice(done, done + SLICE);
    const today = this.clock.today();
    const { policy, known } = await this.database.read(async (tx) => ({
      policy: await this.policies.at(tx, CertificatesPolicy, today),
      known: await factsOf(tx, slice, today),
    }));
    return eachOf(slice, studentIds, (studentId) => {
      const draft = this.maker.draft(policy, { kind, language, studentId, facts: known.get(studentId) ?? {} });
      return this.maker.make({ personId, app }, draft, jobId);
    });
  }

  /** Issues what was set; the next slice is another event's. */
  async record(tx: Tx, request: CertificateBatchRequestedV1, set: Slice): Promise<void> {
    const { jobId, studentIds, done = 0, personId, app } = request;
    const byStudent = new Map(set.made.map((made) => [made.values.studentId, made]));
    const { errors } = await eachOf([...byStudent.keys()], studentIds, (studentId) =>
      inSavepoint(tx, () => this.maker.add(tx, { personId, app }, byStudent.get(studentId)!)),
    );
    await this.jobs.addErrors(tx, jobId, [...set.errors, ...errors]);
    const next = done + SLICE;
    if (next < studentIds.length)
      return void (await this.events.publish(tx, new CertificateBatchRequestedV1({ ...request, done: next })));
    const { issued } = (await queryOne<{ issued: number }>(
      tx,
      sql`SELECT count(*)::int AS issued FROM affairs.certificate WHERE job_id = ${jobId}`,
    ))!;
    if (issued === 0) return this.jobs.fail(tx, jobId, []);
    await this.jobs.succeed(tx, jobId, { issued, refused: studentIds.length - issued });
  }

  /** What was issued stays. */
  async giveUp(tx: Tx, jobId: string): Promise<void> {
    await this.jobs.giveUp(tx, jobId, { kept: true });
  }

  /** One ZIP of the certificates of a job, for whoever asked for it; each file in it is read, and written down, as one by itself. */
  async content(actor: Actor, jobId: string): Promise<Readable> {
    const files = await this.database.read(async (tx) => {
      const job = await this.jobs.find(tx, actor, 'affairs', jobId);
      const rows = await query<{ id: string; name: string }>(
        tx,
        sql`SELECT f.id, f.name FROM affairs.certificate c
              JOIN ${fileTable('affairs')} f ON f.subject_id = c.id AND f.purpose = ${CERTIFICATE_FILE.name}
             WHERE c.job_id = ${jobId} AND ${inScope(actor.scopeOf('affairs:certificate:read'), sql`c.student_id`, this.clock.today())}
             ORDER BY c.number`,
      );
      return job?.kind === 'certificates' ? rows : [];
    });
    if (files.length === 0) throw new NotFound({ what: 'job' });
    const zip = new yazl.ZipFile();
    void this.fill(zip, actor, files).catch((error: unknown) => zip.emit('error', error));
    return zip.outputStream as Readable;
  }

  /** One after the other, as they are read. */
  private async fill(zip: yazl.ZipFile, actor: Actor, files: { id: string; name: string }[]): Promise<void> {
    for (const { id, name } of files) {
      const { content } = await this.files.open(actor, 'affairs', id);
      const ended = new Promise((done, fail) => content.once('close', done).once('error', fail));
      // PDFs are compressed already.
      zip.addReadStream(content, name, { compress: false, mtime: this.clock.now() });
      await ended;
    }
    zip.end();
  }

  /** Active students within the scope whom the request names, a list in its own order; NotFound where one of it is none. */
  private async students(tx: Tx, actor: Actor, { studentIds, unitId }: IssueManyDto): Promise<string[]> {
    const today = this.clock.today();
    const scope = inScope(actor.scopeOf('affairs:certificate:issue'), sql`s.id`, today);
    const which = studentIds ? sql`s.id = ANY(${studentIds}::uuid[])` : inUnits([unitId!], sql`s.id`, today)!;
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT s.id FROM directory.published_student_v1 s WHERE s.active AND ${which} AND ${scope} ORDER BY s.number LIMIT ${MOST + 1}`,
    );
    const found = new Set(rows.map(({ id }) => id));
    const absent = studentIds?.findIndex((id) => !found.has(id)) ?? -1;
    if (absent >= 0) throw new NotFound({ pointer: `#/studentIds/${absent}`, what: 'student' });
    if (found.size === 0) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
    if (found.size > MOST) {
      const text = { zh: `一次至多 ${MOST} 人`, en: `has more than ${MOST} students` };
      throw new Invalid({ errors: [{ pointer: '#/unitId', ...text }] });
    }
    // What a student is left out for is told with their place in the list.
    return studentIds ?? [...found];
  }
}

/** What came of a slice. */
export interface Slice {
  made: Made[];
  /** Why students were left out: their place in the list, counted from 1, and their id. */
  errors: RowError[];
}

/** Does something for each of `some` of the students, one after the other; what a student is refused for stops nobody else. */
async function eachOf<T>(
  some: readonly string[],
  all: readonly string[],
  work: (studentId: string) => Promise<T>,
): Promise<{ made: T[]; errors: RowError[] }> {
  const made: T[] = [];
  const errors: RowError[] = [];
  for (const studentId of some) {
    try {
      made.push(await work(studentId));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const why = error.details.errors?.map(({ zh, en }) => ({ zh, en })) ?? [error.text];
      errors.push(...why.map(({ zh, en }) => ({ line: all.indexOf(studentId) + 1, column: studentId, zh, en })));
    }
  }
  return { made, errors };
}
