import { type WarningLevel, WARNING_LEVELS } from '#contracts';
import { Instant, Int, Nested, OneOf } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort } from '#http';
import { StudentPlaceDto } from '../cases/cases.dto.js';
import { ListedRiskDto } from '../risk/risk.dto.js';

export class WarnedStudentsQuery extends ListQuery {
  @AnyOf('uuid', {
    zh: '学生所属的单位或场所（含其下级）',
    en: 'Units or places of the students, those below included',
  })
  unitId?: string[];

  @Sort(['raisedAt', 'level', 'risk'])
  sort?: string;
}

/** A student with what was warned of and is not settled. */
export class WarnedStudentDto {
  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Nested(() => StudentPlaceDto, { zh: '所在学院、班级与辅导员', en: 'College, class and counselors' })
  where: StudentPlaceDto;

  @OneOf(WARNING_LEVELS, { zh: '最高级别', en: 'Gravest level', example: 'orange' })
  level: WarningLevel;

  @Int({ zh: '待研判', en: 'Open', min: 0, max: 1_000_000, example: 2 })
  open: number;

  @Int({ zh: '已确认', en: 'Confirmed', min: 0, max: 1_000_000, example: 1 })
  confirmed: number;

  @Instant({ zh: '最近一次发出的时间', en: 'When the latest was raised' })
  raisedAt: Date;

  @Nested(() => ListedRiskDto, {
    zh: '在用风险模型的分数及影响最大的几部分；没有模型、学生不愿被打分或无权查看时为 null',
    en: 'Score of the risk model in use, and its parts; null: no model, the student objects, or it is not one’s to see',
    nullable: true,
  })
  risk: ListedRiskDto | null;

  static from(this: void, row: Omit<WarnedStudentDto, 'level'> & { rank: number }): WarnedStudentDto {
    const { rank, ...shown } = row;
    const level = Object.keys(WARNING_LEVELS)[rank - 1] as WarningLevel;
    return Object.assign(new WarnedStudentDto(), { ...shown, level });
  }
}
