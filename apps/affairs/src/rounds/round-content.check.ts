import type { FieldError } from '#problems';
import { expressionFinding as conditionFinding } from '../catalogue/eligibility.js';
import { formProblems } from '../catalogue/item-check.js';
import type { RoundContent } from './round-content.js';
import { expressionFinding, HOUSE_EXCLUSIONS } from './scoring.js';

/** What speaks against the content of a round. Pointers are into the content. */
export function contentFindings(content: RoundContent): FieldError[] {
  const { form, eligibility, figures, components, exclusions, ties, levels, exports, automaticLevel } = content;
  const errors: FieldError[] = [
    ...formProblems(form),
    ...eligibility.flatMap(({ when }, i) => conditionFinding(when, `#/eligibility/${i}/when`) ?? []),
    ...repeated([...figures, ...components]).map((i) =>
      i < figures.length ? twice(`#/figures/${i}/code`) : twice(`#/components/${i - figures.length}/code`),
    ),
    ...repeated(exclusions).map((i) => twice(`#/exclusions/${i}/code`)),
    ...repeated(levels).map((i) => twice(`#/levels/${i}/code`)),
    ...repeated(exports).map((i) => twice(`#/exports/${i}/code`)),
  ];
  for (const [i, component] of components.entries()) {
    const at = `#/components/${i}/expression`;
    if (component.from === 'computed') {
      const finding = expressionFinding(component, components.slice(0, i), at);
      if (finding) errors.push(finding);
    } else if (component.expression !== undefined)
      errors.push(error(at, '仅 computed 有表达式', 'is for computed components alone'));
  }
  const sheets = components.filter(({ from }) => from === 'sheet');
  for (const [i, { code, kind, figure, atLeast, below }] of exclusions.entries()) {
    if (code in HOUSE_EXCLUSIONS || code === 'objection') errors.push(twice(`#/exclusions/${i}/code`));
    if (kind !== 'figure') continue;
    if (![...figures, ...sheets].some((one) => one.code === figure))
      errors.push(
        error(`#/exclusions/${i}/figure`, '没有该数据', 'is no figure, and no component that comes by sheet'),
      );
    if (atLeast === undefined && below === undefined)
      errors.push(error(`#/exclusions/${i}/atLeast`, '须有 atLeast 或 below', 'give atLeast or below'));
  }
  if (exclusions.some(({ kind }) => kind === 'awarded') && content.group === null)
    errors.push(error('#/group', '有 awarded 的须有互斥组', 'is needed by an exclusion of kind awarded'));
  if (automaticLevel !== null && !levels.some(({ code }) => code === automaticLevel))
    errors.push(error('#/automaticLevel', '没有该等级', 'is no level'));
  for (const [i, code] of ties.by.entries())
    if (!components.some((one) => one.code === code))
      errors.push(error(`#/ties/by/${i}`, '没有该分数项', 'is no component'));
  return errors;
}

function repeated(list: readonly { code: string }[]): number[] {
  return list.flatMap(({ code }, i) => (list.findIndex((other) => other.code === code) < i ? [i] : []));
}

const twice = (pointer: string): FieldError => error(pointer, '重复', 'is used already');

function error(pointer: string, zh: string, en: string): FieldError {
  return { pointer, zh, en };
}
