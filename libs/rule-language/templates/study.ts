import type { Predicate } from '../language/rule.js';
import { inTwoTerms, latest, ofTerm, p, type Template } from './template.js';

const RULES = { zh: '学业预警规定', en: 'rules of study warnings' };

const below = (prefix: string, credits: number, percent: number): Predicate => ({
  any: [
    { lt: [{ f: 'credits' }, p(`${prefix}_credits`, credits)] },
    { lt: [{ f: 'credits' }, { mul: [p(`${prefix}_share`, percent / 100), { f: 'planned' }] }] },
  ],
});

const causes = (color: string, numbers: readonly [number, number, number, number, number, number]): Predicate => {
  const [failed, owed, resit, credits, gpa, absent] = numbers;
  return {
    any: [
      { ge: [{ f: 'failed' }, p(`scuec_${color}_failed`, failed)] },
      { ge: [{ f: 'owed' }, p(`scuec_${color}_required`, owed)] },
      { ge: [{ f: 'resit' }, p(`scuec_${color}_resit`, resit)] },
      { lt: [{ f: 'credits' }, p(`scuec_${color}_credits`, credits)] },
      { lt: [{ f: 'gpa' }, p(`scuec_${color}_gpa`, gpa)] },
      { ge: [{ f: 'absent' }, p(`scuec_${color}_absent`, absent)] },
    ],
  };
};

