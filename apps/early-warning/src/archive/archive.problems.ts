import { defineProblem } from '#problems';

export const ArchiveAreaUnknown = defineProblem({
  code: 'early-warning/archive-area-unknown',
  status: 422,
  zh: '没有这个领域，见政策 early-warning.archive',
  en: 'There is no such area; see the policy early-warning.archive',
});
export const ArchiveTrackUnknown = defineProblem({
  code: 'early-warning/archive-track-unknown',
  status: 422,
  zh: '没有这一项，见政策 early-warning.archive',
  en: 'There is no such track; see the policy early-warning.archive',
});
export const OwnEntryInFuture = defineProblem({
  code: 'early-warning/own-entry-in-future',
  status: 422,
  zh: '日期尚未到来',
  en: 'The day has not come yet',
});
export const OwnEntryNotInState = defineProblem({
  code: 'early-warning/own-entry-not-in-state',
  status: 409,
  zh: '记录的当前状态不能这样办理',
  en: 'The record is not in a state for that',
});
export const OwnEntryNotOwn = defineProblem({
  code: 'early-warning/own-entry-not-own',
  status: 409,
  zh: '由本人办理',
  en: 'That is for the student',
});
export const OwnEntryNotYours = defineProblem({
  code: 'early-warning/own-entry-not-yours',
  status: 409,
  zh: '由负责该学生的人员办理，且不能是本人',
  en: 'That is for whoever answers for the student, and not for the student',
});
export const EntryReversed = defineProblem({
  code: 'early-warning/entry-reversed',
  status: 409,
  zh: '该条目已冲销，不再显示',
  en: 'The entry is reversed: it is shown no more',
});
