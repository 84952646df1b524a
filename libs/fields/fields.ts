import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ValidateBy, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator';
import type { Bilingual } from '#contracts';
import * as rule from './rules.js';

/** What every field says of itself. */
export interface FieldOptions<E = unknown> extends Bilingual {
  example?: E;
  /** May be left out. */
  optional?: boolean;
  /** May be null. */
  nullable?: boolean;
  deprecated?: boolean;
}
export interface TextOptions extends FieldOptions<string> {
  /** Characters (Unicode code points). */
  min?: number;
  max?: number;
  pattern?: RegExp;
}
export interface NumberOptions extends FieldOptions<number> {
  min: number;
  max: number;
}
export interface ListOptions extends FieldOptions<unknown[]> {
  minItems?: number;
  maxItems?: number;
  /** Equal items are an error. */
  unique?: boolean;
}
type Cls = abstract new (...args: never[]) => object;
/** Codes that are allowed, with or without their labels. */
export type Codes = readonly string[] | Readonly<Record<string, Bilingual>>;

/** Conversions in this group apply to query strings, where everything arrives as text. */
export const QUERY = 'query';

const UUID_EXAMPLE = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';

/** One line of text: 1 to 200 characters unless told, no control characters. */
export const Text = (o: TextOptions): PropertyDecorator => text(o, 200, false);
/** Text of several lines: 1 to 4000 characters unless told. */
export const LongText = (o: TextOptions): PropertyDecorator => text(o, 4000, true);

function text(o: TextOptions, defaultMax: number, lines: boolean): PropertyDecorator {
  const { min = 1, max = defaultMax, pattern } = o;
  const schema = {
    type: 'string',
    minLength: min,
    maxLength: max,
    pattern: pattern?.source ?? (lines ? rule.LINES : rule.LINE),
  };
  return field(o, rule.text(min, max, pattern, lines), {
    ...schema,
    example: o.example ?? (lines ? o.zh : o.zh.slice(0, max)),
  });
}

/** A UUID (RFC 9562), e.g. the id of a row; it comes in small letters, as the database writes it. */
export const Uuid = (o: FieldOptions<string>): PropertyDecorator =>
  applyDecorators(inSmallLetters, field(o, rule.uuid, { ...rule.schemas.uuid, example: o.example ?? UUID_EXAMPLE }));

/** The same UUID is the same text: it is compared with others, and may stand in a list once. */
const inSmallLetters: PropertyDecorator = Transform(({ value }) => rule.inSmallLetters(value), { toClassOnly: true });

/** A calendar date, `YYYY-MM-DD`, that exists; in the campus time zone. */
export const DateOnly = (o: FieldOptions<string>): PropertyDecorator =>
  field(o, rule.dateOnly, { ...rule.schemas.date, example: o.example ?? '2026-09-01' });

/** An instant: RFC 3339 with an offset, `2026-09-01T07:30:00+08:00`. The value stays a string; answers may carry a Date. */
export const Instant = (o: FieldOptions<string>): PropertyDecorator =>
  field(o, rule.instant, { ...rule.schemas.instant, example: o.example ?? '2026-09-01T07:30:00+08:00' });

/** A whole number. */
export const Int = (o: NumberOptions): PropertyDecorator =>
  field(
    o,
    rule.int(o.min, o.max),
    {
      type: 'integer',
      format: Math.max(Math.abs(o.min), Math.abs(o.max)) > 2_147_483_647 ? 'int64' : 'int32',
      minimum: o.min,
      maximum: o.max,
      example: o.example ?? o.min,
    },
    rule.numberFromQuery,
  );

/** A finite number with decimals. */
export const Decimal = (o: NumberOptions): PropertyDecorator =>
  field(
    o,
    rule.decimal(o.min, o.max),
    {
      type: 'number',
      format: 'double',
      minimum: o.min,
      maximum: o.max,
      example: o.example ?? o.min,
    },
    rule.numberFromQuery,
  );

/** true or false. */
export const Flag = (o: FieldOptions<boolean>): PropertyDecorator =>
  field(o, rule.flag, { type: 'boolean', example: o.example ?? true }, rule.flagFromQuery);

