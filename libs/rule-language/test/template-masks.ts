import type { MaskDay } from '../language/rule.js';
import { each, type Level, type Row, TWO_WEEKS } from './template-cases.js';

/** What the student under test has, a day back, the level, and the level when that day is one of these. */
export type MaskCase = [
  id: string,
  what: string,
  rows: Row[],
  back: number,
  level: Level,
  masked: Level,
  masks: MaskDay[],
];
/** What no ladder of late and missing returns counts. */
const EXEMPT: MaskDay[] = ['leave', 'holiday', 'internship'];

/** Days that do not count; every mask that is not named changes nothing. */
export const MASK_CASES: MaskCase[] = [
  [
    'dorm.ladder',
    'a night and three late returns',
    [
      ['not_returned', 9, 3],
      ['not_returned', 8, 1],
      ['late_return', 8, 3],
    ],
    8,
    'orange',
    'blue',
    EXEMPT,
  ],
  [
    'dorm.ladder-grave',
    'a night and three late returns',
    [
      ['not_returned', 9, 6],
      ['not_returned', 8, 1],
      ['late_return', 8, 3],
    ],
    8,
    'red',
    null,
    EXEMPT,
  ],
  [
    'dorm.no-awards',
    'a night and the third late return',
    [
      ['late_return', 9, 2],
      ['late_return', 8, 1],
      ['not_returned', 8, 1],
    ],
    8,
    'blue',
    null,
    EXEMPT,
  ],
  [
    'attendance.school-c',
    'the eleventh hour',
    [
      ['absent_hours', 9, 10],
      ['absent_hours', 8, 1],
    ],
    8,
    'yellow',
    'blue',
    ['leave'],
  ],
  [
    'attendance.school-c-grave',
    'the last ten hours',
    [
      ['absent_hours', 9, 41],
      ['absent_hours', 8, 10],
    ],
    8,
    'red',
    'orange',
    ['leave'],
  ],
  [
    'attendance.school-d',
    'all beyond ten hours',
    [
      ['absent_hours', 30, 10],
      ['absent_hours', 29, 21],
    ],
    29,
    'orange',
    'yellow',
    ['leave'],
  ],
  ['attendance.school-d', 'the absence of the week', TWO_WEEKS, 0, 'red', null, ['leave']],
  ['attendance.school-d', 'the absence of the week before', TWO_WEEKS, 13, 'red', null, ['leave']],
  [
    'class.absent-week',
    'the third period',
    [
      ['absent_class', 2, 2],
      ['absent_class', 0, 1],
    ],
    0,
    'yellow',
    null,
    ['leave', 'internship'],
  ],
  ['dorm.absent', 'one of three days away', [['dorm_gate_in', 3, 1]], 1, 'red', null, EXEMPT],
  [
    'net.night',
    'a quiet night between',
    [...each('night_net_min', 7, 4, 300), ...each('night_net_min', 2, 0, 300)],
    3,
    null,
    'yellow',
    ['holiday'],
  ],
];
