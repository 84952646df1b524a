import { Int, ListOf, OneOf, Text } from '#fields';
import { Policy } from '#policy';
import { DIRECTIONS, type Direction } from '../passes/pass.entity.js';

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

/** Which way one goes who is read by a reader. */
export class ReaderRule {
  @Int({ zh: '读头编号（cardReaderNo）', en: 'Number of the reader (cardReaderNo)', min: 1, max: 64, example: 2 })
  reader: number;

  @OneOf(DIRECTIONS, { zh: '方向', en: 'Direction', example: 'out' })
  direction: Direction;

  @ListOf(CODE, {
    zh: '设备编号；不填为全部设备。写明设备的规则优先',
    en: 'Codes of devices; left out: all. Rules that name a device are the only ones for it',
    maxItems: 500,
    unique: true,
    optional: true,
    example: ['GATE-B2'],
  })
  devices?: string[];
}

/** What of an event tells who went through. */
export const PERSON_FIELDS = {
  employee: { zh: '人员编号（employeeNoString）', en: 'the number of the person (employeeNoString)' },
  card: {
    zh: '卡号（cardNo），学校以学号写卡时',
    en: 'the number of the card (cardNo), where the school writes student numbers on cards',
  },
} as const;
export type PersonField = keyof typeof PERSON_FIELDS;

/**
 * What the records of devices mean, and what is expected of devices: numbers of `rtlog` events of ZKTeco security PUSH, and
 * `major/minor` of events of Hikvision doors (a major number alone: all of it). The makers publish no full table: kinds in neither list are counted with the device and taken for nothing.
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

  @ListOf(CODE, {
    zh: '海康：视为通行的事件（主类型/次类型）',
    en: 'Hikvision: events that are passes (major/minor)',
    maxItems: 200,
    unique: true,
    example: ['5/75'],
  })
  hikvisionPasses: string[] = ['5/1', '5/38', '5/75'];

  @ListOf(CODE, {
    zh: '海康：已知但不是通行的事件',
    en: 'Hikvision: known events that are no passes',
    maxItems: 1000,
    unique: true,
    example: ['5/21'],
  })
  hikvisionOthers: string[] = ['1', '2', '3', '5/21', '5/22', '5/76'];

  @ListOf(() => ReaderRule, {
    zh: '海康：各读头的方向，用于进出共用的设备；记录自带考勤状态时以记录为准',
    en: 'Hikvision: which way readers count, at devices for both directions; an attendance status that the record carries comes first',
    maxItems: 500,
  })
  hikvisionReaders: ReaderRule[] = [
    Object.assign(new ReaderRule(), { reader: 1, direction: 'in' }),
    Object.assign(new ReaderRule(), { reader: 2, direction: 'out' }),
  ];

  @OneOf(PERSON_FIELDS, { zh: '海康：以何识别人员', en: 'Hikvision: what tells who went through', example: 'employee' })
  hikvisionPerson: PersonField = 'employee';

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
