import { defineProblem } from '#problems';

export const FeedIsPersonal = defineProblem({
  code: 'affairs/booking-feed-is-personal',
  status: 403,
  zh: '日历地址属于个人：应用须代表人员调用',
  en: 'A calendar address is somebody’s own: the app must act for a person',
});

export const FeedWithdrawn = defineProblem({
  code: 'affairs/calendar-feed-withdrawn',
  status: 409,
  zh: '该日历地址已停用，请另建一个',
  en: 'The calendar address was withdrawn: make another',
});
