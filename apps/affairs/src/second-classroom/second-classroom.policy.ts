import { Decimal, Int, ListOf, Nested, Text } from '#fields';
import { Policy } from '#policy';
import { NameDto } from '#workflow';

export class CreditCategory {
  @Text({ zh: '代码', en: 'Code', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'thought' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '思想成长', en: 'Thought' } })
  name: NameDto;

  @Decimal({ zh: '最多计多少学分', en: 'Credits that count at most', min: 0, max: 1_000, example: 1 })
  maxCredits: number;
}

const category = (code: string, zh: string, en: string): CreditCategory =>
  Object.assign(new CreditCategory(), { code, name: Object.assign(new NameDto(), { zh, en }), maxCredits: 1 });

/**
 * The second classroom (第二课堂成绩单). That there is a transcript, and its seven categories, say 中青联发〔2018〕5号; credits are each school's
 * own: two to graduate with, at most one of a category, the same work once and at its highest are 南昌大学's, others ask for six or ten.
 */
@Policy({ key: 'affairs.second-classroom', title: { zh: '第二课堂', en: 'Second classroom' } })
export class SecondClassroomPolicy {
  @ListOf(() => CreditCategory, { zh: '类别', en: 'Categories', minItems: 1, maxItems: 50 })
  categories: CreditCategory[] = [
    category('thought', '思想成长', 'Thought'),
    category('practice', '实践实习', 'Practice'),
    category('volunteering', '志愿公益', 'Volunteering'),
    category('innovation', '创新创业', 'Innovation'),
    category('culture', '文体活动', 'Culture and sport'),
    category('work', '工作履历', 'Work'),
    category('skills', '技能特长', 'Skills'),
  ];

  @Decimal({ zh: '毕业所需学分', en: 'Credits to graduate with', min: 0, max: 1_000, example: 2 })
  requiredCredits = 2;

  @Int({ zh: '四个一百每项的目标', en: 'How many of each of the four hundreds', min: 1, max: 1_000, example: 100 })
  trackGoal = 100;

  @Int({ zh: '申报公示多少个工作日', en: 'Working days of public notice of a claim', min: 1, max: 30, example: 5 })
  noticeDays = 5;

  @Text({
    zh: '公示后确认的部门代码',
    en: 'Code of the department that confirms after the notice',
    max: 50,
    example: 'TW',
  })
  department = 'TW';
}
