import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { type BaseEntity, Database, insert, type Tx } from '#database';
import { Typesetter, unprintable, newCode } from '#documents';
import { Files, type PutContent } from '#files';
import type { Language } from '#http';
import type { PolicyAt } from '#policy';
import type { FieldError } from '#problems';
import { addDays, CampusClock } from '#time';
import { StudentKeys, Vault } from '#vault';
import { CertificateKeys } from './certificate-keys.service.js';
import { Certificate } from './certificate.entity.js';
import { type Fact, FACTS, type Facts, inLanguage } from './certificate.facts.js';
import { fileOf } from './certificate.files.js';
import { manuscriptOf } from './certificate-page.js';
import type { StatedFactDto } from './certificates.dto.js';
import { type CertificatesPolicy, type CertificateTemplate } from './certificates.policy.js';
import { CertificateFactsMissing, CertificateKindUnknown } from './certificates.problems.js';
import { drawNumber } from './certificates.queries.js';
import { latinName } from './latin-name.js';

/** What is signed. */
export interface Statement {
  issuer: string;
  number: string;
  kind: string;
  name: { zh: string; en: string };
  language: Language;
  issuedOn: string;
  expiresOn: string | null;
  facts: StatedFactDto[];
  /** Of the file. */
  sha256: string;
}

/** What a certificate is to be made of. */
export interface Draft {
  studentId: string;
  template: CertificateTemplate;
  policyVersion: number;
  language: Language;
  facts: Facts;
}

/** Who issues, through which app. */
export type Issuer = Pick<Actor, 'personId' | 'app'>;

/** Set and stored, but not issued yet. Recording it twice leaves it as it is. */
export interface Made {
  readonly values: Readonly<
    Omit<
      Certificate,
      keyof BaseEntity | 'revoke' | 'reinstate' | 'revokedAt' | 'revokedBy' | 'revocationReason' | 'erased'
    >
  >;
  content: PutContent;
  keepUntil: Date;
}

/** Makes certificates: what they say, the PDF, the signature. Sets and puts outside of transactions; `add` writes. */
@Injectable()
export class CertificateMaker {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly typesetter: Typesetter,
    private readonly files: Files,
    private readonly keys: CertificateKeys,
    private readonly students: StudentKeys,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  /** Throws CertificateKindUnknown and CertificateFactsMissing (422). */
  draft(
    { value, number }: PolicyAt<CertificatesPolicy>,
    { kind, language, studentId, facts, ...given }: DraftRequest,
  ): Draft {
    const template = value.templates.find(({ key }) => key === kind);
    if (!template) throw new CertificateKindUnknown({ pointer: '#/kind' });
    const all: Facts = { ...inLanguage(facts, language, value.translations) };
    const latin = given.latinName ?? latinName(facts.name ?? '');
    if (latin) all.latinName = latin;
    const must: Fact[] = language === 'en' ? [...template.facts, 'latinName'] : template.facts;
    const errors = must.filter((fact) => all[fact] === undefined).map(missing);
    const told = Object.fromEntries(
      [...new Set([...must, ...template.optionalFacts])].flatMap((fact) => (all[fact] ? [[fact, all[fact]]] : [])),
    ) as Facts;
    for (const [fact, text] of Object.entries(told))
      if (unprintable(text).length > 0) errors.push(notPrintable(fact as Fact));
    if (errors.length > 0) throw new CertificateFactsMissing({ errors });
    return { studentId, template, policyVersion: number, language, facts: told };
  }

  async make(issuer: Issuer, draft: Draft, jobId: string | null = null): Promise<Made> {
    const { studentId, template, language, facts, policyVersion } = draft;
    const [now, issuedOn, code] = [this.clock.now(), this.clock.today(), newCode()];
    // By itself, so that whoever issues at the same time need not wait.
    const number = await drawNumber(this.database.connection, Number(issuedOn.slice(0, 4)));
    const { key: kind, name, validDays } = template;
    const expiresOn = validDays === null ? null : addDays(issuedOn, validDays);
    const title = name[language];
    const printed = { language, title, issuer: template.issuer[language], facts, number, issuedOn, expiresOn, code };
    const manuscript = manuscriptOf({ ...printed, origin: this.config.origin, at: now }, template.source);
    const content = await this.files.put('affairs', await this.typesetter.typeset(manuscript));
    const { sha256 } = content;
    const stated = Object.entries(facts).map(([fact, value]) => ({ key: fact as Fact, ...FACTS[fact as Fact], value }));
    const statement: Statement = {
      ...{ issuer: this.config.origin, number, kind, name, language, issuedOn, expiresOn, facts: stated, sha256 },
    };
    const values = {
      ...{ studentId, jobId, kind, name, language, number, sha256, policyVersion, issuedOn, expiresOn },
      codeHash: hashOf(this.vault, code),
      signed: await this.keys.sign(statement),
      issuedByPerson: issuer.personId ?? null,
      issuedByApp: issuer.app,
    };
    return { values, content, keepUntil: this.clock.instantOf(addDays(issuedOn, template.keepDays), '24:00') };
  }

  /** Issues it. Throws StudentErased (409), before anything is written. */
  async add(tx: Tx, issuer: Issuer, { values, content, keepUntil }: Made): Promise<Certificate> {
    const certificate = Object.assign(new Certificate(), values);
    await this.students.sealFields(tx, certificate);
    await insert(tx, certificate);
    const name = `${certificate.name[certificate.language]} ${certificate.number}`;
    await this.files.addPut(tx, issuer, content, fileOf(certificate), { name, keepUntil });
    return certificate;
  }
}

export interface DraftRequest {
  kind: string;
  language: Language;
  studentId: string;
  /** As the roster has them. */
  facts: Facts;
  latinName?: string | undefined;
}

/** Under this a verification code is looked for. */
export function hashOf(vault: Vault, code: string): string {
  return vault.digest('affairs certificate code', code);
}

function missing(fact: Fact): FieldError {
  const { zh, en } = FACTS[fact];
  return fact === 'latinName'
    ? {
        pointer: '#/latinName',
        zh: '姓名不能依汉语拼音规则转写，须由工作人员按护照填写',
        en: 'the rules of pinyin do not tell the name in Latin letters: staff must give it as in the passport',
      }
    : { pointer: '#/studentId', zh: `在册信息缺少：${zh}`, en: `the roster lacks: ${en}` };
}

function notPrintable(fact: Fact): FieldError {
  const { zh, en } = FACTS[fact];
  return {
    pointer: '#/studentId',
    zh: `含有字库中没有的字，无法印出：${zh}`,
    en: `has characters that the font does not have: ${en}`,
  };
}
