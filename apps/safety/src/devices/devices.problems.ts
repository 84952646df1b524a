import { defineProblem } from '#problems';

export const DeviceNotPending = defineProblem({
  code: 'safety/device-not-pending',
  status: 409,
  zh: '该设备不是待审批状态',
  en: 'The device does not wait for approval',
});
export const DeviceRetired = defineProblem({
  code: 'safety/device-retired',
  status: 409,
  zh: '该设备已停用',
  en: 'The device is retired',
});
export const DirectionUnknown = defineProblem({
  code: 'safety/direction-unknown',
  status: 409,
  zh: '{count} 条暂存的通行没有进出方向，请按只进或只出审批',
  en: '{count} held passes have no direction: approve the device as one for in or for out',
});
export const UnknownBuilding = defineProblem({
  code: 'safety/unknown-building',
  status: 400,
  zh: '没有此编码的楼栋',
  en: 'No building has this code',
});
export const DeviceUrlRefused = defineProblem({
  code: 'safety/device-url-refused',
  status: 400,
  zh: '必须是设备网段（DEVICE_NETWORKS）内的 IP 地址，如 http://10.8.0.31，不带路径',
  en: 'must be an IP address in the networks of devices (DEVICE_NETWORKS), such as http://10.8.0.31, without a path',
});
export const UnknownTimeZone = defineProblem({
  code: 'safety/unknown-time-zone',
  status: 400,
  zh: '未知的时区',
  en: 'The time zone is not known',
});
export const OutageEndsBeforeItBegins = defineProblem({
  code: 'safety/outage-ends-before-it-begins',
  status: 400,
  zh: '结束时间必须晚于开始时间',
  en: 'The end must be later than the beginning',
});
export const OutageTooLong = defineProblem({
  code: 'safety/outage-too-long',
  status: 400,
  zh: '一次登记最多 {days} 天',
  en: 'One outage has at most {days} days',
});
export const OutageRevoked = defineProblem({
  code: 'safety/outage-revoked',
  status: 409,
  zh: '该故障登记已撤销',
  en: 'The outage was revoked',
});
