import { Flag, Text } from '#fields';
import { Policy } from '#policy';

/** When counselors are told what the day has. No rule of the state says so: a school sets its own hour. */
@Policy({ key: 'early-warning.digest', title: { zh: '每日提要', en: 'Daily digest' } })
export class DigestPolicy {
  @Text({ zh: '几点', en: 'At what time', pattern: /^([01]\d|2[0-3]):[0-5]\d$/, example: '07:23' })
  at = '07:23';

  @Flag({ zh: '只在工作日', en: 'On working days alone', example: true })
  workdaysOnly = true;
}
