import { defineProblem } from '#problems';

export const NightNotOver = defineProblem({
  code: 'safety/night-not-over',
  status: 400,
  zh: '这一晚尚未结束，最近可核查的是 {last}',
  en: 'The night is not over; the newest that can be checked is {last}',
});
export const NightNoLongerKept = defineProblem({
  code: 'safety/night-no-longer-kept',
  status: 400,
  zh: '该晚的通行记录已过保存期，最早可核查的是 {first}',
  en: 'Passes of that night are kept no longer; the oldest that can be checked is {first}',
});
export const TooManyNights = defineProblem({
  code: 'safety/too-many-nights',
  status: 400,
  zh: '一次最多核查 {most} 晚',
  en: 'At most {most} nights can be checked at once',
});
export const RangeEndsBeforeItBegins = defineProblem({
  code: 'safety/range-ends-before-it-begins',
  status: 400,
  zh: '结束的夜晚不能早于开始的夜晚',
  en: 'The last night must not be before the first',
});
