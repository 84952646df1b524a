import { Decimal, Flag, Instant, Int, ListOf, OneOf, Text, Uuid } from '#fields';
import { RowResultDto } from '#http';
import { ENROLMENT_STATUSES, type EnrolmentStatus, EVIDENCE, type Evidence } from './enrolment.entity.js';
import { CODE_DIGITS } from './sign-in-code.js';

export class SignInCodeDto {
  @Text({ zh: '签到码', en: 'Code', max: CODE_DIGITS, example: '048213' })
  code: string;

  @Instant({
    zh: '此时更换；更换后短时间内仍有效',
    en: 'Changes at; good for a short while after',
    example: '2027-03-10T11:00:20.000Z',
  })
  changesAt: Date;

  @Int({ zh: '多少秒更换', en: 'Seconds after which it changes', min: 15, max: 30, example: 20 })
  seconds: number;
}

export class SignInDto {
  @Text({
    zh: '现场显示的签到码',
    en: 'The code that is shown',
    max: CODE_DIGITS,
    pattern: /^\d{6}$/,
    example: '048213',
  })
  code: string;
}

/** Whether a student was there. */
export class TurnoutDto {
  @Flag({ zh: '是否到场', en: 'Was the student there?', example: true })
  present: boolean;

  @OneOf({ roll: EVIDENCE.roll, gate: EVIDENCE.gate }, { zh: '依据', en: 'Evidence', optional: true, example: 'roll' })
  evidence: Exclude<Evidence, 'code'> = 'roll';

  @Decimal({
    zh: '时长（小时），代替活动规定的',
    en: 'Hours, instead of those of the activity',
    min: 0,
    max: 1_000,
    optional: true,
    example: 2,
  })
  hours?: number;
}

export class RollRowDto extends TurnoutDto {
  @Uuid({ zh: '报名', en: 'Enrolment' })
  id: string;
}

export class RollDto {
  @ListOf(() => RollRowDto, { zh: '名单', en: 'Rows', minItems: 1, maxItems: 500 })
  rows: RollRowDto[];
}

export class RollRowResultDto extends RowResultDto {
  @OneOf(ENROLMENT_STATUSES, {
    zh: '状态；有问题时为 null',
    en: 'Status; null with a problem',
    nullable: true,
    example: 'enrolled',
  })
  status: EnrolmentStatus | null;
}
