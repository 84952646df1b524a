import { dayOf } from '../language/days.js';
import { LEVELS } from '../language/rule.js';

/** Values in the metric's unit, by days before the as-of day. */
export type Row = [metric: string, back: number, value: number];
export type Level = 'blue' | 'yellow' | 'orange' | 'red' | null | undefined;
/** What the student under test has, beside the case's base, and the level: null = does not hold, undefined = cannot say. */
export type Case = [what: string, rows: Row[], level: Level];

// A Wednesday; the third of these terms runs.
export const AS_OF = dayOf('2026-11-18');
export const TERMS = [
  ['2025-09-01', '2026-01-18'],
  ['2026-03-02', '2026-07-12'],
  ['2026-08-31', '2027-01-17'],
].map(([from, to]) => ({ from: dayOf(from!), to: dayOf(to!) }));
const [BEFORE_LAST, LAST] = TERMS.map(({ from }) => AS_OF - from - 20);

export const each = (metric: string, from: number, to: number, value: number): Row[] =>
  Array.from({ length: from - to + 1 }, (_, i) => [metric, from - i, value]);
/** One number of one metric, with the level it means. */
const ladder = (metric: string, ...steps: [number, Level][]): Case[] =>
  steps.map(([value, level]) => [`${metric} ${value}`, [[metric, 5, value]], level]);
/** Term results of this term and the ones before. */
const terms = (metric: string, ...values: number[]): Row[] =>
  values.map((value, i) => [metric, [20, LAST!, BEFORE_LAST!][i]!, value]);

const SCUEC: Row[] = [
  ...each('failed_credits', 9, 9, 0),
  ...each('failed_required_credits', 9, 9, 0),
  ...each('failed_after_resit', 9, 9, 0),
  ...each('term_credits', 9, 9, 25),
  ...each('gpa', 9, 9, 4),
];
const SCHOOL_B: Row[] = [
  ...each('failed_after_resit', 9, 9, 0),
  ...each('term_credits', 9, 9, 25),
  ...each('failed_courses', 9, 9, 0),
  ...each('credit_gap', 9, 9, 0),
  ...each('gpa', 9, 9, 4),
];
export const TRACES = ['card_uses', 'gate_passes', 'net_min', 'sso_logins'];
export const traces = (to: number): Row[] => TRACES.flatMap((metric) => each(metric, 20, to, 3));
const ABSENCES: Row[] = [...each('absent_hours', 13, 13, 1), ...each('absent_hours', 0, 0, 1)];
/** Absent in two weeks running, where attendance is known. */
export const TWO_WEEKS: Row[] = [...ABSENCES, ['class_attend', 119, 2]];
const HARDSHIP: Row[] = each('canteen_spend', 34, 7, 900);

