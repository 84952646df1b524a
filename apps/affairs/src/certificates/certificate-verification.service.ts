import { Injectable, Logger } from '@nestjs/common';
import { Database, queryOne, sql } from '#database';
import { codeOf } from '#documents';
import { Throttle } from '#http';
import { TooManyRequests } from '#problems';
import { CampusClock } from '#time';
import { StudentKeys, Vault } from '#vault';
import { CertificateKeys } from './certificate-keys.service.js';
import { hashOf, type Statement } from './certificate-maker.service.js';
import { Certificate, type CertificateStatus } from './certificate.entity.js';
import { type VerifyCertificateDto, VerificationDto } from './certificates.dto.js';
import { CertificateUnknown } from './certificates.problems.js';
import { statusOn } from './certificates.queries.js';

/** For whoever was shown a certificate: is it one, and does it hold? */
@Injectable()
export class CertificateVerification {
  private readonly logger = new Logger('CertificateVerification');
  private readonly wrongCodes = new Throttle();

  constructor(
    private readonly database: Database,
    private readonly students: StudentKeys,
    private readonly keys: CertificateKeys,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  /**
   * `from`: the address that asks. After ten wrong codes in a minute it is refused, whatever it asks (429). Throws CertificateUnknown (404),
   * whatever is wrong with the code.
   */
  async verify({ code, sha256 }: VerifyCertificateDto, from: string): Promise<VerificationDto> {
    const wait = this.wrongCodes.waitFor(from);
    if (wait > 0) throw new TooManyRequests({ retryAfter: wait });
    const found = await this.find(codeOf(code));
    if (!found) {
      this.wrongCodes.fail(from);
      throw new CertificateUnknown({ pointer: '#/code' });
    }
    const file = sha256 === undefined ? null : sha256.toLowerCase() === found.sha256 ? 'same' : 'changed';
    return Object.assign(new VerificationDto(), { ...found, file });
  }

  private async find(code: string | undefined): Promise<Omit<VerificationDto, 'file'> | undefined> {
    if (code === undefined) return undefined;
    return this.database.read(async (tx) => {
      const row = await queryOne<Row>(
        tx,
        sql`SELECT c.id, c.student_id AS "studentId", c.number, c.name, c.language, ${statusOn(this.clock.today())} AS status,
                   c.issued_on::text AS "issuedOn", c.expires_on::text AS "expiresOn", c.revoked_at AS "revokedAt", c.sha256, c.signed
              FROM affairs.certificate c WHERE c.code_hash = ${hashOf(this.vault, code)}`,
      );
      if (!row) return undefined;
      const { id, studentId, revokedAt, signed, ...shown } = row;
      const sealed: Certificate = Object.assign(new Certificate(), { id, studentId, signed });
      const [texts] = await this.students.openFields(tx, [sealed]);
      const revokedOn = revokedAt && this.clock.dateOf(revokedAt);
      // Between the drop of a student's key and the event that follows it.
      if (texts!.signed === null) return { ...shown, status: 'erased', revokedOn, facts: [], signed: null };
      const statement = await this.keys.verified<Statement>(tx, texts!.signed);
      if (statement.number !== row.number || statement.sha256 !== row.sha256) {
        this.logger.error(`the certificate ${id} is not what was signed`);
        throw new Error('A certificate is not what was signed');
      }
      return { ...shown, revokedOn, facts: statement.facts, signed: texts!.signed };
    });
  }
}

interface Row {
  id: string;
  studentId: string;
  number: string;
  name: Certificate['name'];
  language: Certificate['language'];
  status: CertificateStatus;
  issuedOn: string;
  expiresOn: string | null;
  revokedAt: Date | null;
  sha256: string;
  signed: Buffer;
}
