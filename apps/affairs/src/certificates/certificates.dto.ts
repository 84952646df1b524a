import type { JWK } from 'jose';
import type { Bilingual } from '#contracts';
import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort } from '#http';
import { NameDto } from '#workflow';
import { CERTIFICATE_STATUSES, type CertificateStatus, LANGUAGES } from './certificate.entity.js';
import { type Fact, FACTS } from './certificate.facts.js';
import type { CertificateTemplate } from './certificates.policy.js';

type CertificateLanguage = keyof typeof LANGUAGES;
const NAME = { zh: '在读证明', en: 'Certificate of Enrolment' };
const KEY = /^[a-z][a-z0-9-]*$/;
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SIGNED = 'eyJhbGciOiJFZERTQSJ9.eyJudW1iZXIiOiIyMDI2LTAwMDEyMyJ9.c2lnbmF0dXJl';

const Kind = (): PropertyDecorator =>
  Text({ zh: '证明种类的代码', en: 'Key of the kind of certificate', max: 40, pattern: KEY, example: 'enrolment' });
const Language = (): PropertyDecorator => OneOf(LANGUAGES, { zh: '语言', en: 'Language', example: 'zh' });

export class CertificatesQuery extends ListQuery {
  @AnyOf('text', { zh: '种类', en: 'Kind' }, ['enrolment'])
  kind?: string[];

  @AnyOf(CERTIFICATE_STATUSES, { zh: '状态', en: 'Status' })
  status?: CertificateStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Student' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf('uuid', { zh: '单位或场所（含下级）', en: 'Unit or place, with those below' }, [
    '00000000-0000-7000-8000-000600000001',
  ])
  unitId?: string[];

  @AnyOf('uuid', { zh: '批量开具的任务', en: 'Job that issued many' })
  jobId?: string[];

  @AnyOf('text', { zh: '编号', en: 'Number' }, ['2026-000123'])
  number?: string[];

  @DateOnly({ zh: '开具日期不早于', en: 'Issued on or after', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '开具日期不晚于', en: 'Issued on or before', optional: true, example: '2026-12-31' })
  to?: string;

  @Flag({ zh: '仅本人的', en: 'One’s own alone', optional: true, example: true })
  mine?: boolean;

  @Sort(['createdAt', 'number'])
  sort?: string;
}

export class IssueCertificateDto {
  @Kind()
  kind: string;

  @Language()
  language: CertificateLanguage;

  @Uuid({
    zh: '学生；不填即本人',
    en: 'The student; oneself unless given',
    optional: true,
    example: '00000000-0000-7000-8000-003000000001',
  })
  studentId?: string;

  @Text({
    zh: '英文版的姓名，依护照；仅工作人员可填，不填即按汉语拼音',
    en: 'The name in the English version, as in the passport; for staff only. Else the pinyin of the name',
    max: 80,
    pattern: /^[A-Za-z][A-Za-z' .-]*$/,
    optional: true,
    example: 'ZHANG San',
  })
  latinName?: string;
}

export class IssueManyDto {
  @Kind()
  kind: string;

  @Language()
  language: CertificateLanguage;

  @ListOf('uuid', {
    zh: '学生；与 unitId 二选一',
    en: 'Students; this or unitId',
    minItems: 1,
    maxItems: 500,
    unique: true,
    optional: true,
    example: ['00000000-0000-7000-8000-003000000001'],
  })
  studentIds?: string[];

  @Uuid({
    zh: '单位（如班级）的全部在读学生，至多 500 人',
    en: 'All active students of a unit, such as a class; at most 500',
    optional: true,
    example: '00000000-0000-7000-8000-000600000001',
  })
  unitId?: string;
}

export class RevokeCertificateDto {
  @LongText({ zh: '事由', en: 'Reason', max: 500, example: '学籍信息登记有误，已更正' })
  reason: string;
}

export class CertificateTemplateDto {
  @Kind()
  kind: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: NAME })
  name: Bilingual;

  @ListOf(FACTS, { zh: '须具备的信息', en: 'What must be known of the student', example: ['name', 'number'] })
  facts: Fact[];

  @ListOf(FACTS, { zh: '有则写明的信息', en: 'What is told where it is known', example: ['class'] })
  optionalFacts: Fact[];

  @Int({
    zh: '有效天数；空为不设期限',
    en: 'Days it is valid; null = without an end',
    min: 1,
    max: 3660,
    nullable: true,
    example: 180,
  })
  validDays: number | null;

  static from({ key, name, facts, optionalFacts, validDays }: CertificateTemplate): CertificateTemplateDto {
    return Object.assign(new CertificateTemplateDto(), { kind: key, name, facts, optionalFacts, validDays });
  }
}

