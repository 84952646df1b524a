import { quietTooLong } from './quiet.js';

const DAY = { from: '06:30', minutes: 120 };
const NIGHT = { from: '23:30', minutes: 480 };
const at = (time: string): Date => new Date(`2026-03-05T${time}:00+08:00`);

it.each([
  ['just in time', [DAY, NIGHT], '10:00', '12:00', false],
  ['a minute later', [DAY, NIGHT], '10:00', '12:01', true],
  ['after a quiet night', [DAY, NIGHT], '01:00', '07:00', false],
  ['a quiet night, and two hours', [DAY, NIGHT], '01:00', '08:31', true],
  ['at night', [DAY, NIGHT], '00:10', '06:20', false],
  ['no rules', [], '00:10', '23:00', false],
  ['one rule for all hours', [NIGHT], '10:00', '18:01', true],
  ['a rule of another building', [{ ...DAY, buildings: ['B9'] }], '10:00', '18:01', false],
  [
    'a building with a rule of its own',
    [DAY, { from: '00:00', minutes: 600, buildings: ['B1'] }],
    '10:00',
    '18:01',
    false,
  ],
])('%s', (_, rules, recorded, now, expected) => {
  expect(quietTooLong(rules, { building: 'B1', recordedAt: at(recorded) }, at(now), 'Asia/Shanghai')).toBe(expected);
});
