import { APPOINTMENT_KINDS, type AppointmentKind } from '#contracts';
import { DateOnly, Flag, ListOf, LongText, OneOf, Text, Uuid } from '#fields';
import {
  CONFIDENTIALITIES,
  type Confidentiality,
  DECISION_KINDS,
  type DecisionKind,
  ENTRY_KINDS,
  type EntryKind,
} from './care-rows.entity.js';

const STUDENT = '00000000-0000-7000-8000-003000000001';
const STAFF = '00000000-0000-7000-8000-004000000001';

export class OpenCaseDto {
  @Uuid({ zh: '学生', en: 'Student', example: STUDENT })
  studentId: string;

  @Text({ zh: '种类（学校规则中的代码）', en: 'Kind, by its key in the school’s rules', max: 40, example: 'study' })
  kind: string;

  @LongText({ zh: '立案缘由', en: 'Why it is opened', example: '连续两周缺课，宿舍同学反映情绪低落' })
  summary: string;

  @ListOf('uuid', {
    zh: '并入的预警',
    en: 'Warnings it takes',
    optional: true,
    unique: true,
    maxItems: 100,
    example: [],
  })
  warningIds?: string[];

  @ListOf('uuid', {
    zh: '并入的反映',
    en: 'Referrals it takes',
    ...{ optional: true, unique: true, maxItems: 100, example: [] },
  })
  referralIds?: string[];

  @Uuid({ zh: '由来的申请', en: 'The application from which it is opened', optional: true })
  applicationId?: string;
}

export class TakeWarningsDto {
  @ListOf('uuid', { zh: '预警', en: 'Warnings', unique: true, minItems: 1, maxItems: 100 })
  warningIds: string[];
}

export class PlanDto {
  @LongText({ zh: '帮扶目标', en: 'Goals', example: '期末前补齐两门课程；每周与家长联系一次' })
  goals: string;
}

export class AddMeasureDto {
  @LongText({ zh: '做什么', en: 'What is to be done', max: 2000, example: '每周三晚安排学业辅导' })
  what: string;

  @Uuid({ zh: '责任人', en: 'Who does it', example: STAFF })
  ownerId: string;

  @DateOnly({ zh: '期限', en: 'Last day', example: '2026-12-01' })
  dueOn: string;
}

export class SettleMeasureDto {
  @LongText({ zh: '结果或取消的原因', en: 'What came of it, or why it is dropped', max: 2000, example: '已辅导四次' })
  result: string;
}

export class AddCareMemberDto {
  @Uuid({ zh: '人员；不给则由任职找到', en: 'Person; left out: found by the post', optional: true, example: STAFF })
  personId?: string;

  @OneOf(APPOINTMENT_KINDS, {
    zh: '对该学生担任此职的人；须恰好一人',
    en: 'Who holds this post over the student; exactly one must',
    optional: true,
    example: 'class_advisor',
  })
  post?: AppointmentKind;

  @Flag({ zh: '负责人', en: 'Leads the team', optional: true, example: true })
  lead = false;

  @LongText({ zh: '职责', en: 'Duties', max: 1000, example: '学业辅导' })
  duties: string;
}

export class ProposeDto {
  @OneOf(DECISION_KINDS, { zh: '事项', en: 'What', example: 'level' })
  what: DecisionKind;

  @Text({ zh: '级别（定级时）', en: 'Level, by its key, for a level', max: 40, optional: true, example: 'serious' })
  level?: string;

  @Text({ zh: '成效（结案时）', en: 'Effect, by its key, for a closure', max: 40, optional: true, example: 'improved' })
  effect?: string;

  @LongText({
    zh: '理由；结案时为结案复核',
    en: 'Why; for a closure: the closing review',
    example: '缺课多，需持续关注',
  })
  reason: string;
}

export class AnswerDto {
  @LongText({ zh: '意见', en: 'What one says to it', max: 2000, optional: true, example: '同意' })
  answer?: string;
}

export class AddEntryDto {
  @OneOf(ENTRY_KINDS, { zh: '种类', en: 'Kind', example: 'talk' })
  kind: EntryKind;

  @DateOnly({ zh: '日期；不给为今天', en: 'Day; left out: today', optional: true, example: '2026-11-20' })
  happenedOn?: string;

  @Flag({ zh: '是否联系到本人（谈话、走访、电话）', en: 'Was the student reached?', optional: true, example: true })
  reached?: boolean;

  @OneOf(CONFIDENTIALITIES, { zh: '可见范围', en: 'For whom it is', optional: true, example: 'team' })
  confidentiality: Confidentiality = 'team';

  @ListOf('uuid', {
    zh: '可见人员（指定人员时）',
    en: 'Readers, of an entry for named persons',
    optional: true,
    unique: true,
    maxItems: 50,
    example: [],
  })
  readers?: string[];

  @LongText({ zh: '内容', en: 'What there is to say', example: '与学生谈话一小时，愿意接受辅导' })
  text: string;
}

export class OfferTransferDto {
  @Uuid({ zh: '接收人', en: 'To whom', example: '00000000-0000-7000-8000-004000000002' })
  toId: string;

  @LongText({ zh: '理由', en: 'Why', max: 2000, example: '学生转入外国语学院' })
  reason: string;
}

export class CaseReasonDto {
  @LongText({ zh: '理由', en: 'Why', max: 2000, example: '情况反复' })
  reason: string;
}
