import { Int } from '#fields';
import { Policy } from '#policy';

/**
 * Terms of sanctions and of appeals against them, by 《普通高等学校学生管理规定》 (教育部令第41号, 2017). Days are calendar days, and the day of
 * delivery does not count. The months of a term are those schools commonly publish (6–12); they are not confirmed against the text.
 */
@Policy({ key: 'affairs.discipline', title: { zh: '违纪处分与申诉', en: 'Sanctions and appeals' } })
export class DisciplinePolicy {
  @Int({ zh: '处分期限最短几个月', en: 'Months that a sanction lasts at the least', min: 1, max: 60, example: 6 })
  leastMonths = 6;

  @Int({ zh: '处分期限最长几个月', en: 'Months that a sanction lasts at the most', min: 1, max: 60, example: 12 })
  mostMonths = 12;

  @Int({
    zh: '送达后多少日内可申诉（41号令第60条）',
    en: 'Days after delivery in which the student may appeal (order 41, art. 60)',
    min: 10,
    max: 60,
    example: 10,
  })
  appealDays = 10;

  @Int({
    zh: '处分决定书未告知申诉期限的，最长几个月内可申诉（41号令第63条）',
    en: 'Months in which the student may appeal when the notice did not say until when (order 41, art. 63)',
    min: 1,
    max: 6,
    example: 6,
  })
  silentMonths = 6;

  @Int({
    zh: '收到申诉后多少日内作出复查结论（41号令第61条）',
    en: 'Days in which an appeal is decided (order 41, art. 61)',
    min: 1,
    max: 15,
    example: 15,
  })
  decideDays = 15;

  @Int({
    zh: '情况复杂的可延长一次，多少日（41号令第61条）',
    en: 'Days by which that may be extended once (order 41, art. 61)',
    min: 0,
    max: 15,
    example: 15,
  })
  extensionDays = 15;

  @Int({
    zh: '多少名委员意见一致方为复查结论（41号令第59条由学校规定委员会的组成与规则）',
    en: 'Members of the committee who must say the same for an appeal to be decided (order 41, art. 59: the school says how it works)',
    ...{ min: 1, max: 15, example: 1 },
  })
  appealMembers = 1;

  @Int({
    zh: '收到复查决定后多少日内可向省级教育行政部门申诉（41号令第62条）',
    en: 'Days after the student got the conclusion in which they may go to the province (order 41, art. 62)',
    min: 15,
    max: 60,
    example: 15,
  })
  provinceDays = 15;
}
