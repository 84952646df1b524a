import { defineProblem } from '#problems';

export const ActivityKindUnknown = defineProblem({
  code: 'affairs/activity-kind-unknown',
  status: 422,
  zh: '本校活动种类中没有该代码',
  en: 'The school has no such kind of activity',
});
export const ActivityTimesWrong = defineProblem({
  code: 'affairs/activity-times-wrong',
  status: 422,
  zh: '时间须先后一致：结束晚于开始且未过，报名在结束前截止，取消不晚于开始',
  en: 'Times must be in order: it ends after it begins and not in the past, enrolment ends by its end, cancelling by its beginning',
});
export const OtherKindOfWork = defineProblem({
  code: 'affairs/work-of-another-kind',
  status: 422,
  zh: '同一作品或事迹只能计入一个种类',
  en: 'The same work can be of one kind only',
});
export const ActivityNotInState = defineProblem({
  code: 'affairs/activity-not-in-state',
  status: 409,
  zh: '活动的当前状态不能这样办理',
  en: 'The activity is not in a state for that',
});
export const ActivityNotHeld = defineProblem({
  code: 'affairs/activity-not-held',
  status: 409,
  zh: '只有活动的组织方可以办理',
  en: 'That is for whoever holds the activity',
});
export const ActivityNotOver = defineProblem({
  code: 'affairs/activity-not-over',
  status: 409,
  zh: '活动尚未开始或结束',
  en: 'The activity has not begun, or is not over',
});
export const CapacityTaken = defineProblem({
  code: 'affairs/activity-capacity-taken',
  status: 409,
  zh: '已有 {taken} 人报名，名额不能更少',
  en: '{taken} students are enrolled already: there cannot be fewer places',
});
export const EnrolmentClosed = defineProblem({
  code: 'affairs/enrolment-closed',
  status: 409,
  zh: '不在报名时间内',
  en: 'Enrolment is not open now',
});
export const ActivityFull = defineProblem({
  code: 'affairs/activity-full',
  status: 409,
  zh: '名额已满；可加 waitIfFull 候补',
  en: 'There is no place left; waitIfFull puts one on the waiting list',
});
export const AlreadyEnrolled = defineProblem({
  code: 'affairs/already-enrolled',
  status: 409,
  zh: '已报名或候补该活动',
  en: 'The student is enrolled already, or waits',
});
export const NotEnrolled = defineProblem({
  code: 'affairs/not-enrolled',
  status: 409,
  zh: '未报名该活动',
  en: 'The student is not enrolled in the activity',
});
export const EnrolmentNotInState = defineProblem({
  code: 'affairs/enrolment-not-in-state',
  status: 409,
  zh: '报名的当前状态不能这样办理',
  en: 'The enrolment is not in a state for that',
});
export const EnrolmentNotOwn = defineProblem({
  code: 'affairs/enrolment-not-own',
  status: 409,
  zh: '只有报名的学生本人可以办理',
  en: 'That is for the student whose enrolment it is',
});
export const CancelClosed = defineProblem({
  code: 'affairs/enrolment-cancel-closed',
  status: 409,
  zh: '已过取消截止时间，请联系组织方',
  en: 'It is too late to cancel; ask whoever holds the activity',
});
export const SignInClosed = defineProblem({
  code: 'affairs/sign-in-closed',
  status: 409,
  zh: '不在签到时间内',
  en: 'It is not the time to sign in or out',
});
export const CodeWrong = defineProblem({
  code: 'affairs/sign-in-code-wrong',
  status: 422,
  zh: '签到码不正确或已失效，请以现场显示为准',
  en: 'The code is wrong or has expired; use the one that is shown now',
});
