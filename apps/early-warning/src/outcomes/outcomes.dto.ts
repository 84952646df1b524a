import { Instant, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';

export const SUBJECTS = {
  warning: { zh: '本人所拟规则发出的预警', en: 'a warning by a rule one drafted' },
  referral: { zh: '本人的反映', en: 'a referral one sent' },
} as const;
export const STANDINGS = {
  waiting: { zh: '等待办理', en: 'waits for somebody' },
  informed: { zh: '已告知，无须办理', en: 'informs, and waits for nobody' },
  taken_up: { zh: '已受理', en: 'taken up' },
  closed: { zh: '已了结', en: 'over' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const;

export class OutcomesQuery extends ListQuery {
  @AnyOf(SUBJECTS, { zh: '种类', en: 'Kinds' }, ['referral'])
  subject?: (keyof typeof SUBJECTS)[];

  @AnyOf(STANDINGS, { zh: '进展', en: 'How they stand' }, ['taken_up'])
  outcome?: (keyof typeof STANDINGS)[];

  @Sort(['raisedAt'])
  sort?: string;
}

/** How something stands that one raised; never what was found, nor about whom. */
export class OutcomeDto {
  @Uuid({ zh: '预警或反映', en: 'Warning or referral' })
  id: string;

  @OneOf(SUBJECTS, { zh: '种类', en: 'Kind', example: 'referral' })
  subject: keyof typeof SUBJECTS;

  @Text({ zh: '规则代码，或反映的种类', en: 'Code of the rule, or kind of the referral', max: 60, example: 'mood' })
  what: string;

  @Text({ zh: '级别，或紧急程度', en: 'Level, or urgency', max: 40, example: 'soon' })
  grade: string;

  @Instant({ zh: '发出或反映的时间', en: 'Raised at' })
  raisedAt: Date;

  @OneOf(STANDINGS, { zh: '进展', en: 'How it stands', example: 'taken_up' })
  outcome: keyof typeof STANDINGS;

  static from(this: void, row: OutcomeDto): OutcomeDto {
    return Object.assign(new OutcomeDto(), row);
  }
}
