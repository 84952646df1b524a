import { ValidateBy } from 'class-validator';
import { Flag, Int } from '#fields';
import { Policy } from '#policy';

/** When rules run by themselves. At midnight, when windows move, they always do. */
@Policy({ key: 'early-warning.schedule', title: { zh: '预警运算时间', en: 'When warning rules run' } })
export class SchedulePolicy {
  @Int({ zh: '每日运算：时', en: 'Daily run: hour', min: 0, max: 23, example: 6 })
  hour = 6;

  @ValidateBy({
    name: 'offHour',
    validator: {
      validate: (minute: unknown) => minute !== 0 && minute !== 30,
      defaultMessage: () => '须错开整点与半点 / must not be 0 or 30, when everything else runs',
    },
  })
  @Int({ zh: '每日运算：分（不能为 0 或 30）', en: 'Daily run: minute (not 0 or 30)', min: 1, max: 59, example: 11 })
  minute = 11;

  @Flag({ zh: '有新数据即运算', en: 'Run as soon as there is new data', example: true })
  onNewData = true;

  @Int({
    zh: '有新数据时两次运算至少相隔的秒数',
    en: 'Least seconds between two runs on new data',
    min: 0,
    max: 3600,
    example: 1,
  })
  pauseSeconds = 1;
}
