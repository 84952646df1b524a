import { Int } from '#fields';
import { Policy } from '#policy';

/** How many people an app may look up by number: enough for a service desk, too few to try out all numbers of a school. */
@Policy({ key: 'directory.look-ups', title: { zh: '按学工号查找', en: 'Looking people up by number' } })
export class LookUpsPolicy {
  @Int({
    zh: '一个应用每分钟最多查找的学工号个数',
    en: 'Numbers an app may look up in a minute',
    min: 50,
    max: 1_000_000,
    example: 300,
  })
  perMinute = 300;

  @Int({
    zh: '一个应用每天最多查找的不同学工号个数',
    en: 'Different numbers an app may look up in a day',
    min: 50,
    max: 1_000_000,
    example: 5_000,
  })
  numbersPerDay = 5_000;
}
