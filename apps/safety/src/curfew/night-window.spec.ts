import { CurfewPolicy } from './curfew.policy.js';
import { instantOfNight, lastNight, nightOf, windowsOf } from './night-window.js';

const ZONE = 'Asia/Shanghai';
const at = (wall: string): Date => new Date(`${wall}:00+08:00`);
const B1 = { id: 'b1', code: 'B1' };
const B2 = { id: 'b2', code: 'B2' };

describe('a night', () => {
  it('runs from noon to noon', () => {
    expect(nightOf(at('2026-11-20T12:00'), ZONE)).toBe('2026-11-20');
    expect(nightOf(at('2026-11-20T11:59'), ZONE)).toBe('2026-11-19');
    expect(instantOfNight('2026-11-20', '23:00', ZONE)).toEqual(at('2026-11-20T23:00'));
    expect(instantOfNight('2026-11-30', '00:30', ZONE)).toEqual(at('2026-12-01T00:30'));
  });

  it('is over at half past five of the next morning', () => {
    expect(lastNight(at('2026-11-21T05:30'), ZONE)).toBe('2026-11-20');
    expect(lastNight(at('2026-11-21T05:29'), ZONE)).toBe('2026-11-19');
    expect(lastNight(at('2026-11-21T23:59'), ZONE)).toBe('2026-11-20');
  });
});

describe('the windows of a night', () => {
  it('follow weekday, grace and lookback', () => {
    const policy = Object.assign(new CurfewPolicy(), { graceMinutes: 5, lookbackHours: 24 });
    expect(windowsOf(policy, [B1], '2026-11-19', true, ZONE)).toEqual([
      {
        buildingId: 'b1',
        curfewAt: at('2026-11-19T23:00'),
        deadlineAt: at('2026-11-19T23:05'),
        endsAt: at('2026-11-20T05:00'),
        sinceAt: at('2026-11-18T23:00'),
        outageFromAt: at('2026-11-19T18:00'),
      },
    ]);
    expect(windowsOf(policy, [B1], '2026-11-20', false, ZONE)[0]?.curfewAt).toEqual(at('2026-11-20T23:30'));
  });

  it('prefer the rule that names the building, wherever it stands, and leave out who has none', () => {
    const rules = [
      { weekdays: ['fri' as const], curfew: '23:30' },
      { weekdays: ['fri' as const], curfew: '00:30', buildings: ['B2'] },
      { weekdays: ['sat' as const], curfew: '22:30', buildings: ['B1'] },
    ];
    const policy = Object.assign(new CurfewPolicy(), { rules });
    const friday = windowsOf(policy, [B1, B2], '2026-11-20', false, ZONE).map((window) => window.curfewAt);
    expect(friday).toEqual([at('2026-11-20T23:30'), at('2026-11-21T00:30')]);
    expect(windowsOf(policy, [B1, B2], '2026-11-21', false, ZONE).map((window) => window.buildingId)).toEqual(['b1']);
    expect(windowsOf(policy, [B1, B2], '2026-11-22', true, ZONE)).toEqual([]);
  });

  it.each([
    ['the Saturday before a Sunday that is worked', '2026-09-19', true, '23:30', '23:00'],
    ['the Friday before a Saturday that is worked', '2026-10-09', true, '23:30', '23:00'],
    ['a Saturday like others', '2026-11-21', false, '23:30', '23:30'],
    ['a Sunday like others', '2026-11-22', true, '23:00', '23:00'],
    ['the Wednesday before a holiday', '2026-09-30', false, '23:00', '23:30'],
  ])('has, on %s, the curfew of its weekday, or by the next day', (_, night, working, byWeekday, byNextDay) => {
    const curfew = (eveningsBy: CurfewPolicy['eveningsBy']) =>
      windowsOf(Object.assign(new CurfewPolicy(), { eveningsBy }), [B1], night, working, ZONE)[0]?.curfewAt;
    expect(new CurfewPolicy().eveningsBy).toBe('weekday');
    expect(curfew('weekday')).toEqual(at(`${night}T${byWeekday}`));
    expect(curfew('next_day')).toEqual(at(`${night}T${byNextDay}`));
  });
});
