import { DateOnly, Instant, Int, Nested, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort } from '#http';

export class AbsencesQuery extends ListQuery {
  @AnyOf('uuid', { zh: '离岗人员', en: 'Who is away' }, ['00000000-0000-7000-8000-004000000001'])
  personId?: string[];

  @AnyOf('uuid', { zh: '代办人', en: 'Who stands in' }, ['00000000-0000-7000-8000-004000000002'])
  standInId?: string[];

  @DateOnly({ zh: '在这一天离岗', en: 'Away on this day', optional: true, example: '2027-03-02' })
  on?: string;

  @Sort(['startsAt'])
  sort?: string;
}

export class RecordAbsenceDto {
  @Uuid({
    zh: '离岗人员：本人，或所辖人员',
    en: 'Who is away: oneself, or staff in one’s charge',
    example: '00000000-0000-7000-8000-004000000001',
  })
  personId: string;

  @Uuid({
    zh: '代办人，须有审批请假的任职',
    en: 'Who stands in; must hold a post that decides on leaves',
    example: '00000000-0000-7000-8000-004000000002',
  })
  standInId: string;

  @DateOnly({ zh: '首日', en: 'First day', example: '2027-03-01' })
  startsOn: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2027-03-05' })
  endsOn: string;
}

export class AbsenceDto {
  @Uuid({ zh: '离岗', en: 'Absence' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '离岗人员', en: 'Who is away' })
  person: PersonRefDto;

  @Nested(() => PersonRefDto, { zh: '代办人', en: 'Who stands in' })
  standIn: PersonRefDto;

  @Instant({ zh: '开始', en: 'From (inclusive)', example: '2027-02-28T16:00:00.000Z' })
  startsAt: Date;

  @Instant({ zh: '结束', en: 'To (exclusive)', example: '2027-03-05T16:00:00.000Z' })
  endsAt: Date;

  @Instant({ zh: '提前结束的时间', en: 'When it was ended early', nullable: true, example: '2027-03-03T01:00:00.000Z' })
  endedAt: Date | null;

  @Instant({ zh: '登记时间', en: 'Recorded at', example: '2027-02-26T02:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, row: AbsenceDto): AbsenceDto {
    return Object.assign(new AbsenceDto(), row);
  }
}
