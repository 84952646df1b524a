import { allows, choiceRefusal, COMES_TO, PROCESSING_ACTIONS, type ProcessingAction } from './choices.js';
import { PROCESSING_CHOICES, type ProcessingChoices } from './processing.policy.js';
import { CHOSEN, type Chosen } from './processing-choice.entity.js';

const actions = Object.keys(PROCESSING_ACTIONS) as ProcessingAction[];
const choices = Object.keys(PROCESSING_CHOICES) as ProcessingChoices[];
const latest = [undefined, ...(Object.keys(CHOSEN) as Chosen[])];

describe('choices about processing', () => {
  it.each([
    ['none', []],
    ['consent', ['consent']],
    ['objection', ['object']],
    ['weighed_objection', ['object']],
  ] as const)('%s: what can be chosen first', (choice, expected) => {
    expect(actions.filter((action) => !choiceRefusal(action, choice, undefined))).toEqual(expected);
  });

  it('only consent needs something to be said first', () => {
    expect(choices.filter((choice) => !allows(choice, undefined))).toEqual(['consent']);
  });

  it('whatever was chosen can be taken back, also under rules that changed since, and nothing is chosen twice', () => {
    const backOf = { consent: 'withdraw_consent', object: 'withdraw_objection' } as const;
    for (const choice of choices)
      for (const before of latest)
        for (const action of actions.filter((one) => !choiceRefusal(one, choice, before))) {
          const after = COMES_TO[action];
          expect(choiceRefusal(action, choice, after)).toBeDefined();
          if (action !== 'consent' && action !== 'object') continue;
          for (const later of choices) expect(choiceRefusal(backOf[action], later, after)).toBeUndefined();
        }
  });

  it('an objection ends what it ends at once, and what is weighed when it is upheld', () => {
    expect(allows('objection', 'objected')).toBe(false);
    expect(allows('weighed_objection', 'objected')).toBe(true);
    expect(allows('weighed_objection', 'objection_upheld')).toBe(false);
    expect(allows('objection', 'objection_upheld')).toBe(false);
    expect(allows('objection', 'objection_withdrawn')).toBe(true);
    expect(allows('consent', 'consent_withdrawn')).toBe(false);
  });
});
