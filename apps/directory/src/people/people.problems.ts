import { defineProblem } from '#problems';

export const TooManyLookUps = defineProblem({
  code: 'directory/too-many-look-ups',
  status: 429,
  zh: '本应用按学工号查找过多：每分钟最多 {perMinute} 个，每天最多 {numbersPerDay} 个不同的学工号；需要全体人员时请逐页读取人员列表',
  en: 'This app looks up too many numbers: at most {perMinute} a minute and {numbersPerDay} different ones a day; for everybody read the list of people page by page',
});
