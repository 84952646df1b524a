import { defineProblem } from '#problems';

export const DeviceNotAsked = defineProblem({
  code: 'safety/device-not-asked',
  status: 409,
  zh: '尚未设定如何访问该设备',
  en: 'It is not said how to reach the device: set its access first',
});
export const GapEndsBeforeItBegins = defineProblem({
  code: 'safety/gap-ends-before-it-begins',
  status: 400,
  zh: '结束时间不能早于开始时间',
  en: 'The end must not be before the beginning',
});
export const GapTooLong = defineProblem({
  code: 'safety/gap-too-long',
  status: 400,
  zh: '一次最多补取 {days} 天',
  en: 'At most {days} days are asked for at a time',
});
