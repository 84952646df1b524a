import { Json } from '#http';
import { Policy } from '#policy';

/** Days of a kind for the whole school, or for the students of some units. */
export interface SpecialDays {
  kind: 'exam' | 'internship';
  /** Both inclusive, YYYY-MM-DD. */
  from: string;
  to: string;
  /** None: the whole school. */
  units?: string[];
}

/** Exam weeks and internships, which no calendar of the state knows. */
@Policy({ key: 'early-warning.special-days', title: { zh: '考试周与实习', en: 'Exam weeks and internships' } })
export class SpecialDaysPolicy {
  @Json({
    zh: '考试周（exam）与实习（internship）的起止日期，可限定单位',
    en: 'First and last days of exam weeks (exam) and internships (internship), where wanted of some units only',
    example: { periods: [{ kind: 'exam', from: '2027-01-04', to: '2027-01-15' }] },
    maxBytes: 65_536,
  })
  days: { periods: SpecialDays[] } = { periods: [] };
}