/** A row of `columnsOn`. */
export type CertificateRow = Omit<CertificateDto, 'issuedBy' | 'revokedBy'> & {
  issuedByPerson: string | null;
  issuedByApp: string;
  revokedBy: string | null;
};

export class CertificateDto {
  @Uuid({ zh: '证明', en: 'Certificate' })
  id: string;

  @Text({ zh: '编号', en: 'Number', max: 20, example: '2026-000123' })
  number: string;

  @Kind()
  kind: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: NAME })
  name: Bilingual;

  @Language()
  language: CertificateLanguage;

  @OneOf(CERTIFICATE_STATUSES, { zh: '状态', en: 'Status', example: 'valid' })
  status: CertificateStatus;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @DateOnly({ zh: '开具日期', en: 'Issued on', example: '2026-12-01' })
  issuedOn: string;

  @DateOnly({
    zh: '有效期至（含）；空为不设期限',
    en: 'Last day it holds; null = without an end',
    nullable: true,
    example: '2027-05-30',
  })
  expiresOn: string | null;

  @Nested(() => ByDto, { zh: '开具人', en: 'Issued by' })
  issuedBy: ByDto;

  @Uuid({ zh: '批量开具的任务', en: 'Job that issued it with others', nullable: true })
  jobId: string | null;

  @Text({ zh: '文件的 SHA-256', en: 'SHA-256 of the file', max: 64, example: SHA256 })
  sha256: string;

  @Nested(() => FileDto, {
    zh: 'PDF 文件，于 /affairs/v1/files/{id}/content 下载；保存期满后为空',
    en: 'The PDF, at /affairs/v1/files/{id}/content; null once it is no longer kept',
    nullable: true,
  })
  file: FileDto | null;

  @Instant({ zh: '撤销时间', en: 'Revoked at', nullable: true, example: '2026-12-05T02:00:00.000Z' })
  revokedAt: Date | null;

  @Nested(() => ByDto, { zh: '撤销人', en: 'Revoked by', nullable: true })
  revokedBy: ByDto | null;

  @Instant({ zh: '创建时间', en: 'Created at', example: '2026-12-01T02:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, { issuedByPerson, issuedByApp, revokedBy, ...row }: CertificateRow): CertificateDto {
    return Object.assign(new CertificateDto(), row, {
      issuedBy: ByDto.of(issuedByPerson, issuedByApp),
      revokedBy: revokedBy === null ? null : ByDto.from(revokedBy),
    });
  }
}

export class StatedFactDto {
  @OneOf(FACTS, { zh: '代码', en: 'Key', example: 'college' })
  key: Fact;

  @Text({ zh: '中文标签', en: 'Label in Chinese', example: '学院' })
  zh: string;

  @Text({ zh: '英文标签', en: 'Label in English', example: 'School or college' })
  en: string;

  @Text({ zh: '内容', en: 'Value', example: '计算机学院' })
  value: string;
}

const FACT = { key: 'college', zh: '学院', en: 'School or college', value: '计算机学院' };

export class CertificateDetailDto extends CertificateDto {
  @ListOf(() => StatedFactDto, {
    zh: '证明的内容；信息已删除的为空',
    en: 'What it says; empty once erased',
    maxItems: 50,
    example: [FACT],
  })
  facts: StatedFactDto[];

  @LongText({ zh: '撤销事由', en: 'Why it was revoked', max: 500, nullable: true, example: null as never })
  revocationReason: string | null;

