import { Int } from '#fields';
import { Policy } from '#policy';

/** How long is known what apps asked. No law asks for it: the audit keeps who read what. The number is the school's. */
@Policy({ key: 'directory.client-usage', title: { zh: '应用用量', en: 'Usage of apps' } })
export class ClientUsagePolicy {
  @Int({
    zh: '每日用量保存天数',
    en: 'Days that the counts of a day are kept',
    min: 1,
    max: 3_660,
    example: 400,
  })
  keepDays = 400;
}
