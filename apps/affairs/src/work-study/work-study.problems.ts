import { defineProblem } from '#problems';

export const DangerousWork = defineProblem({
  code: 'affairs/work-study-dangerous',
  status: 422,
  zh: '勤工助学不得安排有毒、有害、危险或超出学生身体承受能力的工作',
  en: 'Work-study must not be toxic, harmful, dangerous or beyond what students can bear',
});
export const MinimumWageUnknown = defineProblem({
  code: 'affairs/minimum-wage-unknown',
  status: 422,
  zh: '政策 affairs.work-study 中没有该地区 {date} 的最低工资',
  en: 'The policy affairs.work-study has no least wage of the region on {date}',
});
export const PayTooLow = defineProblem({
  code: 'affairs/work-study-pay-too-low',
  status: 422,
  zh: '报酬低于标准：每小时至少 {floor} 分',
  en: 'The pay is too low: {floor} fen an hour at least',
});
export const AgreementMissing = defineProblem({
  code: 'affairs/work-study-agreement-missing',
  status: 422,
  zh: '校外岗位须有三方协议编号，校内岗位不填',
  en: 'A post off campus needs the number of its three-party agreement, one on campus has none',
});
export const PostDatesWrong = defineProblem({
  code: 'affairs/work-study-dates-wrong',
  status: 422,
  zh: '末日不能早于首日',
  en: 'The last day is before the first',
});
export const PostNotInState = defineProblem({
  code: 'affairs/work-study-post-not-in-state',
  status: 409,
  zh: '岗位的当前状态不能这样办理',
  en: 'The post is not in a state for that',
});
export const PostNotYours = defineProblem({
  code: 'affairs/work-study-post-not-yours',
  status: 409,
  zh: '只有负责该岗位单位的人员可以办理',
  en: 'That is for whoever answers for the unit of the post',
});
export const PostFull = defineProblem({
  code: 'affairs/work-study-post-full',
  status: 409,
  zh: '岗位人数已满',
  en: 'All places of the post are taken',
});
export const AppliedAlready = defineProblem({
  code: 'affairs/work-study-applied-already',
  status: 409,
  zh: '已申请该岗位或已在岗',
  en: 'The student has applied for the post already, or has it',
});
export const PostApplicationNotInState = defineProblem({
  code: 'affairs/work-study-application-not-in-state',
  status: 409,
  zh: '岗位申请的当前状态不能这样办理',
  en: 'The application is not in a state for that',
});
export const NotAssigned = defineProblem({
  code: 'affairs/work-study-not-assigned',
  status: 409,
  zh: '学生不在该岗位',
  en: 'The student does not have the post',
});
export const WorkStudyNotOwn = defineProblem({
  code: 'affairs/work-study-not-own',
  status: 409,
  zh: '只有学生本人可以办理',
  en: 'That is for the student',
});
export const ShiftTimesWrong = defineProblem({
  code: 'affairs/shift-times-wrong',
  status: 422,
  zh: '班次须在同一天之内、岗位起止日期之内，结束晚于开始',
  en: 'A shift lies within one day and the days of the post, and ends after it begins',
});
export const ShiftOverlaps = defineProblem({
  code: 'affairs/shift-overlaps',
  status: 409,
  zh: '与该学生另一班次时间重叠',
  en: 'The student has another shift at that time',
});
export const ShiftOverWeek = defineProblem({
  code: 'affairs/shift-over-week',
  status: 409,
  zh: '自 {from} 起的一周超过 {hours} 小时',
  en: 'In the week from {from} it is more than {hours} hours',
});
export const ShiftOverMonth = defineProblem({
  code: 'affairs/shift-over-month',
  status: 409,
  zh: '自 {from} 起的一月超过 {hours} 小时',
  en: 'In the month from {from} it is more than {hours} hours',
});
export const ShiftNotInState = defineProblem({
  code: 'affairs/shift-not-in-state',
  status: 409,
  zh: '班次的当前状态不能这样办理',
  en: 'The shift is not in a state for that',
});
export const ShiftNotOver = defineProblem({
  code: 'affairs/shift-not-over',
  status: 409,
  zh: '班次尚未结束',
  en: 'The shift is not over',
});
export const MonthNotOver = defineProblem({
  code: 'affairs/payroll-month-not-over',
  status: 409,
  zh: '该月尚未结束',
  en: 'The month is not over',
});
export const NothingToPay = defineProblem({
  code: 'affairs/payroll-nothing-to-pay',
  status: 409,
  zh: '没有待发或待更正的报酬',
  en: 'There is nothing to pay or to correct',
});
export const PayrollDraftAlready = defineProblem({
  code: 'affairs/payroll-draft-already',
  status: 409,
  zh: '该单位该月已有未锁定的工资单',
  en: 'There is a payroll of the unit and month already that is not closed',
});
export const PayrollClosed = defineProblem({
  code: 'affairs/payroll-closed',
  status: 409,
  zh: '工资单已锁定；更正班次后另开工资单冲正',
  en: 'The payroll is closed; correct the shift, and a further payroll reverses and pays anew',
});
export const PayrollOutdated = defineProblem({
  code: 'affairs/payroll-outdated',
  status: 409,
  zh: '班次在计算之后有变化，请重新计算',
  en: 'Shifts have changed since it was worked out: work it out anew',
});
export const PayrollOverCaps = defineProblem({
  code: 'affairs/payroll-over-caps',
  status: 409,
  zh: '有 {students} 名学生超过每周或每月工时上限，请先更正班次',
  en: '{students} students are over the hours of a week or month: correct their shifts first',
});
export const PayrollBelowFloor = defineProblem({
  code: 'affairs/payroll-below-floor',
  status: 409,
  zh: '有 {shifts} 个班次的报酬低于当日标准（或当日标准未知），最早为 {date}：请先提高岗位报酬，再重新核定这些班次',
  en: '{shifts} shifts, the first on {date}, pay less than the least of their day, or that is not known: raise the pay of the post, then confirm them again',
});
export const ShiftsUnconfirmed = defineProblem({
  code: 'affairs/payroll-shifts-unconfirmed',
  status: 409,
  zh: '该月还有 {shifts} 个班次未核定',
  en: '{shifts} shifts of the month are not confirmed yet',
});
