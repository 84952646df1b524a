import { defineProblem } from '#problems';

export const RoundNotInState = defineProblem({
  code: 'affairs/round-not-in-state',
  status: 409,
  zh: '批次当前状态（{status}）不能进行此操作',
  en: 'The round is {status}: this cannot be done now',
});
export const RoundNotManaged = defineProblem({
  code: 'affairs/round-not-managed',
  status: 409,
  zh: '不在您组织的批次之列',
  en: 'This is for whoever holds the round',
});
export const RoundNotDecided = defineProblem({
  code: 'affairs/round-not-decided',
  status: 409,
  zh: '名单不由您审核',
  en: 'The list is not for you to approve',
});
export const RoundCollegesFirst = defineProblem({
  code: 'affairs/round-colleges-first',
  status: 409,
  zh: '尚有学院未审核名单',
  en: 'There are colleges that have not approved their part of the list',
});
export const RoundSecondPerson = defineProblem({
  code: 'affairs/round-second-person',
  status: 409,
  zh: '提出名单的人不能自己审定',
  en: 'Whoever proposed the list cannot approve it',
});
export const RoundNoticeRuns = defineProblem({
  code: 'affairs/round-notice-runs',
  status: 409,
  zh: '公示至 {date} 结束，此前不能终审',
  en: 'The public notice runs until {date}: nothing is final before',
});
export const RoundObjectionsOpen = defineProblem({
  code: 'affairs/round-objections-open',
  status: 409,
  zh: '尚有未处理的异议',
  en: 'There are objections that are not decided',
});
export const RoundCommentMissing = defineProblem({
  code: 'affairs/round-comment-missing',
  status: 422,
  zh: '须说明理由',
  en: 'Say why',
});
export const RoundContentWrong = defineProblem({
  code: 'affairs/round-content-wrong',
  status: 422,
  zh: '批次内容有误，详见 errors',
  en: 'The round is not in order; see errors',
});
export const EntryNotPossible = defineProblem({
  code: 'affairs/round-entry-not-possible',
  status: 422,
  zh: '不能参评，详见 errors',
  en: 'This student cannot come in; see errors',
});
export const NOT_THIS_WAY = { zh: '该批次不以此方式参评', en: 'The round takes nobody in this way' };
export const EnteredAlready = defineProblem({
  code: 'affairs/round-entered-already',
  status: 409,
  zh: '该学生已在此批次中',
  en: 'The student is in this round already',
});
export const EntryNotOwn = defineProblem({
  code: 'affairs/round-entry-not-own',
  status: 409,
  zh: '只能由本人，或推荐者进行',
  en: 'This is for the student, or who nominated them',
});
export const EntryNotInState = defineProblem({
  code: 'affairs/round-entry-not-in-state',
  status: 409,
  zh: '参评当前状态不能进行此操作',
  en: 'This cannot be done with the entry now',
});
export const NotAReviewer = defineProblem({
  code: 'affairs/round-not-a-reviewer',
  status: 409,
  zh: '您不是此批次的评委',
  en: 'You are no reviewer of this round',
});
export const OwnMatter = defineProblem({
  code: 'affairs/round-own-matter',
  status: 409,
  zh: '不能评审、决定涉及本人的事项',
  en: 'Nobody reviews or decides what concerns themselves',
});
export const ObjectionNotPossible = defineProblem({
  code: 'affairs/round-objection-not-possible',
  status: 409,
  zh: '仅公示期内可提出异议',
  en: 'Objections are raised while the notice runs',
});
export const ObjectedAlready = defineProblem({
  code: 'affairs/round-objected-already',
  status: 409,
  zh: '您对此已有待处理的异议',
  en: 'You have an objection to this that is not decided yet',
});
export const ObjectionDecided = defineProblem({
  code: 'affairs/round-objection-decided',
  status: 409,
  zh: '该异议已有结论',
  en: 'The objection is not open any more',
});
export const SheetRefused = defineProblem({
  code: 'affairs/round-sheet-refused',
  status: 422,
  zh: '表格有误，未写入任何内容，逐行见 errors；带「错误」列的原表见 …/sheets/check',
  en: 'The sheet is not in order and nothing was written; see errors by row, and …/sheets/check for the sheet with its errors',
});
export const EntryAwardedElsewhere = defineProblem({
  code: 'affairs/round-entry-awarded-elsewhere',
  status: 409,
  zh: '该学生在此期间已获同组奖助',
  en: 'The student has got something of the same group meanwhile',
});
export const RoundAwardedElsewhere = defineProblem({
  code: 'affairs/round-awarded-elsewhere',
  status: 409,
  zh: '名单中有 {entries} 人在此期间已获同组奖助，请撤回后重新拟定',
  en: '{entries} of those who are in have got something of the same group meanwhile: take the list back and propose it anew',
});