/** Every level of every template: at its boundary, and one below. */
export const CASES: Record<string, { base?: Row[]; others?: Row[]; cases: Case[] }> = {
  'study.failed-credits': {
    cases: ladder(
      'failed_credits',
      ...([
        [9.9, null],
        [10, 'yellow'],
        [14.9, 'yellow'],
        [15, 'orange'],
        [24.9, 'orange'],
        [25, 'red'],
      ] as [number, Level][]),
    ),
  },
  'dorm.absent': {
    others: each('dorm_gate_in', 10, 0, 2),
    cases: [
      ['seen two days ago', [['dorm_gate_in', 2, 1]], null],
      ['seen three days ago', [['dorm_gate_in', 3, 1]], 'red'],
      ['never seen', [], undefined],
    ],
  },
  'aid.hidden-hardship': {
    base: HARDSHIP,
    others: [...each('canteen_spend', 34, 0, 1000)],
    cases: [
      ['449 of 900 fen, 15 meals', [...each('canteen_spend', 6, 0, 449), ...each('canteen_meals', 4, 0, 3)], 'blue'],
      ['450 of 900 fen', [...each('canteen_spend', 6, 0, 450), ...each('canteen_meals', 4, 0, 3)], null],
      [
        '14 meals',
        [...each('canteen_spend', 6, 0, 449), ...each('canteen_meals', 4, 0, 3), ['canteen_meals', 0, 2]],
        null,
      ],
      ['on three days only', [...each('canteen_spend', 6, 4, 449), ...each('canteen_meals', 4, 0, 3)], undefined],
    ],
  },
  'net.night': {
    cases: [
      ['seven nights of 300', each('night_net_min', 6, 0, 300), 'yellow'],
      ['six nights', each('night_net_min', 5, 0, 400), null],
      ['a night of 299', [...each('night_net_min', 6, 0, 400), ['night_net_min', 3, 299]], null],
    ],
  },
  'class.absent-week': {
    cases: [
      [
        'two from Monday on, nine on Sunday',
        [
          ['absent_class', 1, 2],
          ['absent_class', 3, 9],
        ],
        null,
      ],
      [
        'three from Monday on',
        [
          ['absent_class', 2, 1],
          ['absent_class', 0, 2],
        ],
        'yellow',
      ],
    ],
  },
  'dorm.late': {
    cases: [
      ['two late', each('late_return', 1, 0, 1), null],
      ['three late', each('late_return', 6, 4, 1), 'yellow'],
      ['three late, one absence', [...each('late_return', 6, 4, 1), ['absent_class', 1, 1]], 'yellow'],
      ['three late, two absences', [...each('late_return', 6, 4, 1), ['absent_class', 1, 2]], 'orange'],
      // Mean 4, deviation 1 before: 2 is two deviations below, 1 three.
      ['three late, attends two below', [...each('late_return', 6, 4, 1), ...attended(2)], 'yellow'],
      ['three late, attends three below', [...each('late_return', 6, 4, 1), ...attended(1)], 'orange'],
    ],
  },
  'study.school-a': {
    base: [
      ['mean_term_credits', 9, 20],
      ['failed_required_credits', 9, 0],
    ],
    cases: [
      ...ladder(
        'mean_term_credits',
        [14.1, null],
        [14, 'yellow'],
        [12.1, 'yellow'],
        [12, 'orange'],
        [10.1, 'orange'],
        [10, 'red'],
      ),
      ...ladder(
        'failed_required_credits',
        [14.9, null],
        [15, 'yellow'],
        [19.9, 'yellow'],
        [20, 'orange'],
        [24.9, 'orange'],
        [25, 'red'],
      ),
    ],
  },
  'study.school-b': {
    base: SCHOOL_B,
    cases: [
      ...ladder('failed_after_resit', [0, null], [1, 'yellow'], [2, 'orange'], [3, 'red']),
      ...ladder('term_credits', [15, null], [14.9, 'yellow'], [12, 'yellow'], [11.9, 'orange']),
      ...ladder('failed_courses', [2, null], [3, 'yellow'], [4, 'yellow'], [5, 'orange'], [7, 'orange'], [8, 'red']),
      ...ladder('credit_gap', [16, null], [16.1, 'red']),
      ...ladder('gpa', [3.4, null], [3.39, 'red']),
    ],
  },
  'study.jlu': {
    cases: [
      ['18 of 24', [...terms('term_credits', 18), ...terms('term_credits_planned', 24)], null],
      ['18 of 24.1', [...terms('term_credits', 18, 25), ...terms('term_credits_planned', 24.1, 25)], 'blue'],
      ['17.9 of 20', [...terms('term_credits', 17.9, 25), ...terms('term_credits_planned', 20, 25)], 'blue'],
      [
        '17.9, and 18 of 24 before',
        [...terms('term_credits', 17.9, 18), ...terms('term_credits_planned', 20, 24)],
        'blue',
      ],
      [
        '17.9, and 17.9 before',
        [...terms('term_credits', 17.9, 17.9), ...terms('term_credits_planned', 20, 20)],
        'yellow',
      ],
      [
        '25, and 17.9 twice before',
        [...terms('term_credits', 25, 17, 17), ...terms('term_credits_planned', 25, 20, 20)],
        null,
      ],
      ['15 of 25', [...terms('term_credits', 15, 25), ...terms('term_credits_planned', 25, 25)], 'blue'],
      ['14.9 of 20', [...terms('term_credits', 14.9, 25), ...terms('term_credits_planned', 20, 25)], 'orange'],
      ['15 of 25.1', [...terms('term_credits', 15, 25), ...terms('term_credits_planned', 25.1, 25)], 'orange'],
      ['14.9, and 15 before', [...terms('term_credits', 14.9, 15), ...terms('term_credits_planned', 20, 20)], 'orange'],
      [
        '14.9, and 14.9 before',
        [...terms('term_credits', 14.9, 14.9), ...terms('term_credits_planned', 20, 20)],
        'red',
      ],
      [
        'not published yet this term',
        [
          ['term_credits', LAST!, 5],
          ['term_credits_planned', LAST!, 25],
        ],
        undefined,
      ],
    ],
  },
  'study.upc': {
    base: [
      ['failed_required_credits', 9, 0],
      ['credits_chosen', 9, 25],
    ],
    cases: [
      ...ladder(
        'failed_required_credits',
        [10, null],
        [10.1, 'yellow'],
        [15, 'yellow'],
        [15.1, 'orange'],
        [24.9, 'orange'],
        [25, 'red'],
      ),
      ['15 chosen', [...terms('credits_chosen', 15), ['credits_chosen', 5, 15]], null],
      [
        '14.9 chosen',
        [
          ['credits_chosen', 5, 14.9],
          ['credits_chosen', LAST!, 25],
        ],
        'yellow',
      ],
      [
        'twice, 15 before',
        [
          ['credits_chosen', 5, 14.9],
          ['credits_chosen', LAST!, 14.9],
          ['credits_chosen', BEFORE_LAST!, 15],
        ],
        'orange',
      ],
      [
        'three times',
        [
          ['credits_chosen', 5, 14.9],
          ['credits_chosen', LAST!, 14],
          ['credits_chosen', BEFORE_LAST!, 14.9],
        ],
        'red',
      ],
    ],
  },
  'study.scuec': {
    base: SCUEC,
    cases: [
      ...rising('failed_credits', 0.1, 5, 10, 15, 25),
      ...rising('failed_required_credits', 0.1, 3, 8, 12, 20),
      ...rising('failed_after_resit', 1, 1, 2, 3, 4),
      ...rising('absent_hours', 0.1, 10, 20, 30, 40),
      ...ladder(
        'term_credits',
        [18, null],
        [17.9, 'blue'],
        [15, 'blue'],
        [14.9, 'yellow'],
        [12, 'yellow'],
        [11.9, 'orange'],
        [10, 'orange'],
        [9.9, 'red'],
      ),
      ...ladder(
        'gpa',
        [2.2, null],
        [2.19, 'blue'],
        [2, 'blue'],
        [1.99, 'yellow'],
        [1.8, 'yellow'],
        [1.79, 'orange'],
        [1.5, 'orange'],
        [1.49, 'red'],
      ),
    ],
  },
  'study.scut': {
    cases: ladder('failed_credits', [9.9, null], [10, 'yellow'], [19.9, 'yellow'], [20, 'red']),
  },
  'attendance.school-c': { cases: rising('absent_hours', 0.1, 1, 11, 21, 31) },
  'attendance.school-c-grave': {
    cases: ladder('absent_hours', [40.9, null], [41, 'orange'], [50, 'orange'], [50.1, 'red']),
  },
  'attendance.school-d': {
    cases: [
      ['9.9 h', [['absent_hours', 30, 9.9]], null],
      ['10 h', [['absent_hours', 30, 10]], 'yellow'],
      ['30.9 h', [['absent_hours', 30, 30.9]], 'yellow'],
      ['31 h', [['absent_hours', 30, 31]], 'orange'],
      ['50 h', [['absent_hours', 30, 50]], 'orange'],
      ['50.1 h', [['absent_hours', 30, 50.1]], 'red'],
      ['two weeks running', TWO_WEEKS, 'red'],
      ['two weeks running, a period attended between', [...TWO_WEEKS, ['class_attend', 13, 1]], null],
      ['two weeks running, no attendance data ever', ABSENCES, null],
      ['two weeks running, no attendance data in 120 days', [...ABSENCES, ['class_attend', 120, 2]], null],
      ['more than 50 h, no attendance data', [['absent_hours', 3, 50.1]], 'red'],
      [
        'absent in one of the weeks only',
        [
          ['absent_hours', 6, 5],
          ['absent_hours', 0, 4],
        ],
        null,
      ],
    ],
  },
  'dorm.ladder': {
    cases: [
      [
        'two nights, two late',
        [
          ['not_returned', 9, 2],
          ['late_return', 8, 2],
        ],
        null,
      ],
      [
        'two nights, three late',
        [
          ['not_returned', 9, 2],
          ['late_return', 8, 3],
        ],
        'blue',
      ],
      ['nine late', [['late_return', 8, 9]], 'blue'],
      [
        'three nights, two late',
        [
          ['not_returned', 9, 3],
          ['late_return', 8, 2],
        ],
        'blue',
      ],
      ['four nights', [['not_returned', 9, 4]], 'yellow'],
      [
        'four nights, two late',
        [
          ['not_returned', 9, 4],
          ['late_return', 8, 2],
        ],
        'yellow',
      ],
      ['five nights', [['not_returned', 9, 5]], 'orange'],
      [
        'four nights, five late',
        [
          ['not_returned', 9, 4],
          ['late_return', 8, 5],
        ],
        'orange',
      ],
      ['six nights', [['not_returned', 9, 6]], 'red'],
      ['six nights of the term before', [['not_returned', LAST!, 6]], null],
    ],
  },
  'dorm.ladder-grave': {
    cases: [
      [
        'six nights, two late',
        [
          ['not_returned', 9, 6],
          ['late_return', 8, 2],
        ],
        null,
      ],
      [
        'six nights, three late',
        [
          ['not_returned', 9, 6],
          ['late_return', 8, 3],
        ],
        'red',
      ],
    ],
  },
  'dorm.no-awards': {
    cases: [
      ['two late', [['late_return', 8, 2]], null],
      ['three late', [['late_return', 8, 3]], 'blue'],
      ['one night', [['not_returned', 8, 1]], 'blue'],
    ],
  },
  'contact.lost': {
    others: TRACES.flatMap((metric) => each(metric, 20, 0, 3)),
    cases: [
      ['traces until today', traces(0), null],
      ['traces until yesterday', traces(1), 'orange'],
      ...TRACES.map((metric): Case => [`only ${metric} today`, [...traces(1), [metric, 0, 1]], null]),
      ['no trace at all in 30 days', [], null],
    ],
  },
};

/** Attendance of mean 4 and deviation 1 for four weeks, then so much a day. */
function attended(now: number): Row[] {
  const before = each('class_attend', 34, 7, 3).map(([metric, back]): Row => [metric, back, back % 2 === 0 ? 3 : 5]);
  return [...before, ...each('class_attend', 6, 0, now)];
}

/** Blue, yellow, orange and red at so much, and the level before one step below. */
function rising(metric: string, step: number, ...numbers: number[]): Case[] {
  return numbers.flatMap((number, i) =>
    ladder(metric, [Math.round((number - step) * 10) / 10, LEVELS[i] ?? null], [number, LEVELS[i + 1] ?? null]),
  );
}
