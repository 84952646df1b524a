import { Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import {
  HONOUR_ACTIONS,
  HONOUR_LEVELS,
  HONOUR_STATUSES,
  type HonourAction,
  type HonourLevel,
  type HonourStatus,
} from './honour.entity.js';

const MANY = 2_147_483_647;
const UNIT = '00000000-0000-7000-8000-000200000001';

export class HonoursQuery extends ListQuery {
  @Text({ zh: '名称中的文字', en: 'Words of the title', max: 100, optional: true, example: '先进集体' })
  q?: string;

  @AnyOf(HONOUR_LEVELS, { zh: '级别', en: 'Levels' }, ['national'])
  level?: HonourLevel[];

  @AnyOf(HONOUR_STATUSES, { zh: '状态', en: 'Statuses' }, ['verified'])
  status?: HonourStatus[];

  @Int({ zh: '年份', en: 'Year', min: 1900, max: 2200, optional: true, example: 2026 })
  year?: number;

  @AnyOf('uuid', { zh: '单位（含其下级）', en: 'Units, those below included' }, [UNIT])
  unitId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['year', 'updatedAt'])
  sort?: string;
}

export class RecordHonourDto {
  @Uuid({ zh: '单位（与学生二者填一）', en: 'The unit; or the student', optional: true, example: UNIT })
  unitId?: string;

  @Uuid({ zh: '学生（与单位二者填一）', en: 'The student; or the unit', optional: true })
  studentId?: string;

  @Text({ zh: '名称', en: 'Title', max: 200, example: '全国先进班集体' })
  title: string;

  @OneOf(HONOUR_LEVELS, { zh: '级别', en: 'Level', example: 'national' })
  level: HonourLevel;

  @Int({ zh: '年份', en: 'Year', min: 1900, max: 2200, example: 2025 })
  year: number;

  @Text({ zh: '授予单位', en: 'Awarded by', max: 200, example: '教育部' })
  awardedBy: string;

  @ListOf('uuid', {
    zh: '证明（已上传的文件）',
    en: 'Evidence: files handed in',
    optional: true,
    unique: true,
    maxItems: 5,
    example: [],
  })
  evidence: string[] = [];
}

export class HonourDto {
  @Uuid({ zh: '荣誉', en: 'Honour' })
  id: string;

  @Uuid({ zh: '单位', en: 'The unit', nullable: true, example: UNIT })
  unitId: string | null;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'The student', nullable: true })
  student: PersonRefDto | null;

  @Text({
    zh: '名称；学生个人信息已删除时为空',
    en: 'Title; null when the student’s data was erased',
    max: 200,
    nullable: true,
    example: '全国先进班集体',
  })
  title: string | null;

  @OneOf(HONOUR_LEVELS, { zh: '级别', en: 'Level', example: 'national' })
  level: HonourLevel;

  @Int({ zh: '年份', en: 'Year', min: 1900, max: 2200, example: 2025 })
  year: number;

  @Text({ zh: '授予单位', en: 'Awarded by', min: 0, max: 200, example: '教育部' })
  awardedBy: string;

  @OneOf(HONOUR_STATUSES, { zh: '状态', en: 'Status', example: 'verified' })
  status: HonourStatus;

  @Instant({ zh: '登记时间', en: 'Recorded at', example: '2027-03-01T01:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: HonourDto): HonourDto {
    return Object.assign(new HonourDto(), row);
  }
}

export class HonourActionDto {
  @OneOf(HONOUR_ACTIONS, { zh: '办理', en: 'Action', example: 'verify' })
  action: HonourAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class HonourDetailDto extends HonourDto {
  @ListOf(() => FileDto, { zh: '证明', en: 'Evidence', maxItems: 5 })
  evidence: FileDto[];

  @ListOf(() => HonourActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: HonourActionDto[];
}
