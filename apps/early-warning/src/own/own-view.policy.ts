import { Flag, Int } from '#fields';
import { Policy } from '#policy';

/** What students see of what rules say of them. Reasons and data they always see (个人信息保护法 art. 24, 44 and 45). */
@Policy({ key: 'early-warning.own-view', title: { zh: '学生本人可见的内容', en: 'What students see of themselves' } })
export class OwnViewPolicy {
  @Flag({ zh: '显示预警级别', en: 'Show the level of a warning', example: false })
  showLevel = false;

  @Flag({
    zh: '显示仅供指定岗位查看的规则所产生的预警',
    en: 'Show warnings of rules that are for named posts alone',
    example: false,
  })
  showRestricted = false;

  @Int({
    zh: '未给起始日期时列出最近多少天的记录',
    en: 'Days of records that are listed where no first day is given',
    min: 1,
    max: 3_660,
    example: 60,
  })
  recentDays = 60;
}
