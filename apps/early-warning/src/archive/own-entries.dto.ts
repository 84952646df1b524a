import { DateOnly, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { OWN_ENTRY_ACTIONS, OWN_ENTRY_STATUSES, type OwnEntryAction, type OwnEntryStatus } from './own-entry.entity.js';

const MANY = 2_147_483_647;
const TITLE = { max: 200, example: '读完《平凡的世界》' };
const TEXT = { max: 2000, example: '写了三千字读书笔记，在班里分享。' };

export class OwnEntriesQuery extends ListQuery {
  @AnyOf(OWN_ENTRY_STATUSES, { zh: '状态', en: 'Statuses' }, ['submitted'])
  status?: OwnEntryStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @Flag({ zh: '仅本人的', en: 'One’s own alone', optional: true, example: true })
  mine?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class OwnEntryFormDto {
  @Text({
    zh: '领域，代码见政策 early-warning.archive',
    en: 'Area: a code of the policy early-warning.archive',
    max: 40,
    example: 'intellectual',
  })
  area: string;

  @Text({
    zh: '计入四个一百的哪一项',
    en: 'Which of the four hundreds it is to count for',
    max: 40,
    optional: true,
    example: 'books',
  })
  track?: string;

  @DateOnly({ zh: '日期', en: 'When it was', example: '2026-11-20' })
  happenedOn: string;

  @Text({ zh: '标题', en: 'Title', ...TITLE })
  title: string;

  @LongText({ zh: '正文', en: 'Text', ...TEXT, optional: true })
  text?: string;

  @ListOf('uuid', {
    zh: '附件（已上传的文件）',
    en: 'Files that were handed in',
    optional: true,
    unique: true,
    maxItems: 10,
    example: [],
  })
  files: string[] = [];
}

export class SubmitOwnEntryDto extends OwnEntryFormDto {
  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class RefuseOwnEntryDto {
  @LongText({ zh: '理由', en: 'Why', max: 1000, example: '请附上读书笔记' })
  reason: string;
}

export class OwnEntryDto {
  @Uuid({ zh: '记录', en: 'Record' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '领域', en: 'Area', max: 40, example: 'intellectual' })
  area: string;

  @Text({ zh: '四个一百', en: 'Which of the four hundreds', max: 40, nullable: true, example: 'books' })
  track: string | null;

  @DateOnly({ zh: '日期', en: 'When it was', example: '2026-11-20' })
  happenedOn: string;

  @Text({
    zh: '标题；学生个人信息已删除时为空',
    en: 'Title; null when the student’s data was erased',
    nullable: true,
    ...TITLE,
  })
  title: string | null;

  @OneOf(OWN_ENTRY_STATUSES, { zh: '状态', en: 'Status', example: 'submitted' })
  status: OwnEntryStatus;

  @Nested(() => ByDto, { zh: '核实人', en: 'Who verified or refused it', nullable: true })
  decidedBy: ByDto | null;

  @Instant({ zh: '核实时间', en: 'When', nullable: true, example: '2026-11-22T01:00:00.000Z' })
  decidedAt: Date | null;

  @Instant({ zh: '提交时间', en: 'Submitted at', example: '2026-11-21T01:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class OwnEntryActionDto {
  @OneOf(OWN_ENTRY_ACTIONS, { zh: '办理', en: 'Action', example: 'withdraw' })
  action: OwnEntryAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class OwnEntryDetailDto extends OwnEntryDto {
  @LongText({ zh: '正文', en: 'Text', ...TEXT, nullable: true })
  text: string | null;

  @LongText({
    zh: '不予核实或撤回的理由',
    en: 'Why it was refused, or taken back',
    max: 1000,
    nullable: true,
    example: '请附上读书笔记',
  })
  answer: string | null;

  @ListOf(() => FileDto, { zh: '附件', en: 'Files', maxItems: 10 })
  files: FileDto[];

  @ListOf(() => OwnEntryActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: OwnEntryActionDto[];
}
