import { DateOnly, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { BOOK_STATUSES, type BookStatus, SECTIONS, type Section } from './book.entity.js';

const MANY = 2_147_483_647;
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const STUDENT = '00000000-0000-7000-8000-003000000001';
const THANKS = { max: 2000, example: '感谢陪我走过四年的老师和同学。' };

export class BooksQuery extends ListQuery {
  @AnyOf('uuid', { zh: '学生', en: 'Students' }, [STUDENT])
  studentId?: string[];

  @AnyOf('uuid', { zh: '批量制作的任务', en: 'Jobs that made many' })
  jobId?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class BookChoiceDto {
  @ListOf(SECTIONS, {
    zh: '收入的部分',
    en: 'Parts that go in',
    unique: true,
    maxItems: 4,
    example: ['numbers', 'timeline', 'honours'],
  })
  sections: Section[];

  @LongText({ zh: '寄语', en: 'Words of one’s own', nullable: true, ...THANKS })
  thanks: string | null;

  @Int({ zh: '版本；1 为尚未选过', en: 'Version; 1 = nothing was chosen yet', min: 1, max: MANY, example: 1 })
  version: number;
}

export class ChooseDto {
  @ListOf(SECTIONS, {
    zh: '收入的部分',
    en: 'Parts that go in',
    unique: true,
    maxItems: 4,
    example: ['numbers', 'timeline', 'honours'],
  })
  sections: Section[];

  @LongText({ zh: '寄语', en: 'Words of one’s own', optional: true, ...THANKS })
  thanks?: string;
}

export class MakeBookDto {
  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true, example: STUDENT })
  studentId?: string;
}

export class MakeBooksDto {
  @Uuid({
    zh: '单位（班级、学院、学校）',
    en: 'Unit: a class, a college, the school',
    example: '00000000-0000-7000-8000-000600000001',
  })
  unitId: string;

  @Text({ zh: '仅此年级', en: 'Of this year of entry only', max: 10, optional: true, example: '2023' })
  grade?: string;
}

export class GraduationBookDto {
  @Uuid({ zh: '纪念册', en: 'Book' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '编号', en: 'Number', max: 20, example: '2027-000123' })
  number: string;

  @OneOf(BOOK_STATUSES, { zh: '状态', en: 'Status', example: 'valid' })
  status: BookStatus;

  @DateOnly({ zh: '制作日期', en: 'Made on', example: '2027-06-20' })
  issuedOn: string;

  @Int({ zh: '收入的条目数', en: 'Entries that stand in it', min: 0, max: MANY, example: 86 })
  entries: number;

  @Nested(() => ByDto, { zh: '制作人', en: 'Made by' })
  madeBy: ByDto;

  @Uuid({ zh: '批量制作的任务', en: 'Job that made it with others', nullable: true })
  jobId: string | null;

  @Text({ zh: '文件的 SHA-256', en: 'SHA-256 of the file', max: 64, example: SHA256 })
  sha256: string;

  @Nested(() => FileDto, {
    zh: 'PDF 文件，于 /early-warning/v1/files/{id}/content 下载；信息已删除的为空',
    en: 'The PDF, at /early-warning/v1/files/{id}/content; null once erased',
    nullable: true,
  })
  file: FileDto | null;

  @Instant({ zh: '撤销时间', en: 'Revoked at', nullable: true, example: null as never })
  revokedAt: Date | null;

  @Instant({ zh: '创建时间', en: 'Created at', example: '2027-06-20T02:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class VerifyBookDto {
  @Text({ zh: '核验码', en: 'Verification code', max: 100, example: '7K3M-9QWX-2B4T-HC8R-VN5E-1ZJD-6PYA' })
  code: string;

  @Text({
    zh: '手中文件的 SHA-256，用以核对文件是否被改动',
    en: 'SHA-256 of the file at hand: is it the one that was made?',
    ...{ min: 64, max: 64, pattern: /^[0-9a-fA-F]{64}$/, optional: true, example: SHA256 },
  })
  sha256?: string;
}

const FILE_COMPARISONS = {
  same: { zh: '与制作的文件一致', en: 'the file that was made' },
  changed: { zh: '与制作的文件不一致', en: 'not the file that was made' },
} as const;

/** What anybody with the code is told: nothing of what stands in it. */
export class BookVerificationDto {
  @Text({ zh: '编号', en: 'Number', max: 20, example: '2027-000123' })
  number: string;

  @OneOf(BOOK_STATUSES, { zh: '状态', en: 'Status', example: 'valid' })
  status: BookStatus;

  @DateOnly({ zh: '制作日期', en: 'Made on', example: '2027-06-20' })
  issuedOn: string;

  @Text({ zh: '所制作文件的 SHA-256', en: 'SHA-256 of the file that was made', max: 64, example: SHA256 })
  sha256: string;

  @OneOf(FILE_COMPARISONS, {
    zh: '手中文件的核对结果；未提供 sha256 时为空',
    en: 'Of the file at hand; null where no sha256 was given',
    nullable: true,
    example: 'same',
  })
  file: keyof typeof FILE_COMPARISONS | null;
}
