import type { Bilingual } from '#contracts';
import { type Gate, wrongWithGate } from './gate.js';
import cpc2014 from './rules/cpc-2014.json' with { type: 'json' };
import cpc2026 from './rules/cpc-2026.05.json' with { type: 'json' };

export const STAGES = {
  applicant: { zh: '入党申请人', en: 'Applicant' },
  activist: { zh: '入党积极分子', en: 'Activist' },
  candidate: { zh: '发展对象', en: 'Candidate' },
  probationary_member: { zh: '预备党员', en: 'Probationary member' },
  full_member: { zh: '正式党员', en: 'Full member' },
} as const;

export type Stage = keyof typeof STAGES;

export interface Step extends Bilingual {
  /** 1–25. */
  number: number;
  key: string;
  /** What the person is once the step is done. */
  stage: Stage;
  /** May be recorded again until the next step; the last record counts. */
  repeatable?: boolean;
  gates: Gate[];
}

/** One text of the rules (《中国共产党发展党员工作细则》) as data. */
export interface RuleSet extends Bilingual {
  version: string;
  /** First day of application it holds for, YYYY-MM-DD. */
  appliesFrom: string;
  /** False until a person has compared every value with the official page. */
  checkedAgainstOfficialText: boolean;
  steps: Step[];
}

/** Newest first. */
export const RULE_SETS: readonly RuleSet[] = [cpc2026, cpc2014].map((set) => readRuleSet(set));

/** The rules an application of this date runs under to its end; undefined before the first text. */
export function rulesFor(appliedOn: string): RuleSet | undefined {
  return RULE_SETS.find((set) => set.appliesFrom <= appliedOn);
}

export function ruleSet(version: string): RuleSet {
  const found = RULE_SETS.find((set) => set.version === version);
  if (!found) throw new Error(`Unknown admission rules ${version}: a rule file that admissions use must stay`);
  return found;
}

/** How far the engine carries an admission: up to the last step before the first that has a requirement in words. */
export function lastSupportedStep(steps: readonly Step[]): number {
  const first = steps.find((step) => step.gates.some((gate) => gate.kind === 'requirement'));
  return (first?.number ?? steps.length + 1) - 1;
}

/** Checks a rule file at boot; throws with the place that is wrong. */
export function readRuleSet(given: unknown): RuleSet {
  const set = given as RuleSet;
  set.steps.forEach((step, index) => {
    const where = `admission rules ${set.version}, step ${index + 1}`;
    if (step.number !== index + 1) throw new Error(`${where}: has number ${step.number}`);
    if (!Object.hasOwn(STAGES, step.stage)) throw new Error(`${where}: unknown stage ${step.stage}`);
    if (new Set(step.gates.map((gate) => gate.key)).size !== step.gates.length)
      throw new Error(`${where}: a key is repeated`);
    for (const gate of step.gates) {
      const wrong = wrongWithGate(gate, step.number);
      if (wrong) throw new Error(`${where}, gate ${gate.key}: ${wrong.en}`);
    }
  });
  return set;
}
