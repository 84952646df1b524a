import { ROLE_PERMISSIONS } from '#contracts';
import { query, sql, type Tx } from '#database';
import type { FieldError } from '#problems';
import { sampleStudents } from '#roster';
import {
  type Condition,
  definitionErrors,
  type Facts,
  inputsOfPeople,
  levelsOf,
  type Sample,
  type StepDefinition,
} from '#workflow';
import { expressionFinding } from './eligibility.js';
import { compileForm, dialectErrors } from './form.js';
import { formFindings } from './form-language.js';
import type { ItemContent, ITEM_KINDS } from './item-content.js';
import { itemFlow } from './item-flow.js';

type Fields = Record<string, Record<string, unknown>>;

/** Kinds that somebody has to decide on, and the one that nobody does. */
const DECIDED: readonly (keyof typeof ITEM_KINDS)[] = ['workflow', 'checklist'];
/** Samples of facts that are tried at most. */
const MOST_FACTS = 200;

/** What speaks against an item whatever the school is like: its form, conditions and steps. Pointers are into the content. */
export function contentFindings(code: string, content: ItemContent): FieldError[] {
  const { form, prefilled, materials, eligibility, steps, months, kind, servedAt, servedKind } = content;
  const inForm = formProblems(form);
  const fields = (form['properties'] ?? {}) as Fields;
  const errors = [
    ...inForm,
    ...eligibility.flatMap(({ when }, i) => expressionFinding(when, `#/eligibility/${i}/when`) ?? []),
    ...repeated(materials, ({ key }) => key).map((i) => error(`#/materials/${i}/key`, '重复', 'is used twice')),
    ...repeated(prefilled, ({ field }) => field).map((i) => error(`#/prefilled/${i}/field`, '重复', 'is used twice')),
    ...months.flatMap((month, i) =>
      month >= 1 && month <= 12 ? [] : [error(`#/months/${i}`, '应为 1–12', 'must be 1 to 12')],
    ),
    ...definitionErrors(itemFlow(code, content), []).filter(({ pointer }) => steps.length > 0 || pointer !== '#/steps'),
    ...steps.flatMap(blindSupervisors),
  ];
  if (DECIDED.includes(kind) && steps.length === 0 && servedAt === undefined)
    errors.push(error('#/steps', '该办理方式须有环节', 'this kind of item has steps'));
  if (kind === 'automatic' && steps.length > 0)
    errors.push(error('#/steps', '即办的事项没有环节', 'what is done at once has no steps'));
  if (servedAt !== undefined && steps.length > 0)
    errors.push(error('#/steps', '在别处办理的事项没有环节', 'what is dealt with elsewhere has no steps'));
  if (kind === 'round' && servedAt === undefined)
    errors.push(error('#/servedAt', '按批次办理的事项须指明入口', 'what is dealt with in rounds says where'));
  if (servedKind !== undefined && servedAt === undefined)
    errors.push(error('#/servedKind', '须同时指明入口', 'is of what servedAt names, which is missing'));
  // Of a form that is wrong itself there is no saying which fields it has.
  if (inForm.length > 0) return errors;
  for (const [i, { field }] of prefilled.entries()) {
    const type = fieldOf(fields, field)?.['type'];
    if (type !== 'string') errors.push(notIn(`#/prefilled/${i}/field`, type, '文本', 'text'));
  }
  for (const [i, { when }] of steps.entries())
    for (const [n, condition] of when.entries())
      errors.push(...conditionProblems(condition, fieldOf(fields, condition.fact), `#/steps/${i}/when/${n}`));
  return errors;
}

/** Who is told to see to a step must see the application. */
function blindSupervisors({ deadline }: StepDefinition, i: number): FieldError[] {
  return levelsOf({ deadline }).flatMap(({ then, to }, n) =>
    then !== 'supervise' || !to?.post || ROLE_PERMISSIONS[to.post].includes('affairs:application:read')
      ? []
      : error(
          `#/steps/${i}/deadline${n === 0 ? '' : `/later/${n - 1}`}/to/post`,
          '该任职不能查看办件，无法督办',
          'holders of this post do not see applications, and cannot supervise',
        ),
  );
}

/**
 * What speaks against items in this school on a date: no such department, or somebody for whom nobody would sign a step. A student of every
 * grade of every college is tried, and what their forms may say. In the order of the items.
 */
export async function schoolFindings(
  tx: Tx,
  items: readonly { code: string; content: ItemContent }[],
  date: string,
): Promise<FieldError[][]> {
  const owners = await departments(
    tx,
    items.map(({ content }) => content.owner),
  );
  const students = await sampleStudents(tx, date);
  const ids = students.map(({ id }) => id);
  const findings: FieldError[][] = [];
  for (const { code, content } of items) {
    const errors = owners.has(content.owner)
      ? []
      : [error('#/owner', '没有该代码的单位', 'there is no unit of this code')];
    findings.push(errors);
    if (content.steps.length === 0 || students.length === 0) continue;
    const definition = itemFlow(code, content);
    const inputs = await inputsOfPeople(tx, definition, ids, date);
    const sample = ({ id, grade, college }: (typeof students)[number], facts: Facts): Sample => ({
      ...{
        label: [college, grade, ...Object.entries(facts).map(([name, value]) => `${name}=${value}`)]
          .filter(Boolean)
          .join(' '),
      },
      ...{ facts, ownMatterOf: [id], inputs: inputs.get(id)! },
    });
    const samples = [
      // Whatever the form says, some step is asked for.
      ...possibleFacts(content).map((facts) => sample(students[0]!, facts)),
      ...content.steps.flatMap(({ when }) =>
        students.map((student) => sample(student, Object.fromEntries(when.map(fulfilled)))),
      ),
    ];
    const found = definitionErrors(definition, samples);
    errors.push(...found.filter((one, i) => found.findIndex(({ pointer }) => pointer === one.pointer) === i));
  }
  return findings;
}

