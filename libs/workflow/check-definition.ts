import { plainToInstance } from 'class-transformer';
import { fieldErrors } from '#fields';
import { type FieldError } from '#problems';
import {
  type DeadlineLevel,
  Definition,
  type Facts,
  levelsOf,
  type SignerRule,
  type StepDefinition,
} from './definition.js';
import type { Inputs } from './instance.js';
import { plannedSteps } from './planned.js';
import { tellable } from './signers.js';

/** A real subject on which a definition is tried before it is published. */
export interface Sample {
  /** For the text of an error: never personal data. */
  label: string;
  facts: Facts;
  inputs: Inputs;
  ownMatterOf: string[];
}

/**
 * What speaks against publishing a definition: its form, and whether each sample comes to an end by steps that somebody signs.
 * Empty when nothing does. `content` is what was sent.
 */
export function definitionErrors(content: object, samples: readonly Sample[]): FieldError[] {
  const definition = plainToInstance(Definition, content);
  const form = fieldErrors(definition, 'body');
  if (form.length > 0) return form;
  const errors = [...definition.steps.flatMap(stepErrors), ...repeatedKeys(definition)];
  if (definition.standIn) errors.push(...ruleErrors(definition.standIn, '#/standIn'));
  return errors.length > 0 ? errors : samples.flatMap((sample) => sampleErrors(definition, sample));
}

function stepErrors(step: StepDefinition, i: number): FieldError[] {
  const at = `#/steps/${i}`;
  const { signers, mode, needed, standIn, when, returnTo, afterReturn } = step;
  const errors = signers.flatMap((rule, n) => ruleErrors(rule, `${at}/signers/${n}`));
  if (standIn) errors.push(...ruleErrors(standIn, `${at}/standIn`));
  const counts = mode === 'k-of-n' || mode === 'weighted';
  if (counts && needed === undefined)
    errors.push(error(`${at}/needed`, '该签批方式须给出', 'is required with this mode'));
  if (!counts && needed !== undefined)
    errors.push(error(`${at}/needed`, '该签批方式不使用', 'means nothing with this mode'));
  if (mode === 'k-of-n' && needed !== undefined && !signers.some(({ each }) => each) && needed > signers.length) {
    errors.push(error(`${at}/needed`, '多于席位数', 'is more than there are seats'));
  }
  if (returnTo.length > 0 && afterReturn.length === 0) {
    errors.push(error(`${at}/afterReturn`, '可退回时须给出', 'is required where the step may return'));
  }
  for (const [n, { atLeast, atMost, oneOf }] of when.entries()) {
    if (atLeast === undefined && atMost === undefined && oneOf === undefined) {
      errors.push(error(`${at}/when/${n}`, '没有条件', 'asks for nothing'));
    }
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
      errors.push(error(`${at}/when/${n}`, '不可能成立', 'can never hold'));
    }
  }
  const levels = levelsOf(step);
  return [...errors, ...levels.flatMap((_, n) => levelErrors(levels, n, `${at}/deadline`))];
}

function levelErrors(levels: readonly DeadlineLevel[], n: number, deadline: string): FieldError[] {
  const at = n === 0 ? deadline : `${deadline}/later/${n - 1}`;
  const [{ hours, workingDays, then, to, source }, before] = [levels[n] as DeadlineLevel, levels[n - 1]];
  const errors = to ? ruleErrors(to, `${at}/to`) : [];
  if ((hours === undefined) === (workingDays === undefined)) {
    errors.push(error(at, 'hours 与 workingDays 须给且只给一个', 'takes hours or workingDays, and one of them'));
  } else if (before && (before.hours === undefined) !== (hours === undefined)) {
    errors.push(error(at, '各级须用同一单位计时', 'is counted in the same unit as the level before'));
  } else if (before && (hours ?? workingDays ?? 0) <= (before.hours ?? before.workingDays ?? 0)) {
    errors.push(error(at, '须晚于前一级', 'must be later than the level before'));
  }
  if (then === 'escalate' && !to) errors.push(error(`${at}/to`, '上报须指明对象', 'is required to escalate'));
  if (then === 'supervise' && !(to && tellable(to))) {
    errors.push(
      error(
        `${at}/to`,
        '督办须由对当事人或所涉单位的任职人员',
        'must be a post over the person or the unit to supervise',
      ),
    );
  }
  if (then === 'approve' && !source) {
    errors.push(error(`${at}/source`, '默示同意须注明依据', 'silence is consent only where a rule says so'));
  }
  if (then === 'approve' && n < levels.length - 1) {
    errors.push(error(`${at}/then`, '默示同意只能是末级', 'ends the step, so only the last level may be it'));
  }
  return errors;
}

function ruleErrors({ by, post, personId, over, unit }: SignerRule, at: string): FieldError[] {
  if (by === 'post' && !post) return [error(`${at}/post`, '必填', 'is required')];
  if (by === 'person' && !personId) return [error(`${at}/personId`, '必填', 'is required')];
  if (over === 'named' && !unit) return [error(`${at}/unit`, '必填', 'is required')];
  if (over !== 'named' && unit) return [error(`${at}/unit`, '仅用于指定单位', 'is for `over` = `named` only')];
  return [];
}

function repeatedKeys({ steps }: Definition): FieldError[] {
  return steps.flatMap(({ key }, i) =>
    steps.findIndex((other) => other.key === key) < i ? [error(`#/steps/${i}/key`, '重复', 'is used twice')] : [],
  );
}

/** Tries the definition on a sample: somebody must sign each of its steps. */
function sampleErrors(definition: Definition, { label, ...sample }: Sample): FieldError[] {
  const planned = plannedSteps(definition, sample);
  if (planned.length === 0) return [error('#/steps', `${label}：没有适用的环节`, `${label}: no step is asked for`)];
  return planned.flatMap(({ step, signers }) => {
    const nobody = signers.some(({ system, candidates }) => !system && candidates.length === 0);
    const at = `#/steps/${definition.steps.indexOf(step)}/signers`;
    return nobody ? [error(at, `${label}：没有可签批的人员`, `${label}: there is nobody to sign`)] : [];
  });
}

function error(pointer: string, zh: string, en: string): FieldError {
  return { pointer, zh, en };
}
