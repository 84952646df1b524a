import type { Bilingual } from '#contracts';
import type { Tx } from '#database';
import { Int, ListOf, LongText, Nested, Text } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import { NameDto } from '#workflow';
import { ENROLMENT, RESIDENCE } from './certificate-sheet.js';
import { type Fact, FACTS } from './certificate.facts.js';
import { templateFindings } from './certificate-template.check.js';

/** The source of a template, in Typst; `#import "/sheet.typ": certificate, fact, sheet` gives it what it says and how it looks. */
export class TemplateSource implements Bilingual {
  @LongText({ zh: '中文版（Typst）', en: 'For Chinese (Typst)', max: 20_000, example: ENROLMENT.zh })
  zh: string;

  @LongText({ zh: '英文版（Typst）', en: 'For English (Typst)', max: 20_000, example: ENROLMENT.en })
  en: string;
}

/** A kind of certificate. */
export class CertificateTemplate {
  @Text({ zh: '代码', en: 'Key', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'enrolment' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '在读证明', en: 'Certificate of Enrolment' } })
  name: NameDto;

  @Nested(() => NameDto, {
    zh: '出具部门',
    en: 'Who issues it',
    example: { zh: '学生工作处', en: 'Office of Student Affairs' },
  })
  issuer: NameDto;

  @ListOf(FACTS, {
    zh: '须具备的信息，缺一不开；英文版另须 latinName',
    en: 'What must be known, or it is not issued; in English latinName as well',
    minItems: 1,
    unique: true,
    example: ['name', 'number', 'college'],
  })
  facts: Fact[];

  @ListOf(FACTS, { zh: '有则写明的信息', en: 'What is told where it is known', unique: true, example: ['class'] })
  optionalFacts: Fact[];

  @Nested(() => TemplateSource, { zh: '内容', en: 'Source' })
  source: TemplateSource;

  @Int({
    zh: '有效天数；空为不设期限',
    en: 'Days it is valid; null = without an end',
    min: 1,
    max: 3660,
    nullable: true,
    example: 180,
  })
  validDays: number | null;

  @Int({ zh: '文件保存天数', en: 'Days its file is kept', min: 1, max: 7320, example: 1825 })
  keepDays: number;
}

/** How a name of the school's own is called in English. */
export class Translation implements Bilingual {
  @Text({ zh: '中文名称', en: 'Name in Chinese', max: 100, example: '计算机学院' })
  zh: string;

  @Text({ zh: '英文名称', en: 'Name in English', max: 200, example: 'School of Computer Science' })
  en: string;
}

const template = (
  key: string,
  zh: string,
  en: string,
  rest: Pick<CertificateTemplate, 'facts' | 'optionalFacts' | 'source'>,
): CertificateTemplate =>
  Object.assign(new CertificateTemplate(), {
    key,
    name: Object.assign(new NameDto(), { zh, en }),
    issuer: Object.assign(new NameDto(), { zh: '学生工作处', en: 'Office of Student Affairs' }),
    ...rest,
    source: Object.assign(new TemplateSource(), rest.source),
    validDays: 180,
    keepDays: 1825,
  });

/**
 * Certificates (证明): which kinds there are, what each says, how long it holds. The periods are no rule of anybody's but defaults to
 * start from; a school sets its own.
 */
@Policy({ key: 'affairs.certificates', title: { zh: '证明', en: 'Certificates' } })
export class CertificatesPolicy {
  @ListOf(() => CertificateTemplate, { zh: '证明种类', en: 'Kinds of certificates', maxItems: 50 })
  templates: CertificateTemplate[] = [
    template('enrolment', '在读证明', 'Certificate of Enrolment', {
      facts: ['name', 'number', 'sex', 'school', 'college', 'grade'],
      optionalFacts: ['major', 'class'],
      source: ENROLMENT,
    }),
    template('residence', '住宿证明', 'Certificate of Residence', {
      facts: ['name', 'number', 'sex', 'school', 'college', 'building', 'room'],
      optionalFacts: ['campus'],
      source: RESIDENCE,
    }),
  ];

  @ListOf(() => Translation, {
    zh: '学校、学院、专业、楼栋等的英文名称；没有的按中文印出',
    en: 'English names of the school, colleges, majors, buildings; without one the Chinese name is printed',
    maxItems: 1000,
    example: [{ zh: '计算机学院', en: 'School of Computer Science' }],
  })
  translations: Translation[] = [];

  @Int({
    zh: '学生每天最多自行开具多少份',
    en: 'Certificates that a student may have issued a day',
    min: 1,
    max: 100,
    example: 10,
  })
  perStudentAndDay = 10;

  @Int({
    zh: '撤销后多少天内可以恢复',
    en: 'Days in which a revocation may be taken back',
    min: 0,
    max: 366,
    example: 30,
  })
  reinstateWithinDays = 30;

  /** Templates that cannot be set. */
  findings(_tx: Tx, date: string): Promise<FieldError[]> {
    return templateFindings(this.templates, date);
  }
}
