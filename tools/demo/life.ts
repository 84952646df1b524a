import chineseDays from 'chinese-days';
import { DateTime } from 'luxon';
import { addDays, weekdayOf } from '#time';
import { DAYS, type DemoCampus, type DemoStudent } from './campus.js';
import { Random } from './random.js';
import type { Trouble, Troubles } from './troubles.js';

/** Minutes from the first day's midnight; campus wall clock. */
export type Minute = number;
export const DAY = 1440;
const hm = (hour: number, minute = 0): number => hour * 60 + minute;

/** A time out of the dormitory; an open end is `Infinity`. */
export type Outing = [out: Minute, back: Minute];

export interface DemoLeave {
  student: DemoStudent;
  kind: 'personal' | 'sick' | 'official';
  from: Minute;
  to: Minute;
  reason: string;
  destination: string;
  proof: boolean;
}

/** What a student did in the sixty days. */
export interface Life {
  outings: Outing[];
  leaves: DemoLeave[];
  /** Days (from 0) not spent on campus. */
  away: Set<number>;
}

/** How the days of the data are, for everybody. */
export interface Days {
  dates: string[];
  /** `+08:00`, of every date and the one after the last. */
  offsets: string[];
  /** Classes are held. */
  teaching: boolean[];
  /** First and last day of a public holiday of three days and more. */
  holidays: [first: number, last: number][];
}

export function makeDays(campus: DemoCampus): Days {
  const dates = Array.from({ length: DAYS }, (_, i) => addDays(campus.firstDay, i));
  const named = dates.map((date) => chineseDays.isHoliday(date) && chineseDays.getDayDetail(date).name.includes(','));
  const holidays: [number, number][] = [];
  for (let i = 0; i < DAYS; i++) {
    if (!named[i]) continue;
    let last = i;
    while (named[last + 1]) last++;
    if (last - i >= 2) holidays.push([i, last]);
    i = last;
  }
  const teaching = dates.map((date, i) => chineseDays.isWorkday(date) && weekdayOf(date) <= 5 && !named[i]);
  const { timeZone: zone } = campus.plan;
  const offsets = Array.from({ length: DAYS + 1 }, (_, i) =>
    DateTime.fromISO(addDays(campus.firstDay, i), { zone }).toFormat('ZZ'),
  );
  return { dates, offsets, teaching, holidays };
}

/** Curfew as minutes after midnight: Sunday to Thursday 23:00, Friday and Saturday 23:30. */
function curfewOf(date: string): number {
  return [5, 6].includes(weekdayOf(date)) ? hm(23, 30) : hm(23);
}

/** How often somebody without a reason is late, per evening. */
const NATURAL_LATE = 0.0012;
const LEAVE_TAKERS = 0.06;
const GOES_HOME = 0.3;

/** One student's sixty days: outings, leaves and absences, as the planted trouble wants them. */
export function liveThrough(campus: DemoCampus, days: Days, troubles: Troubles, student: DemoStudent): Life {
  const random = Random.of(campus.plan.seed, 'life', student.index);
  const trouble = troubles.byStudent.get(student.index);
  const life: Life = { outings: [], leaves: [], away: new Set() };
  for (let day = 0; day < DAYS; day++) life.outings.push(...dailyOutings(random, day, days.teaching[day] as boolean));
  if (random.chance(GOES_HOME)) for (const holiday of days.holidays) travel(life, random, ...holiday);
  plant(life, random, days, student, trouble);
  const takesLeave = trouble === undefined && random.chance(LEAVE_TAKERS);
  if (takesLeave) takeLeave(life, random, days, student);
  if (trouble === undefined && !takesLeave) {
    for (let day = 0; day < DAYS; day++) {
      if (!life.away.has(day) && random.chance(NATURAL_LATE)) comeLate(life, random, days, day);
    }
  }
  life.outings = merged(life.outings);
  return life;
}

/** Two to four passes on a class day, none to four on another. */
function dailyOutings(random: Random, day: number, teaching: boolean): Outing[] {
  const at = (from: number, to: number): Minute => day * DAY + random.int(from, to);
  const dice = random.next();
  if (!teaching) {
    if (dice < 0.2) return [];
    const first: Outing = [at(hm(9), hm(11)), at(hm(12), hm(16))];
    return dice < 0.55 ? [first] : [first, [at(hm(16, 20), hm(18)), at(hm(19), hm(22, 20))]];
  }
  const out = at(hm(7), hm(8));
  if (dice < 0.1) return [[at(hm(13), hm(14)), at(hm(16), hm(18))]];
  if (dice < 0.55) return [[out, at(hm(17), hm(22, 30))]];
  return [
    [out, at(hm(11, 40), hm(12, 40))],
    [at(hm(13, 20), hm(14, 10)), at(hm(17), hm(22, 30))],
  ];
}

