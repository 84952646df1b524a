import type { Bilingual } from '#contracts';
import { Refused } from '#exchange';
import type { ImportPolicy } from './import-policy.js';

/** How many known people a set speaks of, how many of them with another number, and how many with another number and name. */
export interface Identities {
  people: number;
  renumbered: number;
  replaced: number;
}

/** A short or failed listing must not be read as "everybody left". */
export class ShrinkGuard {
  readonly reasons: Bilingual[] = [];

  constructor(
    private readonly policy: ImportPolicy,
    private readonly allowed: { shrink: boolean; identityChanges: boolean },
  ) {}

  check(what: Bilingual, before: number, ended: number): void {
    const { shrinkFloor, shrinkPercent } = this.policy;
    if (this.allowed.shrink || ended < shrinkFloor || ended * 100 <= before * shrinkPercent) return;
    this.reasons.push({
      zh: `本次导入将结束 ${before} 条${what.zh}中的 ${ended} 条，超过 ${shrinkPercent}%；确认无误请加 allowShrink=true`,
      en: `the import would end ${ended} of ${before} ${what.en}, more than ${shrinkPercent} %; if that is right, send allowShrink=true`,
    });
  }

  /** Units all of whose students would leave the roster at once: a part of the listing may be missing. */
  checkUnits(units: readonly { code: string; students: number }[]): void {
    const emptied = units.filter(({ students }) => students >= this.policy.shrinkFloor);
    if (this.allowed.shrink || emptied.length === 0) return;
    const listed = emptied.slice(0, 5).map(({ code, students }) => `${code} (${students})`);
    const more = emptied.length > listed.length ? ', …' : '';
    this.reasons.push({
      zh: `以下 ${emptied.length} 个单位的学生将全部离开名册：${listed.join('、')}${more}；确认无误（如毕业）请加 allowShrink=true`,
      en: `${emptied.length} units would lose all their students: ${listed.join(', ')}${more}; if that is right (graduation), send allowShrink=true`,
    });
  }

  /** People who would be another person afterwards, or carry another number. */
  checkIdentities({ people, renumbered, replaced }: Identities): void {
    const { shrinkFloor, renumberPercent } = this.policy;
    if (this.allowed.identityChanges) return;
    if (replaced > 0)
      this.reasons.push({
        zh: `${replaced} 个 sourcedId 的学工号与姓名同时改变，可能已指向另一个人；确认无误请加 allowIdentityChanges=true`,
        en: `${replaced} sourcedIds have another number and another name: they may be other people now; if that is right, send allowIdentityChanges=true`,
      });
    if (renumbered < shrinkFloor || renumbered * 100 <= people * renumberPercent) return;
    this.reasons.push({
      zh: `${people} 人中有 ${renumbered} 人的学工号改变，超过 ${renumberPercent}%；确认无误请加 allowIdentityChanges=true`,
      en: `${renumbered} of ${people} people would get another number, more than ${renumberPercent} %; if that is right, send allowIdentityChanges=true`,
    });
  }

  /** Throws `Refused` when too much would end. */
  refuse(): void {
    if (this.reasons.length > 0) throw new Refused(this.reasons);
  }
}
