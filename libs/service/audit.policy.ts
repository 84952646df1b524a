import { LOWEST_AUDIT_MONTHS } from '#auth';
import { Int } from '#fields';
import { Policy } from '#policy';

/**
 * How long the audit is kept. At least six months by 网络安全法 art. 21 (3); the default is the three years of 个人信息保护法 art. 56
 * for records of the handling of sensitive data, which reads of class 4 data are.
 */
@Policy({ key: 'directory.audit', title: { zh: '审计记录保存期', en: 'Keeping of the audit' } })
export class AuditPolicy {
  @Int({
    zh: '审计记录保存月数；按月删除，每日的记录数与末条散列值长期保留',
    en: "Months that entries are kept; they are dropped by whole months, each day's number of entries and last hash stay",
    min: LOWEST_AUDIT_MONTHS,
    max: 600,
    example: 36,
  })
  keepMonths = 36;
}
