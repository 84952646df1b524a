import type { OwnData } from '#service';

/** What staffing has of students, who may hold posts (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: { appointment: { of: 'person_id', zh: '任职', en: 'Appointments' } },
  withheld: {},
};
