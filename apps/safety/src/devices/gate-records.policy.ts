import { Int, ListOf, Text } from '#fields';
import { Policy } from '#policy';

const CODE = 'text';

/** From what time of the day on a gate may be quiet for how long. */
export class QuietRule {
  @Text({ zh: '从此时起', en: 'From this time of the day on', pattern: /^([01]\d|2[0-3]):[0-5]\d$/, example: '06:30' })
  from: string;

  @Int({
    zh: '多少分钟没有记录属正常',
    en: 'Minutes without a record that are usual',
    min: 1,
    max: 10_080,
    example: 120,
  })
  minutes: number;

  @ListOf(CODE, {
    zh: '楼栋编码；不填为全部楼栋。写明楼栋的规则优先',
    en: 'Codes of buildings; left out: all. Rules that name a building are the only ones for it',
    maxItems: 500,
    unique: true,
    optional: true,
    example: ['B1'],
  })
  buildings?: string[];
}

/**
 * What the records of devices mean, and what is expected of devices: numbers of `rtlog` events of ZKTeco security PUSH. The maker publishes no
 * full table: kinds in neither list are counted with the device and taken for nothing.
 * Times and tolerances are this house's choice.
 */
@Policy({ key: 'safety.gate-records', title: { zh: '门禁设备的记录', en: 'Records of gate devices' } })
export class GateRecordsPolicy {
  @ListOf(CODE, {
    zh: '中控：视为通行的事件',
    en: 'ZKTeco: events that are passes',
    maxItems: 200,
    unique: true,
    example: ['0'],
  })
  zktecoPasses: string[] = ['0', '1', '2', '3', '14', '15', '16', '17', '18', '19'];

  @ListOf(CODE, {
    zh: '中控：已知但不是通行的事件',
    en: 'ZKTeco: known events that are no passes',
    maxItems: 1000,
    unique: true,
    example: ['27'],
  })
  zktecoOthers: string[] = ['20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30'];

  @Int({
    zh: '设备时钟允许的偏差（秒）',
    en: 'Seconds that the clock of a device may be off',
    min: 5,
    max: 3600,
    example: 120,
  })
  clockToleranceSeconds = 120;

  @Int({
    zh: '多少分钟没有联系即为离线',
    en: 'Minutes without a call after which a device is offline',
    min: 1,
    max: 1440,
    example: 10,
  })
  offlineMinutes = 10;

  @ListOf(() => QuietRule, {
    zh: '各时段多久没有记录属正常；不填则不判断',
    en: 'How long a gate may be quiet, by the time of the day; none: it is not judged',
    maxItems: 200,
  })
  quiet: QuietRule[] = [
    Object.assign(new QuietRule(), { from: '06:30', minutes: 180 }),
    Object.assign(new QuietRule(), { from: '23:30', minutes: 600 }),
  ];
}
