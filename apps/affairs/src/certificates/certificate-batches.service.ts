import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import yazl from 'yazl';
import { type Actor, audit } from '#auth';
import { Database, query, sql, type Tx } from '#database';
import { Events } from '#events';
import type { RowError } from '#exchange';
import { Files, fileTable } from '#files';
import { Policies } from '#policy';
import { Invalid, NotFound, Problem } from '#problems';
import { inScope, inUnits } from '#roster';
import { JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { CertificateBatchRequestedV1 } from './batch-requested.event.js';
import { CertificateMaker } from './certificate-maker.service.js';
import { CERTIFICATE_FILE } from './certificate.files.js';
import type { IssueManyDto } from './certificates.dto.js';
import { CertificatesPolicy } from './certificates.policy.js';
import { CertificateKindUnknown } from './certificates.problems.js';
import { factsOf } from './certificates.queries.js';

const MOST = 500;
/** Progress is told after so many. */
const STEP = 10;

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

  /** Issues what can be issued, and says of each other student why not. */
  async run(tx: Tx, { jobId, kind, language, studentIds, personId, app }: CertificateBatchRequestedV1): Promise<void> {
    const today = this.clock.today();
    const policy = await this.policies.at(tx, CertificatesPolicy, today);
    const known = await factsOf(tx, studentIds, today);
    const errors: RowError[] = [];
    for (const [i, studentId] of studentIds.entries()) {
      if (i % STEP === 0) await this.jobs.progress(jobId, i, studentIds.length);
      try {
        const draft = this.maker.draft(policy, { kind, language, studentId, facts: known.get(studentId) ?? {} });
        const issuer = { personId, app };
        await this.maker.add(tx, issuer, await this.maker.make(issuer, draft, jobId));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        errors.push(...refusals(error, studentId, i));
      }
    }
    const refused = new Set(errors.map(({ line }) => line)).size;
    if (refused === studentIds.length) return this.jobs.fail(tx, jobId, errors);
    await this.jobs.addErrors(tx, jobId, errors);
    await this.jobs.succeed(tx, jobId, { issued: studentIds.length - refused, refused });
  }

  async giveUp(tx: Tx, jobId: string): Promise<void> {
    await this.jobs.giveUp(tx, jobId);
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

  /** Active students within the scope whom the request names; NotFound where one of a list is none. */
  private async students(tx: Tx, actor: Actor, { studentIds, unitId }: IssueManyDto): Promise<string[]> {
    const today = this.clock.today();
    const scope = inScope(actor.scopeOf('affairs:certificate:issue'), sql`s.id`, today);
    const which = studentIds ? sql`s.id = ANY(${studentIds}::uuid[])` : inUnits([unitId!], sql`s.id`, today)!;
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT s.id FROM directory.published_student_v1 s WHERE s.active AND ${which} AND ${scope} ORDER BY s.number LIMIT ${MOST + 1}`,
    );
    const found = new Set(rows.map(({ id }) => id));
    const absent = studentIds?.findIndex((id) => !found.has(id.toLowerCase())) ?? -1;
    if (absent >= 0) throw new NotFound({ pointer: `#/studentIds/${absent}`, what: 'student' });
    if (found.size === 0) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
    if (found.size > MOST) {
      const text = { zh: `一次至多 ${MOST} 人`, en: `has more than ${MOST} students` };
      throw new Invalid({ errors: [{ pointer: '#/unitId', ...text }] });
    }
    return [...found];
  }
}

/** Why a student was left out, by the id: their place in the list, counted from 1. */
function refusals({ text, details }: Problem, studentId: string, i: number): RowError[] {
  const why = details.errors?.map(({ zh, en }) => ({ zh, en })) ?? [text];
  return why.map(({ zh, en }) => ({ line: i + 1, column: studentId, zh, en }));
}
