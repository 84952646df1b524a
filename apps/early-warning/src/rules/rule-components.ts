import { defineSchemas } from '#http';
import { MAX_MOMENTS, MAX_TEXT, ruleSchema, type Schema } from '#rule-language';

const REFERENCE = '#/components/schemas/';
const LINE = '^[^\\u0000-\\u001f\\u007f]*$';
/**
 * The rule's schema as components of the OpenAPI document, for generators of clients: without the school's catalogue, which
 * `GET /early-warning/v1/rule-schema` gives.
 */
const SCHEMA = ruleSchema([]);
/** Conditions between fields, which generators of clients leave out, and what is for forms. */
const LEFT_OUT = new Set(['title', 'x-label', 'if', 'then', 'else', 'allOf', 'not', 'propertyNames', 'default']);
/** Examples of fields whose kind gives none. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  ...{ metric: 'late_return', f: 'late', $p: 'late_per_week', default: 3, unit: 'times' },
  ...{
    exclude: ['holiday'],
    window: '7d',
    offset: '7d',
    baseline: '28d',
    cohort: 'college+grade',
    calendar: 'holiday',
  },
  ...{ zh: '多次晚归', en: 'Repeated late returns', from: '2026-09-01', to: '2027-01-20' },
  ...{ units: ['00000000-0000-7000-8000-000600000001'], grades: [2026], minData: 5, minSd: 1, minCohort: 10, times: 3 },
  ...{ when: { ge: [{ f: 'late' }, 3] }, termWeek: { ge: 2 }, termWeeksLeft: { le: 2 } },
};

/** `RulePredicate`, say: the component of a definition of the rule's schema. */
export function component(definition: string): { $ref: string } {
  return { $ref: REFERENCE + nameOf(definition) };
}

/** A part of the rule by its name, e.g. `features`, as it stands in the document. */
export function partOf(name: string): Schema {
  const properties = SCHEMA['properties'] as Record<string, Schema>;
  const { description: _, ...part } = translated(properties[name]!, name);
  return { allOf: [part] };
}

defineSchemas(
  Object.fromEntries(
    Object.entries(SCHEMA['$defs'] as Record<string, Schema>).flatMap(([name, schema]) =>
      withNamedChoices(nameOf(name), translated(schema, name)),
    ),
  ),
);

/** Choices that are objects get names, `RuleExpressionMul` by what they must have: generators find what contains itself by name alone. */
function withNamedChoices(name: string, schema: Schema): [string, Schema][] {
  const parts: [string, Schema][] = [];
  const anyOf = (schema['anyOf'] as Schema[] | undefined)?.map((choice) => {
    if (!choice['properties']) return choice;
    const [field] = choice['required'] as [string];
    const part = `${name}${field.replace('$', '').replace(/^./, (letter) => letter.toUpperCase())}`;
    parts.push([part, choice]);
    return { $ref: REFERENCE + part };
  });
  return [[name, anyOf ? { ...schema, anyOf } : schema], ...parts];
}

function nameOf(definition: string): string {
  return `Rule${definition[0]!.toUpperCase()}${definition.slice(1)}`;
}

/** From the language's schema to what the house's checks ask of a component; it takes what the language takes, and more. */
function translated(schema: Schema, name: string): Schema {
  const result: Schema = {};
  for (const [key, value] of Object.entries(schema)) if (!LEFT_OUT.has(key)) result[key] = value;
  if (typeof schema['$ref'] === 'string') result['$ref'] = component(schema['$ref'].split('/').at(-1)!).$ref;
  const codes = codesOf(schema);
  if (codes) Object.assign(result, { enum: codes, oneOf: undefined });
  else for (const key of ['oneOf', 'anyOf']) Object.assign(result, choicesOf(schema, key, name));
  if (schema['properties']) {
    const fields = Object.entries(schema['properties'] as Record<string, Schema>);
    result['properties'] = Object.fromEntries(fields.map(([field, child]) => [field, exemplary(child, field)]));
    delete result['additionalProperties'];
    if ((schema['required'] as string[]).length === 0) delete result['required'];
  } else if (schema['additionalProperties'])
    result['additionalProperties'] = translated(schema['additionalProperties'] as Schema, name);
  if (schema['items'])
    Object.assign(result, { items: translated(schema['items'] as Schema, name), maxItems: schema['maxItems'] ?? 100 });
  if (result['type'] === 'integer')
    Object.assign(result, { format: 'int32', maximum: schema['maximum'] ?? MAX_MOMENTS });
  if (result['type'] === 'string' && !result['enum'])
    Object.assign(result, { pattern: result['pattern'] ?? LINE, maxLength: result['maxLength'] ?? MAX_TEXT });
  return JSON.parse(JSON.stringify(result)) as Schema;
}

/** A field, with an example. */
function exemplary(field: Schema, name: string): Schema {
  const result = translated(field, name);
  if (result['examples'] || result['$ref'] || (result['items'] as Schema | undefined)?.['$ref']) return result;
  return { ...result, examples: [exampleOf(result, name)] };
}

function exampleOf({ properties, required = [], minimum, enum: codes, examples }: Schema, name: string): unknown {
  if (!properties)
    return (examples as unknown[] | undefined)?.[0] ?? EXAMPLES[name] ?? (codes as unknown[])?.[0] ?? minimum ?? 3;
  const fields = Object.entries(properties as Record<string, Schema>);
  const wanted = fields.filter(([field]) => (required as string[]).includes(field));
  const shown = wanted.length > 0 ? wanted : fields.slice(0, 1);
  return Object.fromEntries(shown.map(([field, child]) => [field, exampleOf(child, field)]));
}

/** Codes of a list of constants; the catalogue's are the school's. */
function codesOf({ oneOf = [] }: Schema): unknown[] | undefined {
  const codes = (oneOf as Schema[]).map((one) => one['const']);
  return codes.length > 0 && codes.every((code) => code !== undefined) ? codes : undefined;
}

/** Choices that have a type; of texts, those that another one's pattern does not take already. */
function choicesOf(schema: Schema, key: string, name: string): Schema {
  const all = (schema[key] as Schema[] | undefined)?.filter((one) => one['type'] ?? one['$ref'] ?? one['anyOf']);
  const choices = all?.map((one) => translated(one, name)) ?? [];
  const patterns = choices.flatMap(({ pattern }) => (typeof pattern === 'string' ? [new RegExp(pattern)] : []));
  const needed = choices.filter(
    ({ enum: codes }) => !codes || !(codes as string[]).every((code) => patterns.some((one) => one.test(code))),
  );
  if (needed.length === 1) return { [key]: undefined, ...needed[0] };
  return needed.length === 0 ? { [key]: undefined } : { [key]: needed, type: undefined };
}
