import { DateOnly, Int, Nested, Text, Uuid } from '#fields';
import { PageQuery, Sort } from '#http';
import { NameDto } from '#workflow';

export class NoticeQuery extends PageQuery {
  @Sort(['class'])
  sort?: string;
}

/** Somebody in a public notice: what its rules let be shown, and nothing else. */
export class NoticeRowDto {
  @Uuid({ zh: '参评，提出异议时用', en: 'The entry, to object to' })
  entryId: string;

  @Int({ zh: '第几次公示', en: 'In which notice', min: 1, max: 1000, example: 1 })
  notice: number;

  @DateOnly({ zh: '公示末日（含）', en: 'Last day of the notice', example: '2026-11-09' })
  endsOn: string;

  @Text({ zh: '姓名', en: 'Name', optional: true, example: '学生1' })
  name?: string;

  @Text({
    zh: '学号，遮去中间',
    en: 'Student number, its middle hidden',
    optional: true,
    max: 50,
    example: '2024****01',
  })
  number?: string;

  @Text({ zh: '学院', en: 'College', optional: true, example: '计算机学院' })
  college?: string;

  @Text({ zh: '班级', en: 'Class', optional: true, example: '软工2401' })
  class?: string;

  @Nested(() => NameDto, { zh: '等级', en: 'Level', optional: true, example: { zh: '一等奖学金', en: 'First class' } })
  level?: NameDto;
}
