import fc from 'fast-check';
import { StudentOrdinals } from './student-ordinals.js';

describe('ordinals by student number', () => {
  it('are those a map would hold, whatever the numbers look like', () => {
    const number = fc.oneof(
      fc.nat(3_000).map((n) => String(2_024_000_000 + n)),
      fc.stringMatching(/^[0-9]{0,18}$/),
      fc.constantFrom(
        '',
        '0',
        '00',
        '007',
        '7',
        '-1',
        '1e3',
        '7.0',
        '7 ',
        '٣',
        'S2024',
        '999999999999999',
        '9007199254740993',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, fc.nat(100_000)), { maxLength: 4_000, size: 'max' }),
        fc.array(number),
        (entries, more) => {
          const ordinals = new StudentOrdinals();
          for (const [student, ordinal] of entries) ordinals.set(student, ordinal);
          const map = new Map(entries);
          const asked = [...map.keys(), ...more];
          expect(asked.map((student) => ordinals.get(student))).toEqual(asked.map((student) => map.get(student)));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('hold as many as come', () => {
    const students = Array.from({ length: 20_000 }, (_, i) => String(202_400_000_000 + i));
    const ordinals = new StudentOrdinals();
    for (const [ordinal, student] of students.entries()) ordinals.set(student, ordinal);
    expect(students.map((student) => ordinals.get(student))).toEqual(students.map((_, ordinal) => ordinal));
    expect(ordinals.get('202400020000')).toBeUndefined();
  });
});
