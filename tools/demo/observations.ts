import { DAYS, type DemoCampus, type DemoStudent } from './campus.js';
import type { Days, Life } from './life.js';
import { Random } from './random.js';
import type { Trouble, Troubles } from './troubles.js';

/** One row of POST /early-warning/v1/observations/batches. */
export interface ObservationRow {
  studentNumber: string;
  metric: string;
  day: string;
  value: number;
}

/** Systems of a school that deliver observations. */
export const SOURCES = ['canteen', 'network', 'attendance', 'library', 'grades'] as const;
export type Source = (typeof SOURCES)[number];

/** A student's habits, the same on every day. */
interface Habits {
  random: Random;
  trouble: Trouble | undefined;
  life: Life;
  /** Fen a meal. */
  meal: number;
  /** Chance of a meal. */
  appetite: number;
  online: number;
  reads: number;
}

type OfDay = (habits: Habits, day: number, teaching: boolean) => [metric: string, value: number][];

const OF_DAY: Record<Source, OfDay> = {
  canteen({ random, trouble, life, meal, appetite }, day) {
    const eating = trouble === 'hardship' ? 1 : trouble === 'notEating' && day >= DAYS - 6 ? 0 : appetite;
    let [meals, spend] = [0, 0];
    for (let i = 0; i < 3; i++) {
      if (!random.chance(eating)) continue;
      meals++;
      spend += Math.round(meal * (0.8 + 0.4 * random.next()) * (trouble === 'hardship' && day >= DAYS - 7 ? 0.4 : 1));
    }
    // Nobody who ate nothing appears in a cash register.
    return meals === 0 || life.away.has(day)
      ? []
      : [
          ['canteen_meals', meals],
          ['canteen_spend', spend],
        ];
  },
  network({ random, trouble, life, online }, day) {
    const owl = trouble === 'nightOwl' && day >= DAYS - 9;
    const minutes = Math.round(online * (0.5 + random.next()));
    const night = owl ? random.int(305, 350) : random.chance(0.4) ? random.int(5, 110) : 0;
    return life.away.has(day)
      ? []
      : [
          ['net_min', minutes + night],
          ['night_net_min', night],
        ];
  },
  attendance({ random, trouble, life }, day, teaching) {
    if (!teaching || life.away.has(day)) return [];
    const sections = random.int(2, 4);
    const missed = trouble === 'truant' && day >= DAYS - 14 ? random.int(3, 4) : random.chance(0.006) ? 1 : 0;
    return [
      ['class_attend', Math.max(0, sections - missed)],
      ['absent_class', missed],
    ];
  },
  library({ random, life, reads }, day) {
    const visits = random.chance(reads) ? 1 : 0;
    return visits === 0 || life.away.has(day) ? [] : [['library_visits', visits]];
  },
  grades({ random, trouble }, day) {
    if (day !== DAYS - 21) return [];
    const failed = { failedYellow: 12, failedOrange: 18, failedRed: 27 }[trouble as string];
    return [['failed_credits', failed ?? (random.chance(0.12) ? random.int(2, 8) : 0)]];
  },
};

/** What a source saw in the sixty days, day by day. */
export function* observationsOf(
  source: Source,
  campus: DemoCampus,
  days: Days,
  troubles: Troubles,
  lives: Life[],
): Generator<ObservationRow> {
  const habits = campus.students.map((student) => habitsOf(source, campus, troubles, lives, student));
  for (const [day, date] of days.dates.entries()) {
    for (const student of campus.students) {
      const own = habits[student.index] as Habits;
      for (const [metric, value] of OF_DAY[source](own, day, days.teaching[day] as boolean)) {
        yield { studentNumber: student.number, metric, day: date, value };
      }
    }
  }
}

function habitsOf(source: Source, campus: DemoCampus, troubles: Troubles, lives: Life[], student: DemoStudent): Habits {
  const random = Random.of(campus.plan.seed, source, student.index);
  const trouble = troubles.byStudent.get(student.index);
  return {
    random,
    trouble,
    life: lives[student.index] as Life,
    meal: trouble === 'hardship' ? random.int(600, 700) : random.int(850, 1500),
    appetite: 0.7 + 0.25 * random.next(),
    online: random.int(90, 320),
    reads: random.next() * 0.5,
  };
}
