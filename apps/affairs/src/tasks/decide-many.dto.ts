import { Int, ListOf, LongText, OneOf, Uuid } from '#fields';
import { Invalid } from '#problems';
import type { Command } from '#workflow';

/** What can be decided of many at once. */
export const VERDICTS = {
  approve: { zh: '同意', en: 'approve' },
  reject: { zh: '不同意（须给 comment）', en: 'reject (needs `comment`)' },
  return: { zh: '退回补正（须给 comment）', en: 'return for correction (needs `comment`)' },
} as const;
export type Verdict = keyof typeof VERDICTS;

export class DecisionDto {
  @Uuid({ zh: '所办事项', en: 'What is decided on' })
  id: string;

  @Int({ zh: '所见的版本', en: 'The version that was seen', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  @OneOf(VERDICTS, { zh: '决定', en: 'Decision', example: 'approve' })
  decision: Verdict;

  @LongText({ zh: '意见', en: 'Comment', max: 1000, optional: true, example: '材料齐全' })
  comment?: string;
}

export class DecideManyDto {
  @ListOf(() => DecisionDto, { zh: '逐件办理', en: 'Decisions, each by itself', minItems: 1, maxItems: 200 })
  rows: DecisionDto[];

  /** What the row with this index asks for. Throws Invalid for a refusal or a return that says nothing. */
  static commandOf({ decision, comment }: DecisionDto, row: number): Command {
    if (decision !== 'approve' && comment === undefined) {
      const pointer = `#/rows/${row}/comment`;
      throw new Invalid({ errors: [{ pointer, zh: '缺少 comment', en: 'comment is required' }] });
    }
    return commandOf(decision);
  }
}

/** A return goes to the initiator, and on from there. */
export function commandOf(verdict: Verdict): Command {
  return verdict === 'return' ? { op: 'return', to: 'initiator', then: 'on' } : { op: verdict };
}
