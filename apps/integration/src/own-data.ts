import { sql } from '#database';
import type { OwnData } from '#service';

/** What integration has of students (个人信息保护法 art. 45). */
export const OWN_DATA: OwnData = {
  given: {
    message: {
      ...{ of: 'person_id', zh: '消息', en: 'Messages' },
      where: sql`t.closed_at IS NOT NULL AND t.withheld_for IS NULL`,
    },
    channel_identity: { of: 'person_id', zh: '在各渠道的标识', en: 'Addresses at channels', without: ['address_hash'] },
    notification_preference: { of: 'person_id', zh: '接收方式', en: 'How to be told' },
    gradebook_result: { of: 'student_id', zh: '成绩', en: 'Results' },
    channel_use: {
      of: 'person_id',
      follows: true,
      zh: '渠道使用记录，保留两天',
      en: 'Uses of channels, kept for two days',
    },
  },
  withheld: {
    email_code: { zh: '尚未验证的邮箱，一天后删除', en: 'An address that is not proved yet, deleted after a day' },
    unreached: {
      zh: '工作人员之间转办的记录，内容随消息本身展示',
      en: 'Who of the staff was told in the place of whom; what it is about is shown with the matter',
    },
    unreachable: { zh: '工作人员的联系情况，不涉及学生', en: 'Which staff can be reached: none of it is of students' },
  },
};
