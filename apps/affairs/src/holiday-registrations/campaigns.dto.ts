import { DateOnly, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { NameDto } from '#workflow';
import {
  type Asked,
  ASKS,
  CAMPAIGN_STATUSES,
  type CampaignContent,
  type CampaignStatus,
  type HolidayCampaign,
} from './campaign.entity.js';

const MANY = 2_147_483_647;
const CODE = /^[a-z][a-z0-9_-]*$/;

export class HolidayCampaignsQuery extends ListQuery {
  @AnyOf(CAMPAIGN_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: CampaignStatus[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsAt', 'updatedAt'])
  sort?: string;
}

export class HolidayDestinationDto {
  @Text({ zh: '代码', en: 'Code, once in the campaign', max: 50, pattern: CODE, example: 'home' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '回家', en: 'Home' } })
  title: NameDto;

  @Flag({ zh: '夜间不在校（否：留校）', en: 'Away at night; false: stays on campus', example: true })
  away: boolean;

  @Flag({ zh: '须辅导员同意', en: 'Counts once the counselor has agreed', optional: true, example: false })
  approval = false;

  @ListOf(ASKS, {
    zh: '必填项',
    en: 'What must be given',
    optional: true,
    unique: true,
    maxItems: 20,
    example: ['region', 'contact'],
  })
  asks: Asked[] = [];
}

const HOME = { code: 'home', title: { zh: '回家', en: 'Home' }, away: true, approval: false };
const STAY = {
  code: 'campus',
  title: { zh: '留校', en: 'Stays on campus' },
  away: false,
  approval: true,
  asks: ['note'],
};

class CampaignFieldsDto {
  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '2026 年国庆节去向登记', en: 'National Day 2026' } })
  title: NameDto;

  @Instant({ zh: '可离校的最早时间', en: 'From when on students may be away', example: '2026-09-30T16:00:00+08:00' })
  startsAt: string | Date;

  @Instant({
    zh: '最迟返校时间（不含）',
    en: 'By when they must be back, exclusive',
    example: '2026-10-07T22:00:00+08:00',
  })
  endsAt: string | Date;

  @DateOnly({ zh: '登记首日', en: 'First day of registration', example: '2026-09-20' })
  opensOn: string;

  @DateOnly({ zh: '登记末日（含）', en: 'Last day of registration, inclusive', example: '2026-09-29' })
  closesOn: string;

  @ListOf('text', {
    zh: '适用的年级；空为全部',
    en: 'Grades whose students it is for; none: all',
    ...{ optional: true, unique: true, maxItems: 20, example: ['2024'] },
  })
  grades: string[] = [];

  @ListOf(() => HolidayDestinationDto, {
    zh: '去向',
    en: 'Destinations to choose from',
    ...{ minItems: 1, maxItems: 20, example: [{ ...HOME, asks: ['region', 'contact'] }, STAY] },
  })
  destinations: HolidayDestinationDto[];
}

export class HolidayCampaignContentDto extends CampaignFieldsDto {
  @Uuid({
    zh: '组织的学院；空为学校',
    en: 'The college that holds it; null: the school',
    ...{ nullable: true, optional: true, example: '00000000-0000-7000-8000-000200000001' },
  })
  unitId: string | null = null;

  @ListOf('uuid', {
    zh: '适用的单位（不出学院）；空为该学院全体或全校',
    en: 'Units whose students it is for, within the college; none: all of the college, or of the school',
    ...{ optional: true, unique: true, maxItems: 100, example: [] },
  })
  unitIds: string[] = [];

  static toContent({ unitId, unitIds, startsAt, endsAt, ...rest }: HolidayCampaignContentDto): CampaignContent {
    const destinations = rest.destinations.map(({ code, title, away, approval, asks }) => ({
      ...{ code, title: { zh: title.zh, en: title.en }, away, approval, asks },
    }));
    return {
      ...rest,
      title: { zh: rest.title.zh, en: rest.title.en },
      ...{ destinations, unitId, unitIds: unitIds.length === 0 && unitId ? [unitId] : unitIds },
      ...{ startsAt: new Date(startsAt), endsAt: new Date(endsAt) },
    };
  }
}

export class HolidayCampaignDto extends CampaignFieldsDto {
  @Uuid({ zh: '登记活动', en: 'Campaign' })
  id: string;

  @Uuid({ zh: '组织的学院；空为学校', en: 'The college that holds it; null: the school', nullable: true })
  unitId: string | null;

