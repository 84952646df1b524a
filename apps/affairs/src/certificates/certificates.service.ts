import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { inScope, inUnits } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { lockOneStudent } from '../students.queries.js';
import { CertificateKeys } from './certificate-keys.service.js';
import { CertificateMaker, type Statement } from './certificate-maker.service.js';
import { Certificate } from './certificate.entity.js';
import {
  CertificateDetailDto,
  CertificateDto,
  type CertificateRow,
  type CertificatesQuery,
  CertificateTemplateDto,
  type IssueCertificateDto,
  type RevokeCertificateDto,
} from './certificates.dto.js';
import { CertificatesPolicy } from './certificates.policy.js';
import { CertificateLimitReached } from './certificates.problems.js';
import { columnsOn, factsOf, statusOn } from './certificates.queries.js';

/** Certificates (证明): issued at once, of what the roster says today, by a student for themselves or by staff for students in their scope. */
@Injectable()
export class Certificates {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly maker: CertificateMaker,
    private readonly keys: CertificateKeys,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  async templates(_actor: Actor): Promise<CertificateTemplateDto[]> {
    const { value } = await this.policies.at(this.database.connection, CertificatesPolicy, this.clock.today());
    return value.templates.map((template) => CertificateTemplateDto.from(template));
  }

  list(actor: Actor, request: CertificatesQuery): Promise<Page<CertificateDto>> {
    const { kind, status, studentId, unitId, jobId, number, from, to, mine } = request;
    const today = this.clock.today();
    return this.database.read((tx) =>
      list(tx, request, {
        select: columnsOn(today),
        from: sql`affairs.certificate c`,
        where: [
          this.readable(actor),
          anyOf(sql`c.kind`, kind),
          anyOf(statusOn(today), status),
          anyOf(sql`c.student_id`, studentId, 'uuid'),
          inUnits(unitId, sql`c.student_id`, today),
          anyOf(sql`c.job_id`, jobId, 'uuid'),
          anyOf(sql`c.number`, number),
          from && sql`c.issued_on >= ${from}`,
          to && sql`c.issued_on <= ${to}`,
          mine ? sql`c.student_id = ${actor.personId ?? null}::uuid` : undefined,
        ],
        sorts: { createdAt: sql`c.created_at`, number: sql`c.number` },
        defaultSort: '-createdAt',
        id: sql`c.id`,
        to: CertificateDto.from,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<CertificateDetailDto> {
    return this.database.read((tx) => this.read(tx, id, this.readable(actor)));
  }

  async issue(actor: Actor, body: IssueCertificateDto): Promise<CertificateDetailDto> {
    const { kind, language, latinName } = body;
    const own = body.studentId === undefined || body.studentId.toLowerCase() === actor.personId;
    if (own && latinName !== undefined)
      throw new Invalid({ errors: [{ pointer: '#/latinName', zh: '仅工作人员可填写', en: 'is for staff only' }] });
    const { studentId, draft, most } = await this.database.read(async (tx) => {
      const today = this.clock.today();
      const student = await this.student(tx, actor, body.studentId);
      const policy = await this.policies.at(tx, CertificatesPolicy, today);
      const most = policy.value.perStudentAndDay;
      if (own) await this.checkLimit(tx, student, most);
      const facts = (await factsOf(tx, [student], today)).get(student) ?? {};
      const request = { kind, language, studentId: student, facts, latinName };
      return { studentId: student, most, draft: this.maker.draft(policy, request) };
    });
    const made = await this.maker.make(actor, draft);
    return this.database.transaction(actor, async (tx) => {
      if (own) {
        lockOneStudent(tx, 'certificate', studentId);
        await this.checkLimit(tx, studentId, most);
      }
      return this.answer(tx, actor, await this.maker.add(tx, actor, made), 'issue');
    });
  }

  /** Seen at once by whoever verifies. */
  revoke(actor: Actor, id: string, expected: number, { reason }: RevokeCertificateDto): Promise<CertificateDetailDto> {
    return this.change(actor, id, async (tx, certificate) => {
      certificate.revoke(actor, reason, this.clock.now());
      await this.students.sealFields(tx, certificate);
      await update(tx, certificate, expected);
      return this.answer(tx, actor, certificate, 'revoke');
    });
  }

  /** Takes a revocation back. */
  reinstate(actor: Actor, id: string, expected: number): Promise<CertificateDetailDto> {
    return this.change(actor, id, async (tx, certificate) => {
      const { value } = await this.policies.at(tx, CertificatesPolicy, this.clock.today());
      certificate.reinstate(this.clock.now(), value.reinstateWithinDays);
      await update(tx, certificate, expected);
      return this.answer(tx, actor, certificate, 'reinstate');
    });
  }

  private change(
    actor: Actor,
    id: string,
    fn: (tx: Tx, certificate: Certificate) => Promise<CertificateDetailDto>,
  ): Promise<CertificateDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = inScope(actor.scopeOf('affairs:certificate:revoke'), sql`c.student_id`, this.clock.today());
      const certificate = await findInScope(tx, Certificate, id, { alias: 'c', where, lock: 'update' });
      if (!certificate) throw new NotFound({ what: 'certificate' });
      return fn(tx, certificate);
    });
  }

  /** What was changed, with the audit of who did it. */
  private async answer(tx: Tx, actor: Actor, { id }: Certificate, action: string): Promise<CertificateDetailDto> {
    await audit(tx, actor, { action: `affairs.certificate.${action}`, subject: { kind: 'certificate', id } });
    return this.read(tx, id, sql`TRUE`);
  }

  private async read(tx: Tx, id: string, visible: Sql): Promise<CertificateDetailDto> {
    const certificate = await findInScope(tx, Certificate, id, { alias: 'c', where: visible });
    const row =
      certificate &&
      (await queryOne<CertificateRow>(
        tx,
        sql`SELECT ${columnsOn(this.clock.today())} FROM affairs.certificate c WHERE c.id = ${id}`,
      ));
    if (!certificate || !row) throw new NotFound({ what: 'certificate' });
    const [texts] = await this.students.openFields(tx, [certificate]);
    const { signed, revocationReason } = texts!;
    const facts = signed === null ? [] : (await this.keys.verified<Statement>(tx, signed)).facts;
    return CertificateDetailDto.of(CertificateDto.from(row), facts, revocationReason);
  }

  /** The id of an active student whom the actor may issue for, or NotFound. */
  private async student(tx: Tx, actor: Actor, given: string | undefined): Promise<string> {
    const id = given?.toLowerCase() ?? actor.personId;
    if (!id) throw new Invalid({ errors: [{ pointer: '#/studentId', zh: '必填', en: 'is required' }] });
    const scope = inScope(actor.scopeOf('affairs:certificate:issue'), sql`s.id`, this.clock.today());
    const found = await queryOne(
      tx,
      sql`SELECT FROM directory.published_student_v1 s WHERE s.id = ${id} AND s.active AND ${scope}`,
    );
    if (!found) throw new NotFound({ pointer: '#/studentId', what: 'student' });
    return id;
  }

  private async checkLimit(tx: Tx, studentId: string, most: number): Promise<void> {
    const row = await queryOne<{ n: number }>(
      tx,
      sql`SELECT count(*)::int AS n FROM affairs.certificate
           WHERE student_id = ${studentId} AND issued_by_person = ${studentId} AND issued_on = ${this.clock.today()}`,
    );
    if (row!.n >= most) throw new CertificateLimitReached({ params: { most } });
  }

  private readable(actor: Actor): Sql {
    return inScope(actor.scopeOf('affairs:certificate:read'), sql`c.student_id`, this.clock.today());
  }
}
