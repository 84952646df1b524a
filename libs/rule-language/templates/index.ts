import { ATTENDANCE } from './attendance.js';
import { EXAMPLES } from './examples.js';
import { STUDY } from './study.js';
import type { Template } from './template.js';

export { type Mark, MARKS, type Template } from './template.js';

/** The rules to start from, by id. */
export const TEMPLATES: readonly Template[] = [...EXAMPLES, ...STUDY, ...ATTENDANCE].sort((a, b) =>
  a.rule.id < b.rule.id ? -1 : 1,
);
