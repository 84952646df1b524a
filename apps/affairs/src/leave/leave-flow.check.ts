import type { Tx } from '#database';
import type { FieldError } from '#problems';
import { sampleStudents } from '#roster';
import { definitionErrors, inputsOfPeople, type Sample } from '#workflow';
import { leaveFlow, type LeaveRules, originsOf, unitOf } from './leave.flow.js';

/**
 * What speaks against deciding leaves like this: the form of the definition it makes, and whether on `date` somebody would sign each step
 * for a student of every grade of every college and every level. Pointers are into the policy. An extension has the same steps.
 */
export async function flowFindings(tx: Tx, rules: LeaveRules, date: string): Promise<FieldError[]> {
  const repeated = [...repeatedLevels(rules), ...splitDays(rules)];
  if (repeated.length > 0) return repeated;
  const definition = leaveFlow(rules);
  const students = await sampleStudents(tx, date);
  const inputs = await inputsOfPeople(
    tx,
    definition,
    students.map(({ id }) => id),
    date,
  );
  const samples = students.flatMap(({ id, grade, college }): Sample[] =>
    rules.levels.map(({ upToDays: days }) => ({
      ...{ label: [college, grade, `${days} d`].filter(Boolean).join(' '), facts: { days }, ownMatterOf: [id] },
      inputs: inputs.get(id)!,
    })),
  );
  const placed = definitionErrors(definition, samples).map((error) => ({
    ...error,
    pointer: inPolicy(rules, error.pointer),
  }));
  // Levels that share a step share what is wrong with it.
  return placed.filter((error, i) => placed.findIndex(({ pointer }) => pointer === error.pointer) === i);
}

function repeatedLevels({ levels }: LeaveRules): FieldError[] {
  return levels.flatMap(({ upToDays }, i) =>
    levels.findIndex((other) => other.upToDays === upToDays) < i
      ? [{ pointer: `#/levels/${i}/upToDays`, zh: '与另一层级相同', en: 'is the same as of another level' }]
      : [],
  );
}

function splitDays(rules: LeaveRules): FieldError[] {
  const unit = unitOf(rules);
  return rules.levels.flatMap(({ upToDays }, i) =>
    upToDays % unit === 0
      ? []
      : [{ pointer: `#/levels/${i}/upToDays`, zh: `须为 ${unit} 的倍数`, en: `must be a multiple of ${unit}` }],
  );
}

/** Where in the policy it stands what a pointer into the definition is about. */
function inPolicy(rules: LeaveRules, pointer: string): string {
  const step = /^#\/steps\/(\d+)(?:\/(deadline(?:\/\w+)*))?/.exec(pointer);
  if (!step) return pointer.replace('#/steps', '#/levels');
  const [, index, deadline] = step;
  const origin = originsOf(rules)[Number(index)] as string;
  return deadline ? `${origin}/${deadline.replace(/\/post$/, '/kind')}` : origin;
}
