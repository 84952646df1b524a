import type { OwnData } from '#service';

/** What safety has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    pass: { of: 'student_id', zh: '门禁通行', en: 'Gate passes' },
    late_pass: { of: 'student_id', zh: '晚归报备', en: 'Late passes' },
    night_finding: { of: 'student_id', zh: '夜间核查', en: 'Findings of night checks' },
    excused_absence: { of: 'student_id', zh: '获准的不在', en: 'Excused absences' },
  },
  withheld: {},
};
