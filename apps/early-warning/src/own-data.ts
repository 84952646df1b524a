import { sql } from '#database';
import type { OwnData } from '#service';

/** Care is for the student, and rests on what others confided: notes of psychologists, who noticed what, and what a team considers. */
const CARE = {
  zh: '帮扶与心理工作的内部记录，含他人的反映与专业人员的判断，依法保密；可向学校心理中心或辅导员了解',
  en: 'Records of care, with what others confided and professionals considered, which the law protects; ask the counselor or the centre',
};
const INTERNAL = {
  zh: '由其他记录推得，仅供系统内部使用',
  en: 'Follows from other records; for the system itself alone',
};

/** Rows by the student's place in the vectors. */
const byOrdinal = (studentId: string) =>
  sql`t.ordinal = (SELECT o.ordinal FROM early_warning.student_ordinal o WHERE o.student_id = ${studentId})`;

/** What early warning has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    observation: { of: byOrdinal, zh: '观测记录', en: 'Observations' },
    keyed_observation: { of: byOrdinal, zh: '有编号的观测记录', en: 'Observations with a key' },
    leave_mask: { of: 'student_id', zh: '请假日期', en: 'Days on leave' },
    warning: {
      ...{ of: 'student_id', zh: '预警', en: 'Warnings' },
      // What staff noted, that a case took it, and thresholds that are for staff.
      without: ['history', 'evidence', 'case_id', 'triage', 'triage_reason', 'reason_zh', 'reason_en'],
    },
    dispute: { of: 'student_id', zh: '异议', en: 'Disputes' },
    processing_choice: { of: 'student_id', zh: '对信息处理的选择', en: 'Choices about processing' },
    archive_entry: { of: 'student_id', zh: '成长档案', en: 'Growth archive' },
    own_entry: { of: 'student_id', zh: '本人记录', en: 'Records of one’s own' },
    book_choice: { of: 'student_id', zh: '纪念册的选择', en: 'Choices for the book' },
    graduation_book: { of: 'student_id', zh: '毕业纪念册', en: 'Graduation books' },
    file: { of: 'student_id', zh: '文件', en: 'Files', without: ['person_id'] },
  },
  withheld: {
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
    ...{ book_waiting: INTERNAL, corrected_day: INTERNAL, dirty_day: INTERNAL, student_ordinal: INTERNAL },
  },
};