/** Study warnings (学业预警) of six schools, each with its own levels. */
export const STUDY: Template[] = [
  {
    rule: {
      id: 'study.school-a',
      title: { zh: '学业预警（A 校）', en: 'Study warning (school A)' },
      features: {
        mean: latest('mean_term_credits', 'credit'),
        failed: latest('failed_required_credits', 'credit'),
      },
      level: [
        {
          yellow: {
            any: [{ le: [{ f: 'mean' }, p('a_yellow_mean', 14)] }, { ge: [{ f: 'failed' }, p('a_yellow_failed', 15)] }],
          },
        },
        {
          orange: {
            any: [{ le: [{ f: 'mean' }, p('a_orange_mean', 12)] }, { ge: [{ f: 'failed' }, p('a_orange_failed', 20)] }],
          },
        },
        {
          red: {
            any: [{ le: [{ f: 'mean' }, p('a_red_mean', 10)] }, { ge: [{ f: 'failed' }, p('a_red_failed', 25)] }],
          },
        },
      ],
      reason: {
        zh: '平均每学期获得 {mean} 学分，必修不及格 {failed} 学分：{level}预警',
        en: '{mean} credits a term on average, {failed} required credits failed: {level} warning',
      },
    },
    source: { school: { zh: 'A 校', en: 'school A' }, document: RULES, mark: 'one_school' },
    note: {
      zh: '橙色预警经学生同意后告知家长',
      en: 'at orange the parents are told, with the student’s consent',
    },
  },
  {
    rule: {
      id: 'study.school-b',
      title: { zh: '学业预警（B 校）', en: 'Study warning (school B)' },
      features: {
        resit: ofTerm('failed_after_resit', 'course'),
        credits: ofTerm('term_credits', 'credit'),
        failed: latest('failed_courses', 'course'),
        gap: latest('credit_gap', 'credit'),
        gpa: latest('gpa', 'point'),
      },
      level: [
        {
          yellow: {
            any: [
              { ge: [{ f: 'resit' }, p('b_yellow_resit', 1)] },
              { lt: [{ f: 'credits' }, p('b_yellow_credits', 15)] },
              { ge: [{ f: 'failed' }, p('b_yellow_failed', 3)] },
            ],
          },
        },
        {
          orange: {
            any: [
              { ge: [{ f: 'resit' }, p('b_orange_resit', 2)] },
              { lt: [{ f: 'credits' }, p('b_orange_credits', 12)] },
              { ge: [{ f: 'failed' }, p('b_orange_failed', 5)] },
            ],
          },
        },
        {
          red: {
            any: [
              { ge: [{ f: 'resit' }, p('b_red_resit', 3)] },
              { gt: [{ f: 'gap' }, p('b_red_gap', 16)] },
              { ge: [{ f: 'failed' }, p('b_red_failed', 8)] },
              { lt: [{ f: 'gpa' }, p('b_red_gpa', 3.4)] },
            ],
          },
        },
      ],
      reason: {
        zh: '补考后仍不及格 {resit} 门、累计 {failed} 门，学期学分 {credits}，与计划差 {gap} 学分，绩点 {gpa}：{level}预警',
        en: '{resit} courses failed after resits, {failed} in all, {credits} credits in the term, {gap} short, GPA {gpa}: {level} warning',
      },
    },
    source: { school: { zh: 'B 校', en: 'school B' }, document: RULES, mark: 'one_school' },
    note: {
      zh: '补考结束后两周内发出通知；绩点线 3.4 按该校的绩点算法',
      en: 'notice within two weeks after the resits; the GPA line of 3.4 is on that school’s scale',
    },
  },
  {
    rule: {
      id: 'study.jlu',
      title: { zh: '学业预警（吉林大学）', en: 'Study warning (Jilin University)' },
      features: {
        credits: ofTerm('term_credits', 'credit'),
        planned: ofTerm('term_credits_planned', 'credit'),
      },
      level: [
        { blue: below('jlu_warning', 18, 75) },
        { yellow: inTwoTerms(below('jlu_warning', 18, 75)) },
        { orange: below('jlu_dismissal', 15, 60) },
        { red: inTwoTerms(below('jlu_dismissal', 15, 60)) },
      ],
      reason: {
        zh: '学期获得 {credits} 学分，计划 {planned} 学分：{level}',
        en: '{credits} of {planned} planned credits in the term: {level}',
      },
    },
    source: {
      school: { zh: '吉林大学', en: 'Jilin University' },
      document: RULES,
      mark: 'one_school',
    },
    note: {
      zh: '蓝、黄为学业预警一级、二级，橙、红为退学警告一级、二级；二级即连续两学期',
      en: 'blue and yellow are study warnings 1 and 2, orange and red dismissal warnings 1 and 2; 2 means two terms in a row',
    },
  },
  {
    rule: {
      id: 'study.upc',
      title: { zh: '学业预警（中国石油大学）', en: 'Study warning (China University of Petroleum)' },
      features: {
        owed: latest('failed_required_credits', 'credit'),
        chosen: ofTerm('credits_chosen', 'credit'),
      },
      level: [
        {
          yellow: {
            any: [{ gt: [{ f: 'owed' }, p('upc_yellow_owed', 10)] }, { lt: [{ f: 'chosen' }, p('upc_chosen', 15)] }],
          },
        },
        {
          orange: {
            any: [
              { gt: [{ f: 'owed' }, p('upc_orange_owed', 15)] },
              inTwoTerms({ lt: [{ f: 'chosen' }, p('upc_chosen', 15)] }),
            ],
          },
        },
        {
          red: {
            any: [
              { ge: [{ f: 'owed' }, p('upc_red_owed', 25)] },
              inTwoTerms({ lt: [{ f: 'chosen' }, p('upc_chosen', 15)] }, 3),
            ],
          },
        },
      ],
      reason: {
        zh: '欠必修学分 {owed}，本学期选课 {chosen} 学分：{level}预警',
        en: '{owed} required credits owed, {chosen} credits chosen this term: {level} warning',
      },
    },
    source: {
      school: { zh: '中国石油大学', en: 'China University of Petroleum' },
      document: RULES,
      mark: 'one_school',
    },
    note: {
      zh: '红色（三级）退学或试读一年，仅一次，试读期满欠学分不超过 15 为通过',
      en: 'red (level 3) means withdrawal or one year of probation, once; passed with at most 15 credits owed',
    },
  },
  {
    rule: {
      id: 'study.scuec',
      title: { zh: '学业预警（中南民族大学）', en: 'Study warning (South-Central Minzu University)' },
      features: {
        failed: latest('failed_credits', 'credit'),
        owed: latest('failed_required_credits', 'credit'),
        resit: ofTerm('failed_after_resit', 'course'),
        credits: ofTerm('term_credits', 'credit'),
        gpa: latest('gpa', 'point'),
        absent: { metric: 'absent_hours', agg: 'sum', window: 'term', default: 0, unit: 'h' },
      },
      level: [
        { blue: causes('blue', [5, 3, 1, 18, 2.2, 10]) },
        { yellow: causes('yellow', [10, 8, 2, 15, 2, 20]) },
        { orange: causes('orange', [15, 12, 3, 12, 1.8, 30]) },
        { red: causes('red', [25, 20, 4, 10, 1.5, 40]) },
      ],
      reason: {
        zh: '不及格 {failed} 学分（必修 {owed}），补考后仍不及格 {resit} 门，学期学分 {credits}，绩点 {gpa}，旷课 {absent} 学时：{level}预警',
        en: '{failed} credits failed ({owed} required), {resit} courses after resits, {credits} credits in the term, GPA {gpa}, {absent} h absent: {level} warning',
      },
    },
    source: {
      school: { zh: '中南民族大学', en: 'South-Central Minzu University' },
      document: RULES,
      mark: 'unconfirmed',
    },
    note: {
      zh: '四色六类原因为该校做法，数字均为占位，须由学校设定；按级别加入班导师、任课教师、辅导员、家长、副书记',
      en: 'four colours and six causes are that school’s; every number is a placeholder to be set. Helpers join by level: class tutor, teachers, counselor, parents, deputy secretary',
    },
  },
  {
    rule: {
      id: 'study.scut',
      title: { zh: '学业预警（华南理工大学）', en: 'Study warning (South China University of Technology)' },
      on: 'data',
      features: { failed: latest('failed_credits', 'credit') },
      level: [
        { yellow: { ge: [{ f: 'failed' }, p('scut_yellow', 10)] } },
        { red: { ge: [{ f: 'failed' }, p('scut_trial', 20)] } },
      ],
      reason: {
        zh: '累计不及格 {failed} 学分，达到{level}预警线 {threshold}',
        en: '{failed} failed credits, at or above the {level} line of {threshold}',
      },
    },
    source: {
      school: { zh: '华南理工大学', en: 'South China University of Technology' },
      document: RULES,
      mark: 'unconfirmed',
    },
    note: {
      zh: '红色为降级试读；20 或 25 学分说法不一',
      en: 'red means trial study a year below; accounts differ between 20 and 25 credits',
    },
  },
];
