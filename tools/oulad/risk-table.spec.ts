import { type RiskData, riskTable } from './risk-table.js';

const DAY = 60;
const assessments = [20, 50, 80, null].map((due, i) => ({
  id: `a${i}`,
  type: i === 1 ? 'CMA' : 'TMA',
  due,
  weight: 25,
}));

/** Two courses, twelve students in each, a third beside them, half of whom took an earlier one; `later`: with what was only known after the day. */
function school(later: boolean): RiskData {
  const byStudent: RiskData['byStudent'] = new Map();
  const entries: RiskData['entries'] = [];
  const add = (
    student: number,
    presentation: string,
    failed: boolean,
    unregistered: number | null,
    module = student % 2 ? 'AAA' : 'BBB',
  ): void => {
    const course = `${module}-${presentation}`;
    const info = {
      ...{
        code_module: course.slice(0, 3),
        code_presentation: presentation,
        id_student: `${student}`,
        region: 'Wales',
      },
      ...{
        highest_education: 'HE Qualification',
        imd_band: '10-20%',
        num_of_prev_attempts: '0',
        studied_credits: '60',
      },
      ...{ gender: 'F', disability: 'N', age_band: '0-35', final_result: failed ? 'Fail' : 'Pass' },
    };
    const submissions = assessments
      .map((assessment, i) => ({
        ...{ assessment, banked: false, score: (student * 17 + i * 23) % 101 },
        day: (assessment.due ?? 90) + ((student + i) % 5) - 2,
      }))
      .filter(({ day }, i) => (student + i) % 4 !== 0 && (later || presentation === '2013B' || day <= DAY));
    const entry = { info, course, registered: -((student * 7) % 90), unregistered, submissions };
    entries.push(entry);
    byStudent.set(`${student}`, [...(byStudent.get(`${student}`) ?? []), entry]);
  };
  for (let student = 0; student < 24; student++) {
    if (student % 4 < 2) add(student, '2013B', student % 3 === 0, null);
    // What became of them is known after the day; two left before it, and four after it.
    const leaves = student < 2 ? 30 : student < 6 && later ? 120 : null;
    add(student, '2014J', later && student % 3 === 0, leaves);
    // Some take another course beside it, which half of them leave after the day.
    if (student >= 16) add(student, '2014J', later && student % 5 === 0, student % 2 && later ? 100 : null, 'CCC');
  }
  const courses = [...new Set(entries.map(({ course }) => course))];
  return {
    ...{ entries, byStudent },
    assessments: new Map(courses.map((course) => [course, assessments])),
    lengths: new Map(courses.map((course) => [course, 240])),
  };
}

describe('what is foreseen on a day', () => {
  const [then, afterwards] = [riskTable(school(false), ['2014J'], DAY), riskTable(school(true), ['2014J'], DAY)];

  it('rests on nothing that happened after it', () => {
    expect(then.columns.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['score_mean_place', 'earlier_failed', 'missing_run']),
    );
    expect(afterwards.columns).toEqual(then.columns);
    expect(afterwards.outcomes).not.toEqual(then.outcomes);
  });

  it('is of those alone who had not left by then', () => {
    expect(then.students).toHaveLength(30);
    expect([...then.students]).not.toContain(0);
  });

  it('is told apart by what students did', () => {
    const differing = then.columns.filter(({ values }) => new Set(values).size > 1).map(({ key }) => key);
    for (const key of ['submitted', 'late_mean', 'score_mean', 'earlier', 'earlier_failed', 'other_courses'])
      expect(differing).toContain(key);
  });
});
