import { Int } from '#fields';
import { Policy } from '#policy';
import { LOWEST_PASS_MONTHS } from './pass-months.js';

/**
 * How long passes and findings of nights are kept. No rule of the state gives a number: 个人信息保护法 art. 19 asks for the shortest time
 * that the purpose needs. The defaults are a school year for tracks, and for findings the years of a degree in which they may be asked for.
 */
@Policy({ key: 'safety.retention', title: { zh: '通行与晚归记录保存期', en: 'Keeping of passes and findings' } })
export class RetentionPolicy {
  @Int({
    zh: '通行记录保存月数；按月删除，更早的通行不再收下，更早的夜晚不再核查',
    en: 'Months that passes are kept; they are dropped by whole months, older ones are not taken and older nights not checked again',
    min: LOWEST_PASS_MONTHS,
    max: 600,
    example: 12,
  })
  passMonths = 12;

  @Int({
    zh: '核查结果保存月数，不短于通行记录',
    en: 'Months that findings of nights are kept; not less than passes',
    min: LOWEST_PASS_MONTHS,
    max: 600,
    example: 48,
  })
  findingMonths = 48;
}