/** One of a closed list of codes; labels, where given, go into the description. */
export const OneOf = (codes: Codes, o: FieldOptions<string>): PropertyDecorator => {
  const values = codesOf(codes);
  return field(
    o,
    rule.oneOf(values),
    { ...rule.codeSchema(values), example: o.example ?? values[0] },
    undefined,
    codes,
  );
};

/** An object of another class of fields. */
export const Nested = (type: () => Cls, o: FieldOptions<object>): PropertyDecorator =>
  applyDecorators(
    Type(type as never),
    ValidateNested(),
    // The function must be called `type`: @nestjs/swagger tells it from a class by its name.
    field(o, rule.object, { type: () => type(), ...(o.example !== undefined && { example: o.example }) }),
  );

/**
 * A list of at most 1000 items unless told: of objects (`ListOf(() => RowDto, …)`), of plain values
 * (`ListOf('uuid', …)`) or of codes (`ListOf(['a', 'b'], …)`). In a query: `?id=1&id=2`.
 */
export const ListOf = (of: (() => Cls) | rule.PlainKind | Codes, o: ListOptions): PropertyDecorator => {
  const { minItems = 0, maxItems = 1000, unique = false } = o;
  const limits = { minItems, maxItems, ...(unique && { uniqueItems: true }) };
  if (typeof of === 'function') {
    return applyDecorators(
      Type(of as never),
      ValidateNested({ each: true }),
      field(o, rule.list(rule.object, minItems, maxItems, unique), { type: () => [of()], ...limits }),
    );
  }
  if (typeof of === 'string') {
    const plain = rule.plain[of];
    const example = o.example ?? [plain.example];
    const check = rule.list(plain.check, minItems, maxItems, unique);
    const listed = field(
      o,
      check,
      { type: 'array', items: plain.schema, ...limits, example },
      rule.listFromQuery(plain.fromQuery),
    );
    return of === 'uuid' ? applyDecorators(inSmallLetters, listed) : listed;
  }
  const values = codesOf(of);
  const check = rule.list(rule.oneOf(values), minItems, maxItems, unique);
  const schema = { type: 'array', items: rule.codeSchema(values), ...limits, example: o.example ?? values.slice(0, 1) };
  return field(o, check, schema, rule.listFromQuery(), of);
};

/** A free JSON object: at most 16 KB unless told. */
export const Json = (o: FieldOptions<object> & { maxBytes?: number; schema?: object }): PropertyDecorator =>
  field(o, rule.json(o.maxBytes ?? 16_384), {
    ...(o.schema ?? { type: 'object', additionalProperties: true, maxProperties: 1000 }),
    example: o.example ?? {},
  });

function field(
  o: FieldOptions,
  check: rule.Check,
  schema: object,
  fromQuery?: (value: unknown) => unknown,
  codes?: Codes,
): PropertyDecorator {
  const { optional = false, nullable = false, deprecated } = o;
  const problemOf = (value: unknown) => (value === undefined || value === null ? rule.REQUIRED : check(value));
  return applyDecorators(
    ...(optional || nullable
      ? [ValidateIf((_, value) => !(optional && value === undefined) && !(nullable && value === null))]
      : []),
    ValidateBy({
      name: 'field',
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (args?: ValidationArguments) => rule.encode(problemOf(args?.value)),
      },
    }),
    ...(fromQuery ? [Transform(({ value }) => fromQuery(value), { toClassOnly: true, groups: [QUERY] })] : []),
    ApiProperty({
      ...schema,
      description: describe(o, codes),
      required: !optional,
      ...(nullable && { 'x-nullable': true }),
      ...(deprecated && { deprecated: true }),
    } as never),
  );
}

function codesOf(codes: Codes): string[] {
  return Array.isArray(codes) ? [...(codes as string[])] : Object.keys(codes);
}

function describe(o: Bilingual, codes?: Codes): string {
  const line = `${o.zh} / ${o.en}`;
  if (!codes || Array.isArray(codes)) return line;
  const labels = Object.entries(codes as Record<string, Bilingual>).map(
    ([code, l]) => `- \`${code}\`: ${l.zh} / ${l.en}`,
  );
  return [line, '', ...labels].join('\n');
}
