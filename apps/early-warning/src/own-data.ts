import { sql } from '#database';
import type { OwnData } from '#service';
import { OWN_VALUES } from './own/own.queries.js';

/** Care is for the student, and rests on what others confided: notes of psychologists, who noticed what, and what a team considers. */
const CARE = {
  zh: '帮扶与心理工作的内部记录，含他人的反映与专业人员的判断，依法保密；可向学校心理中心或辅导员了解',
  en: 'Records of care, with what others confided and professionals considered, which the law protects; ask the counselor or the centre',
};
const INTERNAL = {
  follows: true,
  zh: '由其他记录推得，仅供系统内部使用',
  en: 'Follows from other records; for the system itself alone',
} as const;

/** By metric and day, as rules see it; the single records lie in no order of students. */
const observed = (studentId: string) =>
  sql`SELECT jsonb_build_object('metric', m.code, 'name', m.zh, 'unit', m.unit, 'day', v.day, 'value', x.value / (10 ^ m.decimals)::numeric) AS row
        FROM ${OWN_VALUES} JOIN early_warning.metric m ON m.number = v.metric
       WHERE o.student_id = ${studentId} AND x.value >= 0 ORDER BY v.day, m.code`;

/** What early warning has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    observation: { rows: observed, zh: '观测记录，按日', en: 'Observations, by day' },
    leave_mask: { of: 'student_id', zh: '请假日期', en: 'Days on leave' },
    warning: {
      ...{ of: 'student_id', zh: '预警', en: 'Warnings' },
      // What staff noted, that a case took it, thresholds and levels that are for staff, and rules that are for named posts alone.
      without: [
        ...['history', 'evidence', 'case_id', 'triage', 'triage_reason', 'reason_zh', 'reason_en', 'muted'],
        ...['level', 'level_rank', 'rule_code', 'rule_id', 'judged_rule_id'],
      ],
      where: sql`EXISTS (SELECT FROM early_warning.rule r WHERE r.id = t.rule_id AND r.definition -> 'visibility' IS NULL)`,
    },
    dispute: { of: 'student_id', zh: '异议', en: 'Disputes' },
    processing_choice: { of: 'student_id', zh: '对信息处理的选择', en: 'Choices about processing' },
    archive_entry: { of: 'student_id', zh: '成长档案', en: 'Growth archive' },
    own_entry: { of: 'student_id', zh: '本人记录', en: 'Records of one’s own' },
    resource_offer: { of: 'student_id', zh: '推送的资源', en: 'Resources that were offered' },
    resource_opt_out: { of: 'student_id', zh: '不再接收的资源种类', en: 'Kinds of resources one wants none of' },
    book_choice: { of: 'student_id', zh: '纪念册的选择', en: 'Choices for the book' },
    graduation_book: { of: 'student_id', zh: '毕业纪念册', en: 'Graduation books' },
    file: { of: 'student_id', zh: '文件', en: 'Files', without: ['person_id'] },
  },
  withheld: {
    keyed_observation: { follows: true, zh: '已按日列于观测记录', en: 'Given by day, under observations' },
    ...{
      care_case: CARE,
      care_decision: CARE,
      care_entry: CARE,
      care_measure: CARE,
      care_member: CARE,
      care_owner: CARE,
    },
    ...{ care_supervision: CARE, care_transfer: CARE },
    referral: {
      zh: '他人的反映，须保护反映人',
      en: 'What others told, who are protected',
    },
    risk_score: {
      follows: true,
      zh: '每夜由其他记录推得，供教师排序；各部分的文字说明可在预警服务中查看',
      en: 'Worked out each night from other records, to order lists; what it is made of can be read, in words, in early warning',
    },
    ...{ book_waiting: INTERNAL, corrected_day: INTERNAL, dirty_day: INTERNAL, student_ordinal: INTERNAL },
  },
};
