import { eligibilityOf, type EligibleStudent, expressionFinding } from './eligibility.js';

const student: EligibleStudent = {
  ...{ number: '2024000001', grade: 2024, college: 'CS', major: 'SE', class: 'SE2401', resident: true },
};
const holds = (when: string, who = student, today = '2026-12-31'): boolean =>
  eligibilityOf({ eligibility: [{ when, reason: { zh: '不符合', en: 'No' } }] }, who, today)[0]!.ok;

describe('eligibility', () => {
  it('is worked out from the student and the day', () => {
    expect(holds('student.grade >= 2024 && student.college in ["CS", "FL"]')).toBe(true);
    expect(holds('student.grade > 2024')).toBe(false);
    expect(holds('student.number.startsWith("2024") && student.resident')).toBe(true);
    // The day is the campus's, whatever the zone of the machine.
    expect(holds('today.year == 2026 && today.month == 12 && today.day == 31 && today.schoolYear == 2026')).toBe(true);
    expect(holds('today.schoolYear == 2026', student, '2027-07-31')).toBe(true);
    expect(holds('today.schoolYear == 2027', student, '2027-08-01')).toBe(true);
    expect(holds('today.date >= "2026-12-31"')).toBe(true);
  });

  it('does not hold, and says so, where an expression fails or too little is known', () => {
    expect(holds('1 / (student.grade - 2024) == 1')).toBe(false);
    const unknown = { ...student, college: undefined, grade: undefined };
    expect(holds('student.college != "CS"', unknown)).toBe(false);
    const rules = ['student.grade >= 2020', 'student.resident'].map((when) => ({
      when,
      reason: { zh: '须在校', en: 'Must study here' },
    }));
    expect(eligibilityOf({ eligibility: rules }, unknown, '2026-12-01')).toEqual([
      {
        rule: 0,
        ok: false,
        reason: { zh: '须在校（所需信息不全，无法判断）', en: 'Must study here (too little is known to tell)' },
      },
      { rule: 1, ok: true, reason: rules[1]!.reason },
    ]);
  });

  it.each([
    ['student.grade >= 2024', undefined],
    ['student.name == "x"', 'No such key: name'],
    ['studnet.grade > 1', 'Unknown variable'],
    ['student.grade', 'true or false'],
    ['student.grade >= "2024"', 'no such overload'],
    ['(', 'Unexpected token'],
    ['"a".matches("(a+)+$")', 'matches'],
    ['[1, 2].all(x, x > 0)', 'all'],
    ['[[1].map(x, x)].exists(y, size(y) > 0)', 'exists'],
    ['timestamp(today.date).getFullYear() == 2026', 'getFullYear'],
    [`${'('.repeat(200)}true${')'.repeat(200)}`, 'is no CEL expression'],
    [Array.from({ length: 300 }, () => 'true').join(' && '), 'is no CEL expression'],
  ])('is checked before it is published: %s', (expression, text) => {
    const found = expressionFinding(expression, '#/eligibility/0/when');
    if (text === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ pointer: '#/eligibility/0/when', en: expect.stringContaining(text) });
  });
});
