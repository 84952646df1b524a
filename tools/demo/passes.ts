import { addDays } from '#time';
import { DAYS, type DemoCampus } from './campus.js';
import { DAY, type Days, type Life } from './life.js';
import { Random } from './random.js';
import type { Troubles } from './troubles.js';

/** One row of POST /safety/v1/passes/batches. */
export interface PassRecord {
  deviceCode: string;
  recordId: string;
  studentNumber: string;
  direction: 'in' | 'out';
  /** With the offset of the campus. */
  at: string;
}

/** Nights are over at five in the morning: nothing after the last one's end is delivered. */
const END = DAYS * DAY + 5 * 60;
/** The broken gate records nothing from six in the evening until eight in the morning. */
const OUTAGE = { from: 18 * 60, to: DAY + 8 * 60 };
/** A pass as one sortable number: second, student, direction. */
const STUDENTS = 2048;

/** Serial number of a building's gate. */
export function gateOf(building: string): string {
  return `GATE-${building}`;
}

/** All passes in the order they happened. */
export function* passesOf(campus: DemoCampus, days: Days, troubles: Troubles, lives: Life[]): Generator<PassRecord> {
  const packed: number[] = [];
  const { outage } = troubles;
  const dark = (DAYS - 1 - outage.daysBack) * DAY;
  for (const student of campus.students) {
    const random = Random.of(campus.plan.seed, 'gate', student.index);
    const broken = student.class.academy.building === outage.building;
    for (const outing of (lives[student.index] as Life).outings) {
      for (const [inward, minute] of outing.entries()) {
        const second = random.int(0, 59);
        if (minute > END || (broken && minute >= dark + OUTAGE.from && minute < dark + OUTAGE.to)) continue;
        packed.push(((minute * 60 + second) * STUDENTS + student.index) * 2 + inward);
      }
    }
  }
  const sorted = Float64Array.from(packed).sort();
  const serial = new Map<string, number>();
  for (const value of sorted) {
    const student = campus.students[Math.floor(value / 2) % STUDENTS];
    if (!student) continue;
    const device = gateOf(student.class.academy.building);
    const nth = (serial.get(device) ?? 0) + 1;
    serial.set(device, nth);
    yield {
      deviceCode: device,
      recordId: `${campus.firstDay}/${nth}`,
      studentNumber: student.number,
      direction: value % 2 ? 'in' : 'out',
      at: instant(campus, days, Math.floor(value / 2 / STUDENTS)),
    };
  }
}

function instant(campus: DemoCampus, days: Days, second: number): string {
  const day = Math.floor(second / 86_400);
  const date = days.dates[day] ?? addDays(campus.plan.lastNight, 1);
  const two = (n: number): string => String(n).padStart(2, '0');
  const rest = second % 86_400;
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two).join(':');
  return `${date}T${time}${days.offsets[day]}`;
}