  static of(
    certificate: CertificateDto,
    facts: StatedFactDto[],
    revocationReason: string | null,
  ): CertificateDetailDto {
    return Object.assign(new CertificateDetailDto(), certificate, { facts, revocationReason });
  }
}

export class VerifyCertificateDto {
  @Text({ zh: '核验码', en: 'Verification code', max: 100, example: '7K3M-9QWX-2B4T-HC8R-VN5E-1ZJD-6PYA' })
  code: string;

  @Text({
    zh: '手中文件的 SHA-256，用以核对文件是否被改动',
    en: 'SHA-256 of the file at hand: is it the one that was issued?',
    min: 64,
    max: 64,
    pattern: /^[0-9a-fA-F]{64}$/,
    optional: true,
    example: SHA256,
  })
  sha256?: string;
}

export const FILE_COMPARISONS = {
  same: { zh: '与开具的文件一致', en: 'the file that was issued' },
  changed: { zh: '与开具的文件不一致', en: 'not the file that was issued' },
} as const satisfies Record<string, Bilingual>;

/** What anybody with the code is told. */
export class VerificationDto {
  @Text({ zh: '编号', en: 'Number', max: 20, example: '2026-000123' })
  number: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: NAME })
  name: Bilingual;

  @Language()
  language: CertificateLanguage;

  @OneOf(CERTIFICATE_STATUSES, { zh: '状态', en: 'Status', example: 'valid' })
  status: CertificateStatus;

  @DateOnly({ zh: '开具日期', en: 'Issued on', example: '2026-12-01' })
  issuedOn: string;

  @DateOnly({ zh: '有效期至（含）', en: 'Last day it holds', nullable: true, example: '2027-05-30' })
  expiresOn: string | null;

  @DateOnly({ zh: '撤销日期', en: 'Revoked on', nullable: true, example: null as never })
  revokedOn: string | null;

  @ListOf(() => StatedFactDto, { zh: '证明的内容', en: 'What it says', maxItems: 50, example: [FACT] })
  facts: StatedFactDto[];

  @Text({ zh: '所开具文件的 SHA-256', en: 'SHA-256 of the file that was issued', max: 64, example: SHA256 })
  sha256: string;

  @OneOf(FILE_COMPARISONS, {
    zh: '手中文件的核对结果；未提供 sha256 时为空',
    en: 'Of the file at hand; null where no sha256 was given',
    nullable: true,
    example: 'same',
  })
  file: keyof typeof FILE_COMPARISONS | null;

  @Text({
    zh: '数字签名（JWS，Ed25519），公钥见 /affairs/v1/certificates/keys；信息已删除的为空',
    en: 'What it says and the hash, signed (JWS, Ed25519) with a key of /affairs/v1/certificates/keys; null once erased',
    max: 20_000,
    nullable: true,
    example: SIGNED,
  })
  signed: string | null;
}

export class CertificateKeyDto {
  @Text({ zh: '密钥标识', en: 'Key id', example: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k' })
  kid: string;

  @Text({ zh: '密钥类型', en: 'Key type', example: 'OKP' })
  kty: string;

  @Text({ zh: '曲线', en: 'Curve', example: 'Ed25519' })
  crv: string;

  @Text({ zh: '公钥', en: 'Public key', example: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' })
  x: string;

  @Text({ zh: '算法', en: 'Algorithm', example: 'EdDSA' })
  alg: string;

  @Text({ zh: '用途', en: 'Use', example: 'sig' })
  use: string;

  static from({ kid, kty, crv, x, alg, use }: JWK): CertificateKeyDto {
    return Object.assign(new CertificateKeyDto(), { kid, kty, crv, x, alg, use });
  }
}

/** A JWK set (RFC 7517 §5). */
export class CertificateKeysDto {
  @ListOf(() => CertificateKeyDto, {
    zh: '公钥，现用的在前',
    en: 'Public keys, the one in use first',
    maxItems: 1000,
    example: [],
  })
  keys: CertificateKeyDto[];

  static from(keys: CertificateKeyDto[]): CertificateKeysDto {
    return Object.assign(new CertificateKeysDto(), { keys });
  }
}
