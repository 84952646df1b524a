import { defineProblem } from '#problems';

export const BookableClosed = defineProblem({
  code: 'affairs/bookable-closed',
  status: 409,
  zh: '该资源已停止预约',
  en: 'It is not open for booking any more',
});
export const OpeningHoursWrong = defineProblem({
  code: 'affairs/opening-hours-wrong',
  status: 422,
  zh: '开放时段须结束晚于开始，且同一天内不重叠',
  en: 'Opening hours must end after they begin, and those of one day must not overlap',
});
export const HostWrong = defineProblem({
  code: 'affairs/booking-host-wrong',
  status: 422,
  zh: '只有接待时段有接待人，且须为本人或所辖单位的任职人员',
  en: 'Hours alone have a host: oneself, or staff with a post in one’s charge',
});
export const OutsideHours = defineProblem({
  code: 'affairs/booking-outside-hours',
  status: 422,
  zh: '须在开放时段之内，从整段开始，每段 {minutes} 分钟，最多 {slots} 段',
  en: 'It must lie within opening hours, of 1 to {slots} whole slots of {minutes} minutes each',
});
export const ClosedThatDay = defineProblem({
  code: 'affairs/booking-closed-that-day',
  status: 409,
  zh: '{date} 不开放',
  en: 'It is closed on {date}',
});
export const BookingInPast = defineProblem({
  code: 'affairs/booking-in-past',
  status: 422,
  zh: '开始时间已过',
  en: 'The beginning has passed',
});
export const TooFarAhead = defineProblem({
  code: 'affairs/booking-too-far-ahead',
  status: 422,
  zh: '最多提前 {days} 天预约',
  en: 'It can be booked at most {days} days ahead',
});
export const TooManyAttendees = defineProblem({
  code: 'affairs/booking-too-many-attendees',
  status: 422,
  zh: '最多 {capacity} 人',
  en: 'At most {capacity} people',
});
export const TooManyBookings = defineProblem({
  code: 'affairs/booking-too-many',
  status: 409,
  zh: '未结束的预约已有 {most} 个，已达上限',
  en: 'There are {most} bookings already that are not over, as many as may be',
});
export const TooManyInWeek = defineProblem({
  code: 'affairs/booking-too-many-in-week',
  status: 409,
  zh: '该周内对此资源的预约已达上限（{most} 次）',
  en: 'In that week it is booked as often as may be ({most})',
});
export const BookingPaused = defineProblem({
  code: 'affairs/booking-paused',
  status: 409,
  zh: '因爽约暂停预约至 {until}；可对爽约记录提出申诉',
  en: 'Booking is paused until {until} because of no-shows; each of them can be appealed against',
});
export const BookingFull = defineProblem({
  code: 'affairs/booking-full',
  status: 409,
  zh: '该时段已约满；可加 waitIfFull 候补',
  en: 'There is no place left at that time; waitIfFull puts one on the waiting list',
});
export const BookingOverlapsOwn = defineProblem({
  code: 'affairs/booking-overlaps-own',
  status: 409,
  zh: '与本人另一预约时间重叠',
  en: 'Another booking of the student is at that time',
});
export const SeriesNotPossible = defineProblem({
  code: 'affairs/booking-series-not-possible',
  status: 409,
  zh: '每周预约不能成立，详见 errors；什么都没有写入',
  en: 'The series is not possible; see errors. Nothing was booked',
});
export const BookingNotInState = defineProblem({
  code: 'affairs/booking-not-in-state',
  status: 409,
  zh: '预约的当前状态不能这样办理',
  en: 'The booking is not in a state for that',
});
export const BookingNotOwn = defineProblem({
  code: 'affairs/booking-not-own',
  status: 409,
  zh: '只有预约的学生本人可以办理',
  en: 'That is for the student whose booking it is',
});
export const BookingNotKept = defineProblem({
  code: 'affairs/booking-not-kept',
  status: 409,
  zh: '只有负责该资源的人员可以办理',
  en: 'That is for whoever keeps what is booked',
});
export const CancelTooLate = defineProblem({
  code: 'affairs/booking-cancel-too-late',
  status: 409,
  zh: '须在开始前 {minutes} 分钟之前取消；请联系负责人员',
  en: 'It can be cancelled until {minutes} minutes before it begins; ask whoever keeps it',
});
export const BookingNotBegun = defineProblem({
  code: 'affairs/booking-not-begun',
  status: 409,
  zh: '预约尚未开始',
  en: 'The booking has not begun',
});
export const AfterwardsTooLate = defineProblem({
  code: 'affairs/booking-afterwards-too-late',
  status: 409,
  zh: '预约结束 {days} 天后不再更改',
  en: 'More than {days} days after its end a booking stays as it is',
});
