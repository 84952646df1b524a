import { Column, Entity } from 'typeorm';
import type { Actor } from '#auth';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';
import { CertificateNotRevoked, CertificateReinstatementTooLate, CertificateRevoked } from './certificates.problems.js';

export const LANGUAGES = {
  zh: { zh: '中文', en: 'Chinese' },
  en: { zh: '英文', en: 'English' },
} as const satisfies Record<string, Bilingual>;

export const CERTIFICATE_STATUSES = {
  valid: { zh: '有效', en: 'valid' },
  expired: { zh: '已过有效期', en: 'expired' },
  revoked: { zh: '已撤销', en: 'revoked' },
  erased: { zh: '内容已删除', en: 'its content was deleted' },
} as const satisfies Record<string, Bilingual>;

export type CertificateStatus = keyof typeof CERTIFICATE_STATUSES;

const DAY = 86_400_000;

/** A certificate (证明) that was issued: what it says, signed; its file lies with the files. */
@Entity({ schema: 'affairs', name: 'certificate' })
export class Certificate extends BaseEntity {
  @Column('uuid')
  studentId: string;

  /** The job that it was issued in with others. */
  @Column('uuid', { nullable: true })
  jobId: string | null = null;

  /** Key of its template. */
  @Column('text')
  kind: string;

  @Column('jsonb')
  name: Bilingual;

  @Column('text')
  language: keyof typeof LANGUAGES;

  /** `2026-000123` */
  @Column('text')
  number: string;

  /** Keyed hash of the verification code, which itself stands in the file alone. */
  @Column('text')
  codeHash: string;

  /** Of the file. */
  @Column('text')
  sha256: string;

  /** What it says and the hash of the file, signed: a JWS (RFC 7515) of Ed25519. */
  @Sealed()
  signed: SealedText;

  /** Of the policy that its template is from. */
  @Column('int')
  policyVersion: number;

  @Column('date')
  issuedOn: string;

  /** The last day on which it holds; null: none. */
  @Column('date', { nullable: true })
  expiresOn: string | null;

  @Column('uuid', { nullable: true })
  issuedByPerson: string | null;

  @Column('text')
  issuedByApp: string;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null = null;

  /** Id of a person, or of an app. */
  @Column('text', { nullable: true })
  revokedBy: string | null = null;

  @Sealed({ nullable: true })
  revocationReason: SealedText | null = null;

  /** What it said is gone: the student was erased. */
  @Column('boolean')
  erased = false;

  revoke(actor: Actor, reason: string, now: Date): void {
    if (this.revokedAt) throw new CertificateRevoked();
    this.revokedAt = now;
    this.revokedBy = actor.personId ?? actor.app;
    this.revocationReason = reason;
  }

  /** Takes the revocation back. */
  reinstate(now: Date, withinDays: number): void {
    if (!this.revokedAt) throw new CertificateNotRevoked();
    if (now.getTime() > this.revokedAt.getTime() + withinDays * DAY)
      throw new CertificateReinstatementTooLate({ params: { days: withinDays } });
    this.revokedAt = null;
    this.revokedBy = null;
    this.revocationReason = null;
  }
}
