import type { Bilingual } from '#contracts';
import { Flag, Int, ListOf, Nested } from '#fields';
import { Policy } from '#policy';
import type { RoundKind } from './round-content.js';

/** All that a public notice can show; nothing else of an entry ever is: no reason, no form, no score. */
export const NOTICE_FIELDS = {
  name: { zh: '姓名', en: 'Name' },
  number: { zh: '学号（遮去中间）', en: 'Student number, its middle hidden' },
  college: { zh: '学院', en: 'College' },
  class: { zh: '班级', en: 'Class' },
  level: { zh: '等级', en: 'Level' },
} as const satisfies Record<string, Bilingual>;
export type NoticeField = keyof typeof NOTICE_FIELDS;

export class NoticeRule {
  @Int({ zh: '公示几个工作日', en: 'Working days it runs', min: 1, max: 60, example: 5 })
  workingDays = 5;

  @ListOf(NOTICE_FIELDS, { zh: '公示的内容', en: 'What it shows', minItems: 1, maxItems: 5, unique: true })
  fields: NoticeField[] = ['name', 'number', 'college', 'class', 'level'];

  @Flag({ zh: '仅本学院可见', en: 'Seen by those of the same college alone', example: false })
  concernedOnly = false;

  static of(values: Partial<NoticeRule>): NoticeRule {
    return Object.assign(new NoticeRule(), values);
  }
}

/**
 * Public notices of rounds. Five working days are what schools name for awards; no text of the state that was read gives the number, nor
 * what may be shown, so both are a school's to set. 教财〔2018〕16号 has private facts of hardship hidden: a level is one, so by default
 * there is none to be seen, and only within the college.
 */
@Policy({ key: 'affairs.round-notice', title: { zh: '评选公示', en: 'Public notices of rounds' } })
export class RoundNoticePolicy {
  @Nested(() => NoticeRule, { zh: '评奖评优', en: 'Awards' })
  award = new NoticeRule();

  @Nested(() => NoticeRule, { zh: '资助', en: 'Aid' })
  aid = NoticeRule.of({ fields: ['name', 'class'], concernedOnly: true });

  @Nested(() => NoticeRule, { zh: '家庭经济困难认定', en: 'Hardship levels' })
  hardship = NoticeRule.of({ fields: ['name', 'class'], concernedOnly: true });

  @Nested(() => NoticeRule, { zh: '转专业', en: 'Changes of the major' })
  transfer = new NoticeRule();

  @Nested(() => NoticeRule, { zh: '综合测评', en: 'Comprehensive evaluation' })
  appraisal = NoticeRule.of({ fields: ['name', 'number', 'class'], concernedOnly: true });

  static of(policy: RoundNoticePolicy, kind: RoundKind): NoticeRule {
    return policy[kind];
  }
}
