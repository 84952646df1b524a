import { Int } from '#fields';
import { Policy } from '#policy';

/** Copies that students ask for. The law asks for them in time (个人信息保护法 art. 45); the numbers are the school's. */
@Policy({ key: 'directory.own-exports', title: { zh: '个人信息副本', en: 'Copies of one’s own data' } })
export class OwnExportPolicy {
  @Int({
    zh: '可下载多少小时，其后删除',
    en: 'Hours in which it can be fetched before it is deleted',
    min: 1,
    max: 720,
    example: 72,
  })
  keepHours = 72;

  @Int({
    zh: '多少小时内未能汇集完即为失败',
    en: 'Hours after which it has failed if it is not put together',
    min: 1,
    max: 720,
    example: 24,
  })
  makeWithinHours = 24;

  @Int({
    zh: '同一学生两次申请至少间隔多少小时',
    en: 'Hours between two requests of a student',
    min: 0,
    max: 8_784,
    example: 24,
  })
  everyHours = 24;
}
