import { sql } from '#database';
import type { OwnData } from '#service';

/** What others decided or said in the course of a matter: it is shown with the matter itself, with what the student may see of it. */
const COURSE = {
  zh: '办理过程中由他人作出的记录，随各事项本身展示学生可见的部分',
  en: 'What others recorded in the course of a matter; what students may see of it is shown with the matter',
};
/** What others may lose by it. */
const OTHERS = { zh: '含有他人提出的意见，须保护提出者', en: 'It has what others said, who are protected' };

/** What affairs has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    application: { of: 'student_id', zh: '办件', en: 'Applications' },
    attendance: { of: 'student_id', zh: '考勤', en: 'Attendance' },
    away: { of: 'student_id', zh: '不在校时段', en: 'Times away' },
    booking: { of: 'student_id', zh: '预约', en: 'Bookings' },
    certificate: { of: 'student_id', zh: '证明', en: 'Certificates' },
    clearance: { of: 'student_id', zh: '报到离校', en: 'Clearances' },
    clearance_sign_off: { of: 'student_id', zh: '报到离校各项', en: 'Sign-offs of clearances' },
    enrolment: { of: 'student_id', zh: '活动报名与参与', en: 'Enrolments in activities' },
    file: { of: 'student_id', zh: '文件', en: 'Files', without: ['person_id'] },
    group_leave_member: { of: 'student_id', zh: '集体请假', en: 'Leaves of groups' },
    holiday_registration: { of: 'student_id', zh: '节假日去向', en: 'Whereabouts on holidays' },
    holiday_reminder: { of: 'student_id', zh: '去向登记提醒', en: 'Reminders to register' },
    honour: { of: 'student_id', zh: '荣誉', en: 'Honours' },
    leave: { of: 'student_id', zh: '请假', en: 'Leaves' },
    organisation_member: { of: 'student_id', zh: '学生组织任职', en: 'Posts in organisations' },
    payroll_line: { of: 'student_id', zh: '勤工助学报酬', en: 'Pay of campus posts' },
    round_entry: {
      ...{ of: 'student_id', zh: '评选（公示起）', en: 'Entries of rounds, once their results are announced' },
      where: sql`EXISTS (SELECT FROM affairs.round r WHERE r.id = t.round_id AND r.status IN ('notice', 'final'))`,
    },
    sanction: {
      ...{ of: 'student_id', zh: '处分（送达起）', en: 'Sanctions, once they are delivered' },
      where: sql`t.delivered_on IS NOT NULL`,
    },
    sanction_appeal: { of: 'student_id', zh: '申诉', en: 'Appeals' },
    second_classroom_claim: { of: 'student_id', zh: '第二课堂认定', en: 'Claims of the second classroom' },
    ticket: { of: 'student_id', zh: '工单', en: 'Tickets' },
    untold_absence: { of: 'student_id', zh: '待通知的缺勤', en: 'Absences that are to be told' },
    volunteer_star: { of: 'student_id', zh: '志愿星级', en: 'Volunteer stars' },
    work_study_application: { of: 'student_id', zh: '勤工助学申请', en: 'Applications for campus posts' },
    work_study_priority: { of: 'student_id', zh: '勤工助学优先', en: 'Priority for campus posts' },
    work_study_shift: { of: 'student_id', zh: '勤工助学工时', en: 'Hours of campus posts' },
  },
  withheld: {
    calendar_feed: {
      zh: '含有订阅日历的密钥，可重新取得',
      en: 'It has the secret of a calendar, which is got anew',
    },
    round_action: COURSE,
    round_objection: OTHERS,
    round_reviewer: { zh: '由谁评审，属他人信息', en: 'Who reviews: data of others' },
    sanction_appeal_opinion: COURSE,
    showcase_nomination: COURSE,
    showcase_work: { zh: '单位申报的作品，不是个人资料', en: 'Works of units, which are no data of a person' },
    star_objection: OTHERS,
    ticket_action: COURSE,
    workflow: COURSE,
    workflow_absence: { zh: '工作人员的缺席安排', en: 'Absences of staff' },
    workflow_action: COURSE,
    workflow_comment: COURSE,
  },
};
