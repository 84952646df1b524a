import { Flag, Int } from '#fields';
import { Policy } from '#policy';

/** Disputes of students. The numbers are no rule of the state (个人信息保护法 art. 46 asks for correction in time): a school sets its own. */
@Policy({ key: 'early-warning.disputes', title: { zh: '学生异议', en: 'Disputes of students' } })
export class DisputePolicy {
  @Int({ zh: '多少个工作日内作出决定', en: 'Working days until it is decided', min: 1, max: 60, example: 5 })
  decideWithinDays = 5;

  @Int({
    zh: '预警发出或记录当日之后多少天内可提出',
    en: 'Days after a warning was raised, or after the day of a record, in which it can be disputed',
    ...{ min: 1, max: 3_660, example: 60 },
  })
  submitWithinDays = 60;

  @Int({
    zh: '不成立后多少天内可申请再看一次',
    en: 'Days after a rejection in which a second look can be asked for',
    ...{ min: 1, max: 365, example: 10 },
  })
  askAgainWithinDays = 10;

  @Int({ zh: '每人最多几项待复核', en: 'Open disputes a student can have', min: 1, max: 200, example: 20 })
  openAtMost = 20;

  @Flag({ zh: '让学生看到由谁决定', en: 'Students see who decided', example: false })
  showDeciders = false;
}
