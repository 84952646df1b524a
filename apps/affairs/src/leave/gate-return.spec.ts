import fc from 'fast-check';
import { gateReturn, type LeavePass } from './gate-return.js';

const rule = { outLookbackHours: 24, minAwayMinutes: 60, assumeAwayAfterHours: 6, watchDays: 14 };
const start = new Date('2026-11-20T10:00:00Z');
const at = (hours: number): Date => new Date(start.getTime() + hours * 3_600_000);
const out = (hours: number): LeavePass => ({ at: at(hours), direction: 'out' });
const into = (hours: number): LeavePass => ({ at: at(hours), direction: 'in' });
const returnOf = (...passes: LeavePass[]): Date | undefined => gateReturn(start, passes, rule);

describe('gateReturn', () => {
  it('is the first time home after having left', () => {
    expect(returnOf(out(1), into(30), out(31), into(33))).toEqual(at(30));
  });

  it('takes an exit from up to 24 hours before the start, and no earlier one', () => {
    expect(returnOf(out(-23.9), into(3))).toEqual(at(3));
    expect(returnOf(out(-24), into(3))).toBeUndefined();
  });

  it('is not fetching one’s luggage: less than an hour of the absence lies within the leave', () => {
    expect(returnOf(out(-3), into(0.5), out(1))).toBeUndefined();
    expect(returnOf(out(-3), into(0.5), out(1), into(20))).toEqual(at(20));
    expect(returnOf(out(-3), into(1))).toEqual(at(1));
  });

  it('needs no exit six hours after the start: gates are passed unseen', () => {
    expect(returnOf(into(5.9))).toBeUndefined();
    expect(returnOf(into(6))).toEqual(at(6));
  });

  it('counts the absence from the first exit after coming home: other gates are left on the way', () => {
    expect(returnOf(out(1), out(29.9), into(30))).toEqual(at(30));
  });

  it('is never before the start', () => {
    expect(returnOf(out(-5), into(-1))).toBeUndefined();
  });

  it('does not depend on the order in which passes arrive', () => {
    const pass = fc.record({
      at: fc.integer({ min: -3000, max: 6000 }).map((minutes) => at(minutes / 60)),
      direction: fc.constantFrom('in' as const, 'out' as const),
    });
    const shuffled = fc
      .array(pass, { maxLength: 12 })
      .chain((passes) => fc.tuple(fc.constant(passes), fc.shuffledSubarray(passes, { minLength: passes.length })));
    fc.assert(
      fc.property(shuffled, ([passes, others]) => {
        expect(gateReturn(start, others, rule)).toEqual(gateReturn(start, passes, rule));
      }),
    );
  });
});
