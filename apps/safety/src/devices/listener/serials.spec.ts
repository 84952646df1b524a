import { followSerials, type Numbered } from './serials.js';

const of = (serial: number, at: number, front: number | null = null): Numbered => ({ serial, front, at });
const LAST = { serial: 10, at: 100 };

it.each([
  ['the first of a device', null, [of(7, 50)], { serial: 7, at: 50 }, []],
  ['one after the other', LAST, [of(11, 110), of(12, 110, 11)], { serial: 12, at: 110 }, []],
  ['numbers that skip', LAST, [of(14, 130)], { serial: 14, at: 130 }, [[100, 130, 3]]],
  ['numbers that the device itself passes over', LAST, [of(14, 130, 10)], { serial: 14, at: 130 }, []],
  ['one that says what was before it', LAST, [of(14, 130, 12)], { serial: 14, at: 130 }, [[100, 130, 2]]],
  ['the same again', LAST, [of(10, 100, 9)], LAST, []],
  ['one from before again', LAST, [of(3, 40, 2)], LAST, []],
  ['numbers that begin anew', LAST, [of(1, 110, 0), of(2, 120, 1)], { serial: 2, at: 120 }, []],
  ['numbers that begin anew, the first ones lost', LAST, [of(4, 120, 3)], { serial: 4, at: 120 }, [[100, 120, 3]]],
  ['a clock set back', LAST, [of(13, 60)], { serial: 13, at: 60 }, [[60, 100, 2]]],
])('%s', (_, last, events, expected, skipped) => {
  const followed = followSerials(last, events);
  expect(followed.last).toEqual(expected);
  expect(followed.skipped.map(({ from, to, events }) => [from, to, events])).toEqual(skipped);
});
