import type { OwnData } from '#service';

/** What party building has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    member: { of: 'person_id', zh: '党员', en: 'Party membership' },
    admission: { of: 'person_id', zh: '入党过程', en: 'Admission' },
  },
  withheld: {},
};
