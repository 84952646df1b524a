import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, type ValidatorOptions, validateSync } from 'class-validator';
import { QUERY } from './fields.js';
import { dirty, pointerPart } from './json-body.js';
import { type FieldError, Invalid } from './problems.js';
import { decode } from './rules.js';
import { isCleanText } from './text-hygiene.js';

const MAX_ERRORS = 100;
const STRICT: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
};
export const UNKNOWN = { zh: '未知的字段', en: 'is not a known property' };
const BUILT_IN = new Set<unknown>([Object, Array, String, Number, Boolean, Date, Buffer]);

/**
 * Checks every body, query and path parameter against its class of fields (fields.ts) and makes an instance of it.
 * Unknown properties are refused, nothing is converted but the texts of a query. Throws Invalid (400) with a pointer per error.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    if (type !== 'body') refuseDirtyParts(value, type, data);
    if (!metatype || BUILT_IN.has(metatype)) return value;
    const given = value === undefined ? {} : value;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new Invalid({ errors: [{ pointer: '#', zh: '必须是对象', en: 'must be an object' }] });
    }
    const options = type === 'query' ? { groups: [QUERY] } : {};
    const instance = plainToInstance(metatype as new () => object, given, options);
    const errors = validateSync(instance, STRICT);
    if (errors.length > 0) throw new Invalid({ errors: fieldErrors(errors, type) });
    return instance;
  }
}

/**
 * The same check for an object that a use case has made itself, e.g. of a class that is known only at run time.
 * Throws Invalid (400); `at` is where the object stands in the body, such as `#/value`.
 */
export function validateValue(instance: object, at = '#'): void {
  const errors = fieldErrors(validateSync(instance, STRICT), 'body');
  if (errors.length === 0) return;
  throw new Invalid({ errors: errors.map((error) => ({ ...error, pointer: at + error.pointer.slice(1) })) });
}

function refuseDirtyParts(value: unknown, type: 'query' | 'param', name: string | undefined): void {
  const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [[name ?? '', value] as const];
  for (const [key, part] of parts) {
    const pointer = (type === 'query' ? '?' : ':') + pointerPart(key);
    // class-transformer would drop such a key without a word.
    if (key in Object.prototype) throw new Invalid({ errors: [{ pointer, ...UNKNOWN }] });
    if (type === 'query' && Array.isArray(part) && name !== undefined) {
      throw new Invalid({ errors: [{ pointer, zh: '只能出现一次', en: 'must be given once' }] });
    }
    for (const one of Array.isArray(part) ? (part as unknown[]) : [part]) {
      if (!isCleanText(key) || (typeof one === 'string' && !isCleanText(one))) throw dirty(pointer);
    }
  }
}

/** The errors of class-validator as one flat list. */
function fieldErrors(errors: ValidationError[], type: 'body' | 'query' | 'param'): FieldError[] {
  const found: FieldError[] = [];
  const visit = (list: ValidationError[], path: string): void => {
    for (const error of list) {
      const here = `${path}/${pointerPart(error.property)}`;
      for (const [name, message] of Object.entries(error.constraints ?? {})) {
        if (found.length >= MAX_ERRORS) return;
        found.push(textOf(name, message, here, type));
      }
      visit(error.children ?? [], here);
    }
  };
  visit(errors, '');
  return found;
}

function textOf(name: string, message: string, path: string, type: 'body' | 'query' | 'param'): FieldError {
  if (name === 'whitelistValidation') {
    return { pointer: pointerOf(path, type), ...UNKNOWN };
  }
  if (name === 'nestedValidation') return { pointer: pointerOf(path, type), zh: '必须是对象', en: 'must be an object' };
  const { zh, en, at } = decode(message);
  return { pointer: pointerOf(type === 'body' ? path + (at ?? '') : path, type), zh, en };
}

function pointerOf(path: string, type: 'body' | 'query' | 'param'): string {
  return type === 'body' ? `#${path}` : `${type === 'query' ? '?' : ':'}${path.slice(1)}`;
}
