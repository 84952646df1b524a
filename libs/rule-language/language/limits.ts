import { PLACE_KINDS, UNIT_KINDS } from '#contracts';
import { MASKS } from './rule.js';

/** What a rule may look like and cost at most; the check of rules and their JSON Schema both read it here. */
export const MAX_FEATURES = 20;
/** Nodes of all predicates and expressions together. */
export const MAX_NODES = 100;
export const MAX_DEPTH = 10;
/** Days that `for` may ask for. */
export const MAX_FOR = 14;
/** Times that one condition may be judged: `for` × `held.times`. */
export const MAX_MOMENTS = 60;
/** Day values read per student: about a second for 50,000 students. */
export const MAX_STUDENT_DAYS = 20_000;
/** No term is longer, in days. */
export const TERM_DAYS = 183;
export const MAX_CONSTANT = 1e12;
/** Largest value that is stored: of an int32. */
export const MAX_STORED = 2_147_483_647;
/** Characters of a rule's text. */
export const MAX_RULE_TEXT = 40_000;
export const MAX_TEXT = 500;
export const MAX_UNITS = 100;

export const RULE_ID = /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/;
export const MAX_RULE_ID = 60;
export const FEATURE_NAME = /^[A-Za-z]\w{0,39}$/;
/** What reasons call something else. */
export const RESERVED_NAMES = ['level', 'threshold'];
export const PARAMETER_NAME = /^[a-z][a-z0-9_]{0,59}$/;
export const DAYS = /^[1-9]\d{0,3}d$/;
export const NAMED_WINDOWS = ['iso_week', 'term', 'all'] as const;
export const OFFSET_DAYS = /^[1-9]\d{0,2}d$/;
export const OFFSET_WEEKS = /^[1-9]\d?w$/;
export const OFFSET_TERMS = /^[1-9]\d?t$/;
export const FOR_DAYS = /^([2-9]|1[0-4])d$/;
export const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
export const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** What cohorts are made of; at least one part must be a kind of unit or place. */
export const KIND_PARTS = [...Object.keys(UNIT_KINDS), ...Object.keys(PLACE_KINDS)].filter((kind) => kind !== 'grade');
const PARTS = `(${[...KIND_PARTS, 'grade', 'sex'].join('|')})`;
export const COHORT = new RegExp(`^(?=(.*\\+)?(${KIND_PARTS.join('|')})(\\+|$))${PARTS}(\\+${PARTS}){0,2}$`);

const MASK = `(${Object.keys(MASKS).join('|')})`;
export const MASK_LIST = new RegExp(`^${MASK}(\\|${MASK})*$`);
