import { type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import inEnglish from 'ajv-i18n/localize/en/index.js';
import inChinese from 'ajv-i18n/localize/zh/index.js';
import type { Bilingual } from '#contracts';
import { dateOnly, instant, REQUIRED, UNKNOWN, uuid } from '#fields';
import { type FieldError, pointerPart } from '#problems';
import type { Facts } from '#workflow';
import { FORMATS, HINTS, linear } from './form-language.js';
import type { ItemContent } from './item-content.js';

/** What is handed in may be so large; beyond it nothing is checked. */
const MOST = { bytes: 65_536, depth: 16, values: 5000, text: 4000, errors: 100 };
const KEPT = 300;

type Schema = Record<string, unknown>;

/** A form, ready to check what was filled in. Neither of these throws, whatever it is given. */
export interface CompiledForm {
  /** What is wrong with a form that is handed in; pointers `#/data/…`. Empty when nothing is. */
  errorsOf(data: unknown): FieldError[];
  /** The same for a draft: kinds and sizes alone, nothing is required yet. */
  partialErrorsOf(data: unknown): FieldError[];
}

const compiled = new Map<string, CompiledForm>();

/** The form of an item, compiled once for as long as it is in use. Its content must have been checked: see `contentFindings`. */
export function formOf({ form }: Pick<ItemContent, 'form'>): CompiledForm {
  const key = JSON.stringify(form);
  const known = compiled.get(key);
  if (known) {
    compiled.delete(key);
    compiled.set(key, known);
    return known;
  }
  const made = compileForm(form);
  if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value!);
  compiled.set(key, made);
  return made;
}

/** Compiles a form. Throws what JSON Schema says against it; look at `formFindings` before. */
export function compileForm(form: Schema): CompiledForm {
  const [whole, partial] = [validator(form), validator(partialOf(form) as Schema)];
  return {
    errorsOf: (data) => findErrors(whole, data),
    partialErrorsOf: (data) => findErrors(partial, data),
  };
}

/** What the conditions of the steps look at, from what was filled in: the fields they name. */
export function factsOf({ steps }: Pick<ItemContent, 'steps'>, data: Readonly<Record<string, unknown>>): Facts {
  const named = steps.flatMap(({ when }) => when.map(({ fact }) => fact));
  const facts: Facts = {};
  for (const name of named) {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (typeof value === 'string' || typeof value === 'number') facts[name] = value;
    else if (typeof value === 'boolean') facts[name] = String(value);
  }
  return facts;
}

/** Knows the dialect itself; made once, as that takes longer than many forms. */
const DIALECT = new Ajv2020({ allErrors: true, messages: false, logger: false });

/** What JSON Schema 2020-12 itself says against a form, at the places of `at`. */
export function dialectErrors(form: Schema, at: string): FieldError[] {
  if (DIALECT.validateSchema(form)) return [];
  const errors = (DIALECT.errors ?? []).filter(({ keyword }) => keyword !== 'allOf' && keyword !== 'anyOf');
  return errors.map((error) => ({ pointer: at + error.instancePath, ...textOf(error) }));
}

function validator(form: Schema): ValidateFunction {
  // One for each form: what it keeps goes with the form.
  const ajv = new Ajv2020({
    ...{
      meta: false,
      validateSchema: false,
      allErrors: true,
      strict: true,
      strictTypes: true,
      strictRequired: false,
      messages: false,
      logger: false,
    },
    // ajv compiles a pattern where it compiles the form, and tests texts with what this answers.
    code: { regExp: Object.assign(patternOf, { code: 'patternOf' }) },
  });
  for (const name of HINTS) ajv.addKeyword(name);
  for (const name of FORMATS) ajv.addFormat(name, { type: 'string', validate: CHECKS[name] });
  return ajv.compile(form as AnySchemaObject);
}

function patternOf(pattern: string): { test(text: string): boolean; toString(): string } {
  const engine = linear(pattern);
  return {
    test: (text) => text.length <= MOST.text && engine.matcher(text).find(),
    // By this ajv knows one pattern from another: without it all are taken for the first that it met.
    toString: () => pattern,
  };
}

const CHECKS: Record<(typeof FORMATS)[number], (text: string) => boolean> = {
  date: (text) => dateOnly(text) === undefined,
  'date-time': (text) => instant(text) === undefined,
  month: (text) => dateOnly(`${text}-01`) === undefined,
  // Whether mail arrives there, only mail can tell.
  email: (text) => text.length <= 254 && /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(text),
  mobile: (text) => /^1[3-9]\d{9}$/.test(text),
  uuid: (text) => uuid(text) === undefined,
};

/** Keywords that ask for something to be there, or to be finished. */
const OF_WHOLE_FORMS = new Set([
  ...['required', 'dependentRequired', 'minItems', 'minLength', 'pattern', 'format', 'uniqueItems'],
  ...['minimum', 'exclusiveMinimum', 'multipleOf', 'not', 'if', 'then', 'else', 'anyOf', 'allOf'],
]);

function partialOf(schema: unknown, named = false): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => named || !OF_WHOLE_FORMS.has(keyword));
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      // A closed object says which fields there are; what its parts add to them, a draft may have too.
      if (!named && keyword === 'unevaluatedProperties') return ['type', 'object'];
      const fields = keyword === 'properties' || keyword === '$defs';
      const schemas = named || fields || keyword === 'items';
      return [keyword, schemas ? partialOf(value, !named && fields) : value];
    }),
  );
}

function findErrors(validate: ValidateFunction, data: unknown): FieldError[] {
  const large = tooLarge(data);
  if (large) return [large];
  if (validate(data)) return [];
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').slice(0, MOST.errors);
  return errors.map((error) => ({ pointer: pointerOf(error), ...textOf(error) }));
}

/** Looks no further than it may: a value that leads to itself ends here too. */
function tooLarge(data: unknown): FieldError | undefined {
  let [values, bytes] = [0, 0];
  const visit = (value: unknown, depth: number): boolean => {
    if (++values > MOST.values || depth > MOST.depth) return true;
    if (typeof value === 'string') bytes += Buffer.byteLength(value);
    if (bytes > MOST.bytes) return true;
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([name, one]) => {
      bytes += name.length;
      return visit(one, depth + 1);
    });
  };
  return visit(data, 1) ? { pointer: '#/data', zh: '内容过大', en: 'is too large' } : undefined;
}

function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  const { missingProperty, additionalProperty, unevaluatedProperty } = params as Record<string, string | undefined>;
  const below =
    keyword === 'required' || keyword === 'dependentRequired'
      ? missingProperty
      : (additionalProperty ?? unevaluatedProperty);
  return `#/data${instancePath}${below === undefined ? '' : `/${pointerPart(below)}`}`;
}

function textOf(error: ErrorObject): Bilingual {
  if (error.keyword === 'required' || error.keyword === 'dependentRequired') return REQUIRED;
  if (/^(additional|unevaluated)Properties$/.test(error.keyword)) return UNKNOWN;
  if (error.keyword === 'pattern') return { zh: '格式不正确', en: 'has the wrong format' };
  return { zh: inLanguage(inChinese, error), en: inLanguage(inEnglish, error) };
}

type Localize = (errors: ErrorObject[]) => void;

/** The module is the function itself, and its types say that it holds one. */
function inLanguage(translate: unknown, error: ErrorObject): string {
  const copy = { ...error };
  (translate as Localize)([copy]);
  return copy.message ?? error.keyword;
}
