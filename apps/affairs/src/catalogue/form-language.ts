import { RE2JS } from 're2js';
import { type FieldError, pointerPart } from '#problems';

/** What a form may be: so much that any school's form fits, and no more than is judged within milliseconds. */
const MOST = { bytes: 65_536, depth: 10, nodes: 300, text: 4000, items: 200, pattern: 200, patternSize: 500 };

/** Texts of these kinds; all are judged without a regular expression of the form's own. */
export const FORMATS = ['date', 'date-time', 'month', 'email', 'mobile', 'uuid'] as const;

type Schema = Record<string, unknown>;
/** What the value of a keyword is: schemas to be looked at too, or something that is said as it is. */
type Holds = 'schema' | 'schemas' | 'named schemas' | 'value';

/** The keywords of JSON Schema 2020-12 that forms are written in; `x-…` are for whoever shows them. */
const KEYWORDS: Readonly<Record<string, Holds>> = {
  ...{ $schema: 'value', $defs: 'named schemas', $ref: 'value', type: 'value', enum: 'value', const: 'value' },
  ...{ title: 'value', description: 'value', default: 'value', examples: 'value', readOnly: 'value' },
  ...{ properties: 'named schemas', required: 'value', additionalProperties: 'value', unevaluatedProperties: 'value' },
  ...{ dependentRequired: 'value', items: 'schema', minItems: 'value', maxItems: 'value', uniqueItems: 'value' },
  ...{ minimum: 'value', maximum: 'value', exclusiveMinimum: 'value', exclusiveMaximum: 'value', multipleOf: 'value' },
  ...{ minLength: 'value', maxLength: 'value', pattern: 'value', format: 'value' },
  ...{ allOf: 'schemas', anyOf: 'schemas', not: 'schema', if: 'schema', then: 'schema', else: 'schema' },
  ...{ 'x-label': 'value', 'x-labels': 'value', 'x-help': 'value', 'x-unit': 'value', 'x-widget': 'value' },
};
export const HINTS = Object.keys(KEYWORDS).filter((name) => name.startsWith('x-'));

const FIELD = /^[a-zA-Z][a-zA-Z0-9_]{0,49}$/;
const DEFINITION = /^#\/\$defs\/([a-zA-Z][a-zA-Z0-9_]{0,49})$/;
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * What speaks against a form, before it is compiled: it is one closed object of named and labelled fields, small, flat, without a
 * reference to anything outside it or to itself, and with patterns that take time in proportion to the text. `at` is where it stands.
 */
export function formFindings(form: unknown, at = '#/form'): FieldError[] {
  if (!isSchema(form)) return [finding(at, '必须是对象', 'must be an object')];
  if (Buffer.byteLength(JSON.stringify(form)) > MOST.bytes)
    return [finding(at, `最多 ${MOST.bytes} 字节`, `must have at most ${MOST.bytes} bytes`)];
  const walk = new Walk(form);
  walk.schema(form, at, 1);
  if (walk.findings.length > 0) return walk.findings.slice(0, 100);
  if (form['type'] !== 'object' || !isSchema(form['properties']))
    return [finding(at, '必须是含 properties 的 object', 'must be an object with properties')];
  return walk.size(form) > MOST.nodes
    ? [finding(at, `最多 ${MOST.nodes} 个节点`, `has more than ${MOST.nodes} parts`)]
    : [];
}

class Walk {
  readonly findings: FieldError[] = [];
  private nodes = 0;
  private readonly definitions: Schema;
  private readonly sizes = new Map<string, number>();

  constructor(private readonly form: Schema) {
    this.definitions = isSchema(form['$defs']) ? form['$defs'] : {};
  }