  @ListOf('uuid', {
    zh: '适用的单位；空为全校',
    en: 'Units whose students it is for; none: the whole school',
    maxItems: 100,
    example: [],
  })
  unitIds: string[];

  @OneOf(CAMPAIGN_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: CampaignStatus;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(campaign: HolidayCampaign): HolidayCampaignDto {
    const { id, status, version, content } = campaign;
    return Object.assign(new HolidayCampaignDto(), { id, ...content, status, version });
  }
}

class HolidayBoardCountsDto {
  @Int({ zh: '学生数', en: 'Students', min: 0, max: MANY, example: 150 })
  total: number;

  @Int({
    zh: '已登记（含待同意）',
    en: 'Have registered, those who wait for consent included',
    min: 0,
    max: MANY,
    example: 120,
  })
  registered: number;

  @Int({ zh: '未登记', en: 'Have not registered, or were refused', min: 0, max: MANY, example: 30 })
  unregistered: number;

  @Int({ zh: '待同意', en: 'Wait for consent', min: 0, max: MANY, example: 4 })
  submitted: number;

  @Int({ zh: '离校', en: 'Away', min: 0, max: MANY, example: 100 })
  away: number;

  @Int({ zh: '留校', en: 'Stay on campus', min: 0, max: MANY, example: 16 })
  staying: number;

  @Int({ zh: '已返校', en: 'Of those away: back', min: 0, max: MANY, example: 60 })
  back: number;

  @Int({ zh: '逾期未返校', en: 'Of those away: overdue', min: 0, max: MANY, example: 2 })
  overdue: number;
}

export class HolidayBoardClassDto extends HolidayBoardCountsDto {
  @Uuid({ zh: '班级；空为未知', en: 'Class; null: not known', nullable: true })
  unitId: string | null;

  @Text({ zh: '名称', en: 'Name', nullable: true, example: '软工2401' })
  name: string | null;
}

export class HolidayBoardCollegeDto extends HolidayBoardCountsDto {
  @Uuid({ zh: '学院；空为未知', en: 'College; null: not known', nullable: true })
  unitId: string | null;

  @Text({ zh: '名称', en: 'Name', nullable: true, example: '计算机学院' })
  name: string | null;

  @ListOf(() => HolidayBoardClassDto, { zh: '各班', en: 'By class', maxItems: 10_000 })
  classes: HolidayBoardClassDto[];
}

/** How far registration is among the students within the caller's scope. */
export class HolidayBoardDto extends HolidayBoardCountsDto {
  @Uuid({ zh: '登记活动', en: 'Campaign' })
  id: string;

  @ListOf(() => HolidayBoardCollegeDto, { zh: '各学院', en: 'By college', maxItems: 1000 })
  colleges: HolidayBoardCollegeDto[];
}

export type BoardCounts = Record<
  'total' | 'registered' | 'unregistered' | 'submitted' | 'away' | 'staying' | 'back' | 'overdue',
  number
>;

export class UnregisteredQuery extends ListQuery {
  @AnyOf('uuid', { zh: '学生所属单位（含其下级）', en: 'Units of students, those below included' })
  unitId?: string[];

  @Sort(['number'])
  sort?: string;
}

/** A student who has not registered. */
export class UnregisteredDto {
  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Flag({ zh: '曾登记，未获同意', en: 'Has registered, and was refused', example: false })
  rejected: boolean;

  @DateOnly({ zh: '最近提醒的日期', en: 'Reminded last on', nullable: true, example: '2026-09-25' })
  remindedOn: string | null;

  static from(this: void, row: UnregisteredDto): UnregisteredDto {
    return Object.assign(new UnregisteredDto(), { ...row, student: PersonRefDto.from(row.student) });
  }
}

export class RemindDto {
  @ListOf('uuid', {
    zh: '提醒哪些学生；不填为所辖全部未登记的',
    en: 'Whom to remind; left out: all within the caller’s scope who have not registered',
    ...{ optional: true, unique: true, minItems: 1, maxItems: 1000, example: ['00000000-0000-7000-8000-003000000001'] },
  })
  studentIds?: string[];
}

export class RemindedDto {
  @Int({
    zh: '提醒人数；今天已提醒过的不再提醒',
    en: 'Students reminded; who was reminded today is not again',
    min: 0,
    max: MANY,
    example: 30,
  })
  reminded: number;
}

export class HolidayExportQuery {
  @OneOf(['xlsx', 'csv'], { zh: '格式', en: 'Format', optional: true, example: 'xlsx' })
  format: 'xlsx' | 'csv' = 'xlsx';
}
