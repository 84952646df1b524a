import { Flag, Int, ListOf, Nested, OneOf, Text } from '#fields';
import { Policy } from '#policy';
import { NameDto } from '#workflow';

/** The four hundreds (四个一百): a hundred of each, through the years of study. */
export const TRACKS = {
  books: { zh: '百本好书', en: 'A hundred books' },
  teachers: { zh: '百位名师', en: 'A hundred teachers' },
  talks: { zh: '百场讲座', en: 'A hundred talks' },
  events: { zh: '百项活动', en: 'A hundred events' },
} as const;
export type Track = keyof typeof TRACKS;

export class ActivityKind {
  @Text({ zh: '代码', en: 'Code', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'lecture' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '讲座', en: 'Talk' } })
  name: NameDto;

  @Text({
    zh: '第二课堂的类别；空为不计学分',
    en: 'Category of the second classroom its credits are of; null = none',
    max: 40,
    nullable: true,
    example: 'thought',
  })
  category: string | null;

  @OneOf(TRACKS, { zh: '四个一百', en: 'Which of the four hundreds it counts for', nullable: true, example: 'talks' })
  track: Track | null;

  @Flag({ zh: '时长计入志愿服务', en: 'Its hours are volunteering', example: false })
  volunteering: boolean;
}

const kind = (
  code: string,
  zh: string,
  en: string,
  category: string | null,
  track: Track | null = null,
  volunteering = false,
): ActivityKind =>
  Object.assign(new ActivityKind(), {
    ...{ code, name: Object.assign(new NameDto(), { zh, en }), category, track, volunteering },
  });

/**
 * Kinds of activities (活动), and how they are signed in to. Kinds after 中青联发〔2018〕5号, which leaves them to schools; the four hundreds
 * are one school's (西安交通大学, 2024). The times are no rule of anybody's but defaults to be set.
 */
@Policy({ key: 'affairs.activities', title: { zh: '活动', en: 'Activities' } })
export class ActivityPolicy {
  @ListOf(() => ActivityKind, { zh: '活动种类', en: 'Kinds of activities', minItems: 1, maxItems: 100 })
  kinds: ActivityKind[] = [
    kind('lecture', '讲座', 'Talk', 'thought', 'talks'),
    kind('reading', '读书', 'Reading a book', 'thought', 'books'),
    kind('teacher-talk', '名师面对面', 'Meeting a teacher', 'thought', 'teachers'),
    kind('event', '主题活动', 'Event', 'culture', 'events'),
    kind('volunteering', '志愿服务', 'Volunteering', 'volunteering', null, true),
    kind('sport', '体育活动', 'Sport', 'culture'),
    kind('labour', '劳动教育', 'Labour', 'practice'),
    kind('practice', '社会实践', 'Social practice', 'practice'),
    kind('innovation', '创新创业', 'Innovation', 'innovation'),
    kind('work', '社会工作', 'Work for the student body', 'work'),
    kind('skill', '技能培训', 'Training of skills', 'skills'),
  ];

  @Int({
    zh: '签到码多少秒更换',
    en: 'Seconds after which the code to sign in with changes',
    min: 15,
    max: 30,
    example: 20,
  })
  codeSeconds = 20;

  @Int({
    zh: '开始前多少分钟可签到',
    en: 'Minutes before the beginning from which one may sign in',
    min: 0,
    max: 240,
    example: 30,
  })
  signInMinutes = 30;
}