  schema(schema: unknown, at: string, depth: number): void {
    if (this.findings.length >= 100 || ++this.nodes > MOST.nodes * 2) return;
    if (!isSchema(schema)) return this.say(at, '必须是对象', 'must be an object');
    if (depth > MOST.depth) return this.say(at, `最多嵌套 ${MOST.depth} 层`, `is nested deeper than ${MOST.depth}`);
    this.shape(schema, at);
    for (const [keyword, value] of Object.entries(schema)) {
      const here = `${at}/${pointerPart(keyword)}`;
      const holds = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
      if (!holds) this.say(here, '表单不使用该关键字', 'is not a keyword that forms may use');
      else if (keyword === '$defs' && schema !== this.form) this.say(here, '只能在最外层', 'stands at the top only');
      else if (holds === 'schema') this.schema(value, here, depth + 1);
      else if (holds === 'schemas') this.list(value, here, depth);
      else if (holds === 'named schemas') this.named(keyword, value, here, depth);
    }
  }

  /** Parts of a schema with those that its references stand for: what a few definitions that name each other can multiply. */
  size(schema: Schema, within: readonly string[] = []): number {
    let size = 1;
    const name = typeof schema['$ref'] === 'string' ? DEFINITION.exec(schema['$ref'])?.[1] : undefined;
    if (name !== undefined) size += this.sizeOf(name, within);
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === '$defs') continue;
      const holds = KEYWORDS[keyword];
      if (holds === 'schema') size += this.size(value as Schema, within);
      else if (holds === 'schemas' || holds === 'named schemas')
        for (const one of Object.values(value as object)) size += this.size(one as Schema, within);
      if (size > MOST.nodes) return size;
    }
    return size;
  }

  private sizeOf(name: string, within: readonly string[]): number {
    const known = this.sizes.get(name);
    if (known !== undefined) return known;
    if (within.includes(name)) return MOST.nodes + 1;
    const size = this.size(this.definitions[name] as Schema, [...within, name]);
    this.sizes.set(name, size);
    return size;
  }

  private list(value: unknown, at: string, depth: number): void {
    if (!Array.isArray(value) || value.length === 0) return this.say(at, '必须是非空数组', 'must be a list of schemas');
    for (const [i, one] of value.entries()) this.schema(one, `${at}/${i}`, depth + 1);
  }

  private named(keyword: string, value: unknown, at: string, depth: number): void {
    if (!isSchema(value)) return this.say(at, '必须是对象', 'must be an object');
    for (const [name, one] of Object.entries(value)) {
      const here = `${at}/${pointerPart(name)}`;
      if (!FIELD.test(name) || name in Object.prototype)
        this.say(
          here,
          '字段名只能用字母、数字与下划线，以字母开头',
          'is no name of a field: letters, digits and _, a letter first',
        );
      if (keyword === 'properties' && depth === 1 && isSchema(one) && !isText(one['x-label']))
        this.say(`${here}/x-label`, '每个字段须有中英文名称 {zh, en}', 'every field has a label {zh, en}');
      this.schema(one, here, depth + 1);
    }
  }

  private shape(schema: Schema, at: string): void {
    const { type, $ref, $schema, pattern, format, maxLength, maxItems } = schema;
    if ($schema !== undefined && $schema !== DIALECT)
      this.say(`${at}/$schema`, `只能是 ${DIALECT}`, `can be ${DIALECT} only`);
    if ($ref !== undefined) this.reference($ref, `${at}/$ref`);
    if (type === 'object' && schema['additionalProperties'] !== false && schema['unevaluatedProperties'] !== false)
      this.say(
        `${at}/additionalProperties`,
        '必须为 false：表单之外的内容不收',
        'must be false: nothing but the form is taken',
      );
    for (const keyword of ['additionalProperties', 'unevaluatedProperties'])
      if (schema[keyword] !== undefined && schema[keyword] !== false)
        this.say(`${at}/${keyword}`, '只能是 false', 'can be false only');
    const limited =
      schema['enum'] !== undefined || schema['const'] !== undefined || format !== undefined || $ref !== undefined;
    if (type === 'string' && !limited && !within(maxLength, MOST.text))
      this.say(
        `${at}/maxLength`,
        `文本须给出最大长度，至多 ${MOST.text}`,
        `a text says how long it may be, at most ${MOST.text}`,
      );
    if (type === 'array' && !within(maxItems, MOST.items))
      this.say(
        `${at}/maxItems`,
        `数组须给出最多项数，至多 ${MOST.items}`,
        `a list says how long it may be, at most ${MOST.items}`,
      );
    if (format !== undefined && !(FORMATS as readonly unknown[]).includes(format))
      this.say(`${at}/format`, `只能是 ${FORMATS.join('、')}`, `must be one of: ${FORMATS.join(', ')}`);
    if (pattern !== undefined) this.pattern(pattern, `${at}/pattern`);
    this.labels(schema, at);
  }

  private labels({ enum: codes, 'x-labels': labels, ...hints }: Schema, at: string): void {
    for (const name of ['x-label', 'x-help'])
      if (hints[name] !== undefined && !isText(hints[name]))
        this.say(`${at}/${name}`, '应为 {zh, en}', 'must be {zh, en}');
    if (labels === undefined) return;
    if (!isSchema(labels) || !Object.values(labels).every(isText))
      return this.say(`${at}/x-labels`, '应为 代码 → {zh, en}', 'must be codes with {zh, en}');
    const missing = Array.isArray(codes) ? codes.findIndex((code) => !Object.hasOwn(labels, String(code))) : -1;
    if (missing >= 0) this.say(`${at}/enum/${missing}`, 'x-labels 中没有其名称', 'has no label in x-labels');
  }

  private reference(target: unknown, at: string): void {
    const name = typeof target === 'string' ? DEFINITION.exec(target)?.[1] : undefined;
    if (name === undefined || !Object.hasOwn(this.definitions, name))
      return this.say(at, '只能引用本表单的 #/$defs/…', 'can name a part of this form only: #/$defs/…');
    if (reaches(this.definitions, name, name)) this.say(at, '不能引用自身', 'must not lead back to itself');
  }

  /** Forms are judged by an engine that takes time in proportion to the text (RE2), and shown by engines of browsers: both must take it. */
  private pattern(pattern: unknown, at: string): void {
    if (typeof pattern !== 'string' || pattern.length > MOST.pattern)
      return this.say(
        at,
        `必须是文本，最多 ${MOST.pattern} 个字符`,
        `must be text of at most ${MOST.pattern} characters`,
      );
    try {
      new RegExp(pattern, 'u');
      if (linear(pattern).programSize() > MOST.patternSize) this.say(at, '重复次数过多', 'repeats too much');
    } catch {
      this.say(
        ...([at, '不是可用的正则表达式（RE2 与 ECMAScript 的共同部分，不含环视与反向引用）'] as const),
        'is no regular expression that may be used: what RE2 and ECMAScript have in common, without look-around and back-references',
      );
    }
  }

  private say(pointer: string, zh: string, en: string): void {
    this.findings.push(finding(pointer, zh, en));
  }
}

/** The pattern for an engine that takes time in proportion to the text. Throws what it cannot say. */
export function linear(pattern: string): RE2JS {
  return RE2JS.compile(RE2JS.translateRegExp(pattern));
}

/** Does the definition lead to `goal`, by its own references or those of others? */
function reaches(definitions: Schema, name: string, goal: string, seen = new Set<string>()): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  const next = new Set<string>();
  const parts: unknown[] = [definitions[name]];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    for (const [keyword, value] of Object.entries(part)) {
      const named = keyword === '$ref' && typeof value === 'string' ? DEFINITION.exec(value)?.[1] : undefined;
      if (named !== undefined) next.add(named);
      else if (value !== undefined) parts.push(value);
    }
  }
  return next.has(goal) || [...next].some((one) => reaches(definitions, one, goal, seen));
}

function within(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  const { zh, en } = (value ?? {}) as Record<string, unknown>;
  return [zh, en].every((text) => typeof text === 'string' && text.length > 0 && text.length <= 200);
}

function finding(pointer: string, zh: string, en: string): FieldError {
  return { pointer, zh, en };
}