/** Away from the morning of the first day to the evening of the last. */
function travel(life: Life, random: Random, first: number, last: number): void {
  life.outings.push([first * DAY + random.int(hm(8), hm(11)), last * DAY + random.int(hm(15), hm(21, 30))]);
  for (let day = first; day <= last; day++) life.away.add(day);
}

/** Back a while after curfew, and out since some time before: from `from` on, in minutes of the day. */
function comeLate(life: Life, random: Random, days: Days, day: number, [from, to] = [hm(17), hm(20)]): void {
  const back = day * DAY + curfewOf(days.dates[day] as string) + random.int(4, 95);
  life.outings.push([day * DAY + random.int(from, to), back]);
}

function plant(life: Life, random: Random, days: Days, student: DemoStudent, trouble: Trouble | undefined): void {
  const last = DAYS - 1;
  if (trouble === 'late' || trouble === 'lateExcused') {
    const evenings = random.shuffle([0, 1, 2, 3, 4, 5]).slice(0, trouble === 'late' ? random.int(3, 5) : 3);
    for (const back of evenings) {
      const day = last - back;
      if (trouble === 'late') comeLate(life, random, days, day);
      else excusedEvening(life, random, days, student, day);
    }
  } else if (trouble === 'notReturned' || trouble === 'notReturnedExcused') {
    life.outings.push([last * DAY + hm(16), (last + 1) * DAY + hm(8)]);
    if (trouble === 'notReturnedExcused') life.leaves.push(overnight(student, last));
  } else if (trouble === 'absent') {
    life.outings.push([(last - 2) * DAY + hm(17), Infinity]);
    for (let day = last - 1; day <= last; day++) life.away.add(day);
  }
}

/** Late with leave. Out before the leave begins: a return in the afternoon would end it. */
function excusedEvening(life: Life, random: Random, days: Days, student: DemoStudent, day: number): void {
  comeLate(life, random, days, day, [hm(15), hm(15, 50)]);
  const [reason, destination] = random.pick([
    ['参加校外学科竞赛集训', '市大学生创新中心'],
    ['陪同就医', '市人民医院'],
    ['合唱团晚间排练', '市青少年宫'],
  ] as const);
  const [from, to] = [day * DAY + hm(16), (day + 1) * DAY + hm(2)];
  life.leaves.push({ student, kind: 'personal', from, to, reason, destination, proof: false });
}

function overnight(student: DemoStudent, day: number): DemoLeave {
  const [from, to] = [day * DAY + hm(17), (day + 1) * DAY + hm(20)];
  return { student, kind: 'personal', from, to, reason: '回家探望祖父', destination: '家中', proof: false };
}

/** A trip on leave: most of a day or two, some longer; the longer ones go through more hands. */
function takeLeave(life: Life, random: Random, days: Days, student: DemoStudent): void {
  const dice = random.next();
  const length = dice < 0.72 ? random.int(1, 2) : dice < 0.95 ? random.int(3, 6) : random.int(8, 10);
  const first = random.int(2, DAYS - 2 - length);
  const span = Array.from({ length }, (_, i) => first + i);
  // Whoever has gone home for the holiday needs no leave.
  if (span.some((day) => life.away.has(day) || days.holidays.some(([from, to]) => day >= from - 1 && day <= to)))
    return;
  const kind = length >= 3 && random.chance(0.5) ? 'official' : random.chance(0.35) ? 'sick' : 'personal';
  const [reason, destination] = {
    personal: ['家中有事，需回家处理', '家中'],
    sick: ['发热，回家休养', '家中'],
    official: ['代表学校参加比赛', '省会城市'],
  }[kind] as [string, string];
  const [from, to] = [first * DAY + hm(8), (first + length) * DAY];
  life.leaves.push({ student, kind, from, to, reason, destination, proof: kind !== 'personal' });
  life.outings.push([from + random.int(10, 120), to - random.int(75, 300)]);
  for (const day of span) life.away.add(day);
}

/** Outings that overlap or follow within ten minutes are one. */
function merged(outings: Outing[]): Outing[] {
  const result: Outing[] = [];
  for (const [out, back] of [...outings].sort((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before && out <= before[1] + 10) before[1] = Math.max(before[1], back);
    else result.push([out, back]);
  }
  return result;
}
