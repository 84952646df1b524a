import type { OwnData } from '#service';

/** What the directory has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    person: { of: 'id', follows: true, zh: '学籍信息', en: 'The student' },
    membership: { of: 'person_id', follows: true, zh: '所属单位', en: 'Units, from when to when' },
    residence: { of: 'person_id', follows: true, zh: '住宿', en: 'Beds, from when to when' },
    app_consent: { of: 'person_id', follows: true, zh: '对应用的授权', en: 'Consents to apps' },
    own_export: { of: 'student_id', zh: '个人信息副本的申请', en: 'Requests for copies' },
    person_merge: { of: 'kept_id', follows: true, zh: '档案合并', en: 'Merges of records' },
    erasure: { of: 'student_id', zh: '个人信息删除的申请', en: 'Requests for erasure' },
  },
  withheld: {
    deleted_membership: {
      follows: true,
      zh: '已撤销的所属单位，仅供同步',
      en: 'Units that were taken back, kept for systems that follow changes',
    },
    demo_persona: { follows: true, zh: '仅供演示', en: 'For demonstrations alone' },
    merge_change: {
      follows: true,
      zh: '合并前后的学籍与所属单位，供撤销合并',
      en: 'The record before and after a merge, for undoing it',
    },
    membership_closure: {
      follows: true,
      zh: '由所属单位推得，不含其他内容',
      en: 'Follows from the units; it says nothing more',
    },
    own_export_content: { follows: true, zh: '即本副本的内容', en: 'The content of such copies' },
    revocation: { follows: true, zh: '已失效的登录，供安全核验', en: 'Sign-ins that were ended, kept for security' },
  },
};