/** What speaks against a form, pointers into `#/form`. */
export function formProblems(form: Record<string, unknown>): FieldError[] {
  const errors = formFindings(form);
  if (errors.length > 0) return errors;
  const inDialect = dialectErrors(form, '#/form');
  if (inDialect.length > 0) return inDialect;
  try {
    compileForm(form);
    return [];
  } catch (thrown) {
    const [text = ''] = String((thrown as Error).message).split('\n');
    return [
      error(
        '#/form',
        `不是合法的 JSON Schema 2020-12：${text.slice(0, 200)}`,
        `is no JSON Schema 2020-12: ${text.slice(0, 200)}`,
      ),
    ];
  }
}

function fieldOf(fields: Fields, name: string): Fields[string] | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function conditionProblems(
  { atLeast, atMost, oneOf }: Condition,
  field: Fields[string] | undefined,
  at: string,
): FieldError[] {
  const type = field?.['type'];
  const number = type === 'integer' || type === 'number';
  if ((atLeast !== undefined || atMost !== undefined) && !number)
    return [notIn(`${at}/fact`, type, '数字', 'a number')];
  if (!number && type !== 'string' && type !== 'boolean')
    return [notIn(`${at}/fact`, type, '文本或是否', 'text or a yes or no')];
  const codes = field?.['enum'];
  const unknown = Array.isArray(codes) ? (oneOf ?? []).findIndex((one) => !codes.map(String).includes(one)) : -1;
  return unknown < 0 ? [] : [error(`${at}/oneOf/${unknown}`, '表单中没有这一选项', 'is no choice of the form')];
}

function notIn(pointer: string, type: unknown, zh: string, en: string): FieldError {
  return type === undefined
    ? error(pointer, '表单中没有这一字段', 'is no field of the form')
    : error(pointer, `表单中的这一字段应为${zh}`, `must be a field of the form that is ${en}`);
}

/** A value for which the condition holds. */
function fulfilled({ fact, atLeast, atMost, oneOf }: Condition): [string, string | number] {
  return [fact, oneOf?.[0] ?? atLeast ?? atMost ?? 0];
}

/** What a form that is filled in may mean for the steps: every choice, and numbers on both sides of every limit. */
function possibleFacts({ steps, form }: ItemContent): Facts[] {
  const fields = (form['properties'] ?? {}) as Fields;
  const required = (form['required'] ?? []) as string[];
  const conditions = steps.flatMap(({ when }) => when);
  let all: Facts[] = [{}];
  for (const name of new Set(conditions.map(({ fact }) => fact))) {
    const field = fieldOf(fields, name) ?? {};
    const values: (string | number | undefined)[] = valuesOf(
      field,
      conditions.filter(({ fact }) => fact === name),
    );
    if (!required.includes(name)) values.push(undefined);
    all = all.flatMap((facts) => values.map((value) => (value === undefined ? facts : { ...facts, [name]: value })));
    all = all.slice(0, MOST_FACTS);
  }
  return all;
}

function valuesOf(
  { type, enum: codes, minimum, maximum }: Fields[string],
  conditions: Condition[],
): (string | number)[] {
  if (type === 'boolean') return ['true', 'false'];
  if (Array.isArray(codes)) return codes as string[];
  const [least, most] = [minimum, maximum].map((one) => (typeof one === 'number' ? one : undefined));
  const limits = conditions.flatMap(({ atLeast, atMost }) => [
    ...(atLeast === undefined ? [] : [atLeast - 1, atLeast]),
    ...(atMost === undefined ? [] : [atMost, atMost + 1]),
  ]);
  const texts = conditions.flatMap(({ oneOf }) => oneOf ?? []);
  return [...texts, ...limits.filter((one) => one >= (least ?? one) && one <= (most ?? one))];
}

async function departments(tx: Tx, codes: readonly string[]): Promise<Set<string>> {
  const rows = await query<{ code: string }>(
    tx,
    sql`SELECT code FROM directory.published_unit_v1
         WHERE code = ANY(${[...new Set(codes)]}::text[]) AND active AND kind IN ('department', 'school', 'college', 'academy')`,
  );
  return new Set(rows.map(({ code }) => code));
}

/** Indices of what came before. */
function repeated<T>(list: readonly T[], keyOf: (one: T) => string): number[] {
  return list.flatMap((one, i) => (list.findIndex((other) => keyOf(other) === keyOf(one)) < i ? [i] : []));
}

function error(pointer: string, zh: string, en: string): FieldError {
  return { pointer, zh, en };
}
