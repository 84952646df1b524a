import { PassesRecordedV1, type PassFact, NightCheckedV1, LeaveApprovedV1 } from '#contracts';
import { newId } from '#database';
import { eventOf, invalidPart } from './payload.js';

const fact = (changes: object = {}): PassFact => ({
  passId: newId(),
  studentId: newId(),
  buildingId: newId(),
  direction: 'in',
  at: '2026-11-21T22:58:03.000Z',
  ...changes,
});

describe('the payload of an event', () => {
  it('is judged by the rules of its class, nested facts too', () => {
    expect(invalidPart(PassesRecordedV1, { passes: [fact(), fact()] })).toBeUndefined();
    expect(invalidPart(PassesRecordedV1, { passes: [fact(), fact({ direction: 'up' })] })).toBe('passes');
    expect(invalidPart(PassesRecordedV1, { passes: [fact({ at: 'yesterday' })] })).toBe('passes');
    expect(invalidPart(PassesRecordedV1, { passes: Array.from({ length: 501 }, () => fact()) })).toBe('passes');
    expect(invalidPart(PassesRecordedV1, { passes: 'none' })).toBe('passes');
    expect(invalidPart(PassesRecordedV1, {})).toBe('passes');
  });

  it('may leave out what is optional, and nothing else', () => {
    const result = { studentId: newId(), finding: 'late' };
    const night = { night: '2026-11-20', revision: 1, results: [result] };
    expect(invalidPart(NightCheckedV1, night)).toBeUndefined();
    expect(invalidPart(NightCheckedV1, { ...night, results: [{ ...result, minutesLate: -1 }] })).toBe('results');
    expect(invalidPart(NightCheckedV1, { ...night, revision: 0 })).toBe('revision');
  });

  it('keeps the rules of a base class, and passes what a newer version added', () => {
    const leave = { leaveId: newId(), studentId: newId(), startsAt: '2026-11-21', endsAt: '2026-11-22' };
    expect(invalidPart(LeaveApprovedV1, { ...leave, addedLater: 1 })).toBeUndefined();
    expect(invalidPart(LeaveApprovedV1, { ...leave, studentId: 'x' })).toBe('studentId');
  });

  it('reaches the handler as an instance of its class', () => {
    expect(eventOf(PassesRecordedV1, { passes: [fact()] })).toBeInstanceOf(PassesRecordedV1);
  });
});
