import type { Bilingual } from '#contracts';
import type { Problem } from '#problems';
import type { ProcessingChoices } from './processing.policy.js';
import { ChosenAlready, NothingToChoose, ObjectionNotOpen, ObjectionNotYours } from './processing.problems.js';
import type { Chosen } from './processing-choice.entity.js';

export const PROCESSING_ACTIONS = {
  consent: { zh: '同意', en: 'consent' },
  withdraw_consent: { zh: '撤回同意', en: 'withdraw the consent' },
  object: { zh: '反对', en: 'object' },
  withdraw_objection: { zh: '撤回反对', en: 'withdraw the objection' },
} as const satisfies Record<string, Bilingual>;
export type ProcessingAction = keyof typeof PROCESSING_ACTIONS;

export const OBJECTION_ACTIONS = {
  uphold: { zh: '认定反对成立，停止处理', en: 'uphold it: the processing ends' },
  refuse: { zh: '认定反对不成立，说明理由', en: 'refuse it, with a reason' },
} as const satisfies Record<string, Bilingual>;
export type ObjectionAction = keyof typeof OBJECTION_ACTIONS;

/** What each action comes to. */
export const COMES_TO: Record<ProcessingAction | ObjectionAction, Chosen> = {
  consent: 'consented',
  withdraw_consent: 'consent_withdrawn',
  object: 'objected',
  withdraw_objection: 'objection_withdrawn',
  uphold: 'objection_upheld',
  refuse: 'objection_refused',
};

/** Choices after which there is no processing of a kind, or for consent: after which alone there is. Pure data for `allows` and its SQL. */
export const DECISIVE: Record<ProcessingChoices, { only?: Chosen; unless: readonly Chosen[] }> = {
  none: { unless: [] },
  consent: { only: 'consented', unless: [] },
  objection: { unless: ['objected', 'objection_upheld'] },
  weighed_objection: { unless: ['objection_upheld'] },
};

/** Is there processing, given the latest choice? */
export function allows(choice: ProcessingChoices, latest: Chosen | undefined): boolean {
  const { only, unless } = DECISIVE[choice];
  return only ? latest === only : latest === undefined || !unless.includes(latest);
}

/** Why a student cannot choose something now; undefined: they can. The one place that says so. */
export function choiceRefusal(
  action: ProcessingAction,
  choice: ProcessingChoices,
  latest: Chosen | undefined,
): Problem | undefined {
  const objecting: boolean = latest === 'objected' || latest === 'objection_upheld';
  switch (action) {
    case 'consent':
      if (choice !== 'consent') return new NothingToChoose();
      return latest === 'consented' ? new ChosenAlready() : undefined;
    case 'withdraw_consent':
      return latest === 'consented' ? undefined : new NothingToChoose();
    case 'object':
      if (choice !== 'objection' && choice !== 'weighed_objection') return new NothingToChoose();
      return objecting ? new ChosenAlready() : undefined;
    case 'withdraw_objection':
      return objecting ? undefined : new NothingToChoose();
  }
}

/** Why an objection cannot be answered now by who asks; undefined: it can. */
export function objectionRefusal(
  choice: ProcessingChoices,
  { isLatest, mayWeigh }: { isLatest: boolean; mayWeigh: boolean },
): Problem | undefined {
  if (!mayWeigh) return new ObjectionNotYours();
  return isLatest && choice === 'weighed_objection' ? undefined : new ObjectionNotOpen();
}
