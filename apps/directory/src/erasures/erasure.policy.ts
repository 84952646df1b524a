import { Int } from '#fields';
import { Policy } from '#policy';

/** When a student's data may be erased. 个人信息保护法 art. 47 para. 2: not before the time of keeping that a law sets is over. */
@Policy({ key: 'directory.erasure', title: { zh: '个人信息删除', en: 'Erasure of personal data' } })
export class ErasurePolicy {
  /** A request must be answered within 30 days (GB/T 35273-2020, 8.7). */
  @Int({
    zh: '申请后的等待天数，其间可撤销；0 为立即删除。须在三十日内答复（GB/T 35273-2020 8.7）',
    en: 'Days to wait after the request, in which it can be cancelled; 0 = erased at once. A request is to be answered within 30 days (GB/T 35273-2020, 8.7)',
    min: 0,
    max: 30,
    example: 15,
  })
  graceDays = 15;

  @Int({
    zh: '离校后至少保存的天数，依学校档案与保存期限规定',
    en: "Days for which data is kept at least after a student has left, by the school's rules on records",
    min: 0,
    max: 36_500,
    example: 365,
  })
  keepDays = 0;
}
