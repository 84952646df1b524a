import type { Bilingual } from '#contracts';
import { Refused } from './findings.js';
import type { ImportPolicy } from './import-policy.js';

/** A short or failed listing must not be read as "everybody left". */
export class ShrinkGuard {
  readonly reasons: Bilingual[] = [];

  constructor(
    private readonly policy: ImportPolicy,
    private readonly allowed: boolean,
  ) {}

  check(what: Bilingual, before: number, ended: number): void {
    const { shrinkFloor, shrinkPercent } = this.policy;
    if (this.allowed || ended < shrinkFloor || ended * 100 <= before * shrinkPercent) return;
    this.reasons.push({
      zh: `本次导入将结束 ${before} 条${what.zh}中的 ${ended} 条，超过 ${shrinkPercent}%；确认无误请加 allowShrink=true`,
      en: `the import would end ${ended} of ${before} ${what.en}, more than ${shrinkPercent} %; if that is right, send allowShrink=true`,
    });
  }

  /** Throws `Refused` when too much would end. */
  refuse(): void {
    if (this.reasons.length > 0) throw new Refused(this.reasons);
  }
}
