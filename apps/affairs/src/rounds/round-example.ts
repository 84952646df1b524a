import type { RoundContent } from './round-content.js';

/** A round as small as one can be, as the documents show it. */
export const ROUND_EXAMPLE = {
  title: { zh: '学院学习之星', en: 'Star of study' },
  ...{
    kind: 'award',
    schoolYear: 2026,
    group: null,
    source: '学院评优办法',
    entry: ['self', 'nomination'],
    entryUntil: null,
  },
  ...{ unitIds: [], grades: [], eligibility: [], figures: [], exclusions: [] },
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['promise'],
    properties: {
      promise: { type: 'boolean', const: true, 'x-label': { zh: '承诺内容真实', en: 'What I say is true' } },
    },
  },
  components: [{ code: 'gpa', name: { zh: '学业成绩', en: 'Grades' }, weight: '1', max: '100', from: 'sheet' }],
  ties: { by: [], then: 'share' },
  quotaBy: 'class',
  levels: [{ code: 'star', name: { zh: '学习之星', en: 'Star' }, amount: null, perMille: 50, atLeast: null }],
  ...{ automaticLevel: null, classReview: null, collegeApproval: false, exports: [] },
} satisfies RoundContent;
