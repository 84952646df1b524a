import { DateOnly, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { EXCUSES, type Excuse, type Finding, FINDINGS, type Observed, OBSERVED } from './night.codes.js';

const MANY = 2_000_000_000;
export const MOST_NIGHTS = 100;

export class RequestNightCheckDto {
  @DateOnly({ zh: '夜晚（当晚的日期）', en: "The evening's date", example: '2026-11-20' })
  night: string;

  @DateOnly({
    zh: '到哪一晚（含），最多 100 晚',
    en: 'Last night of a range, inclusive; at most 100 nights',
    optional: true,
    example: '2026-11-20',
  })
  to?: string;
}

export class NightsQuery extends ListQuery {
  @DateOnly({ zh: '不早于', en: 'Not before', optional: true, example: '2026-11-01' })
  from?: string;

  @DateOnly({ zh: '不晚于', en: 'Not after', optional: true, example: '2026-11-30' })
  to?: string;
}

export class NightCountsDto {
  @Int({ zh: '晚归', en: 'Late', min: 0, max: MANY, example: 3 })
  late: number;

  @Int({ zh: '未归', en: 'Not returned', min: 0, max: MANY, example: 1 })
  notReturned: number;

  @Int({ zh: '已豁免', en: 'Excused', min: 0, max: MANY, example: 12 })
  excused: number;

  @Int({ zh: '其中因请假', en: 'Of these by leave', min: 0, max: MANY, example: 10 })
  excusedByLeave: number;

  @Int({ zh: '因门禁故障不作认定', en: 'Not judged because a gate was out', min: 0, max: MANY, example: 0 })
  suppressed: number;

  @Int({ zh: '无数据', en: 'No data', min: 0, max: MANY, example: 2 })
  unknown: number;
}

export class GateOutageDto {
  @Uuid({ zh: '设备', en: 'Device' })
  deviceId: string;

  @Uuid({ zh: '楼栋', en: 'Building' })
  buildingId: string;

  @OneOf(
    {
      registered: { zh: '已登记', en: 'registered' },
      gap: { zh: '有记录尚待向设备补取', en: 'events are missing that it is still asked for' },
      clock: { zh: '设备时钟偏差超过一天', en: 'its clock was off by more than a day' },
      suspected: { zh: '疑似：当晚几乎没有通行', en: 'suspected: (almost) silent that evening' },
    },
    { zh: '来源', en: 'How it is known', example: 'registered' },
  )
  kind: string;
}

/** One night's check. Numbers are of the students the caller answers for. */
export class NightDto {
  @DateOnly({ zh: '夜晚', en: "The evening's date", example: '2026-11-20' })
  night: string;

  @Int({ zh: '修订次数，每次更正加一', en: 'Rises with every amendment', min: 1, max: MANY, example: 1 })
  revision: number;

  @Int({
    zh: '所依据的晚归政策版本',
    en: 'Version of the curfew policy it was checked under',
    min: 0,
    max: MANY,
    example: 0,
  })
  policyNumber: number;

  @Instant({ zh: '最近核查时间', en: 'Last checked at' })
  checkedAt: Date;

  @Int({ zh: '核查人数', en: 'Students checked', min: 0, max: MANY, example: 2000 })
  students: number;

  @Nested(() => NightCountsDto, {
    zh: '结果',
    en: 'Findings',
    example: { late: 3, notReturned: 1, excused: 12, excusedByLeave: 10, suppressed: 0, unknown: 2 },
  })
  counts: NightCountsDto;

  @ListOf(() => GateOutageDto, { zh: '当晚故障的门禁', en: 'Gates that were out', maxItems: 10_000 })
  outages: GateOutageDto[];

  static from(this: void, row: NightDto): NightDto {
    return Object.assign(new NightDto(), row);
  }
}

/** Filters of findings, of one night or of all. */
class FindingFilters extends ListQuery {
  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];

  @AnyOf(FINDINGS, { zh: '结果；不填为除“已更正”外的全部', en: 'Findings; left out: all but `clear`' }, ['late'])
  finding?: Finding[];

  @AnyOf('uuid', { zh: '楼栋', en: 'Buildings' }, ['00000000-0000-7000-8000-001100000001'])
  buildingId?: string[];

  @UpdatedSince()
  updatedSince?: string;
}

export class NightFindingsQuery extends FindingFilters {
  @Sort(['number', 'updatedAt'])
  sort?: string;
}

export class FindingsQuery extends FindingFilters {
  @Sort(['night', 'updatedAt'])
  sort?: string;

  @DateOnly({ zh: '不早于', en: 'Not before', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '不晚于', en: 'Not after', optional: true, example: '2027-01-20' })
  to?: string;
}

/** What stands for a student and a night, and what it rests on. */
export class FindingDto {
  @Uuid({ zh: '结果', en: 'Finding' })
  id: string;

  @DateOnly({ zh: '夜晚', en: "The evening's date", example: '2026-11-20' })
  night: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Uuid({ zh: '楼栋', en: 'Building' })
  buildingId: string;

  @Text({ zh: '楼栋名称', en: 'Name of the building', example: '1号楼' })
  buildingName: string;

  @OneOf(FINDINGS, { zh: '结果', en: 'Finding', example: 'late' })
  finding: Finding;

  @OneOf(OBSERVED, { zh: '通行记录本身所示', en: 'What the passes alone say', nullable: true, example: 'late' })
  observed: Observed | null;

  @Int({
    zh: '晚归分钟数，不足一分钟按一分钟计',
    en: 'Begun minutes late',
    nullable: true,
    min: 0,
    max: 1_440,
    example: 25,
  })
  minutesLate: number | null;

  @OneOf(EXCUSES, { zh: '豁免依据', en: 'What excuses it', nullable: true, example: 'leave' })
  excuse: Excuse | null;

  @Uuid({ zh: '所依据的请假、去向登记或报备', en: 'The leave, registration or late pass', nullable: true })
  excuseId: string | null;

  @Instant({ zh: '最近一次通行', en: 'The last pass that was looked at', nullable: true })
  lastPassAt: Date | null;

  @Instant({ zh: '返回时间', en: 'When the student came in', nullable: true })
  returnedAt: Date | null;

  @Int({ zh: '形成于该晚的第几次修订', en: 'Revision of the night it comes from', min: 1, max: MANY, example: 1 })
  revision: number;

  static from(this: void, row: FindingDto): FindingDto {
    return Object.assign(new FindingDto(), row);
  }
}

/** What stood before an amendment. */
export class FindingHistoryDto {
  @Int({ zh: '第几次修订', en: 'Revision', min: 1, max: MANY, example: 1 })
  revision: number;

  @OneOf(FINDINGS, { zh: '结果', en: 'Finding', example: 'late' })
  finding: Finding;

  @Int({ zh: '晚归分钟数', en: 'Begun minutes late', nullable: true, min: 0, max: 1_440, example: 25 })
  minutesLate: number | null;

  @OneOf(EXCUSES, { zh: '豁免依据', en: 'What excused it', nullable: true, example: 'leave' })
  excuse: Excuse | null;

  @Instant({ zh: '被更正的时间', en: 'Amended at' })
  replacedAt: Date;
}

export class FindingWithHistoryDto extends FindingDto {
  @ListOf(() => FindingHistoryDto, {
    zh: '历次更正前的结果，新的在前',
    en: 'What stood before, newest first',
    maxItems: 1000,
  })
  history: FindingHistoryDto[];
}
