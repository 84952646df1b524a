import { defineProblem } from '#problems';

export const OwnExportUnderWay = defineProblem({
  code: 'directory/own-export-under-way',
  status: 409,
  zh: '已有正在汇集或尚未下载的副本',
  en: 'There is a copy already that is being put together or was not fetched yet',
});
export const OwnExportTooSoon = defineProblem({
  code: 'directory/own-export-too-soon',
  status: 409,
  zh: '{hours} 小时内已申请过副本',
  en: 'A copy was asked for within the last {hours} hours',
});
export const OwnExportNotReady = defineProblem({
  code: 'directory/own-export-not-ready',
  status: 409,
  zh: '副本尚未汇集完',
  en: 'The copy is not put together yet',
});
export const OwnExportGone = defineProblem({
  code: 'directory/own-export-gone',
  status: 410,
  zh: '副本已下载、已放弃或已过期，内容已删除；可重新申请',
  en: 'The copy was fetched, discarded or has expired, and its content was deleted; ask for another',
});
