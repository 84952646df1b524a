import type { OwnData } from '#service';

/** What party building has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    member: { of: 'person_id', zh: '党员', en: 'Party membership' },
    admission: { of: 'person_id', zh: '入党过程', en: 'Admission' },
  },
  withheld: {
    admission_entry: {
      zh: '党组织的讨论、表决与审查记录，依党内规定保管；可向所在党支部了解',
      en: 'Records of what the party organization discussed, voted and reviewed, kept by its own rules; ask the branch',
    },
  },
};
