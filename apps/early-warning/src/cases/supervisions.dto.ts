import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { ListQuery, PersonRefDto, Sort } from '#http';
import { SUPERVISION_CAUSES, type SupervisionCause } from './care-rows.entity.js';
import { StudentPlaceDto } from './cases.dto.js';

export class SupervisionsQuery extends ListQuery {
  @Flag({ zh: '是否已结束；不给为未结束', en: 'Ended, or not; left out: not', optional: true, example: false })
  ended?: boolean;

  @Sort(['sinceAt'])
  sort?: string;
}

/** Something of a case, a warning or a referral is overdue, and it is up to who asks. */
export class SupervisionDto {
  @Uuid({ zh: '督办', en: 'Supervision' })
  id: string;

  @Uuid({ zh: '个案；其他事项为空', en: 'Case; null: it is of something else', nullable: true })
  caseId: string | null;

  @Uuid({ zh: '超时未研判的预警', en: 'Warning that was not triaged in time', nullable: true })
  warningId: string | null;

  @Uuid({ zh: '超时未受理的反映', en: 'Referral that was not taken up in time', nullable: true })
  referralId: string | null;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Nested(() => StudentPlaceDto, { zh: '所在学院、班级与辅导员', en: 'College, class and counselors' })
  where: StudentPlaceDto;

  @Nested(() => PersonRefDto, {
    zh: '个案负责人；不是个案时为空',
    en: 'Owner of the case; null: no case',
    nullable: true,
  })
  owner: PersonRefDto | null;

  @OneOf(SUPERVISION_CAUSES, { zh: '原因', en: 'Cause', example: 'review' })
  cause: SupervisionCause;

  @Text({
    zh: '个案或预警的级别，反映的紧急程度',
    en: 'Level of the case or the warning, urgency of the referral',
    ...{ max: 40, nullable: true, example: 'serious' },
  })
  level: string | null;

  @Int({ zh: '逐级上报的第几级', en: 'Step of the line, from 1', min: 1, max: 6, example: 1 })
  step: number;

  @ListOf('uuid', { zh: '由谁督办', en: 'Whom it is up to', maxItems: 1000 })
  personIds: string[];

  @Instant({ zh: '自何时起', en: 'Since' })
  sinceAt: Date;

  @Instant({ zh: '结束时间', en: 'Ended at', nullable: true })
  endedAt: Date | null;

  @Instant({ zh: '答复时间', en: 'Answered at', nullable: true })
  answeredAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, row: SupervisionDto): SupervisionDto {
    return Object.assign(new SupervisionDto(), row);
  }
}

export class AnswerSupervisionDto {
  @LongText({ zh: '督办意见', en: 'What is to be done', max: 2000, example: '请本周五前完成复核' })
  text: string;
}
