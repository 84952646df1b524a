import { getMetadataStorage, type ValidationError, type ValidatorOptions, validateSync } from 'class-validator';
import { type FieldError, Invalid, pointerPart } from '#problems';
import { decode } from './rules.js';

/** Where a checked object came from; it decides how pointers are written (FieldError). */
export type Place = 'body' | 'query' | 'param';

const MAX_ERRORS = 100;
const STRICT: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
};
/**
 * For each object class-validator looks through all classes of the process for those that the object's class extends: a check would cost
 * more with every class that anybody adds. What it finds stays the same, as the rules of a class are complete when it is declared.
 */
const storage = getMetadataStorage();
const look = storage.getTargetValidationMetadatas.bind(storage);
const rulesOf = new Map<Parameters<typeof look>[0], ReturnType<typeof look>>();
storage.getTargetValidationMetadatas = (target, schema, always, strictGroups, groups) => {
  if (schema || always || strictGroups || groups?.length) return look(target, schema, always, strictGroups, groups);
  const known = rulesOf.get(target);
  if (known) return known;
  const found = look(target, schema, always, strictGroups, groups);
  rulesOf.set(target, found);
  return found;
};

export const UNKNOWN = { zh: '未知的字段', en: 'is not a known property' };

/** What is wrong with an instance of a class of fields; unknown properties are. Empty when it is right. */
export function fieldErrors(instance: object, place: Place): FieldError[] {
  const found: FieldError[] = [];
  const visit = (list: ValidationError[], path: string): void => {
    for (const error of list) {
      const here = `${path}/${pointerPart(error.property)}`;
      for (const [name, message] of Object.entries(error.constraints ?? {})) {
        if (found.length >= MAX_ERRORS) return;
        found.push(textOf(name, message, here, place));
      }
      visit(error.children ?? [], here);
    }
  };
  visit(validateSync(instance, STRICT), '');
  return found;
}

/**
 * Checks an object that a use case has made itself, e.g. of a class that is known only at run time.
 * Throws Invalid (400); `at` is where the object stands in the body, such as `#/value`.
 */
export function validateValue(instance: object, at = '#'): void {
  const errors = fieldErrors(instance, 'body');
  if (errors.length === 0) return;
  throw new Invalid({ errors: errors.map((error) => ({ ...error, pointer: at + error.pointer.slice(1) })) });
}

function textOf(name: string, message: string, path: string, place: Place): FieldError {
  if (name === 'whitelistValidation') return { pointer: pointerOf(path, place), ...UNKNOWN };
  if (name === 'nestedValidation')
    return { pointer: pointerOf(path, place), zh: '必须是对象', en: 'must be an object' };
  const { zh, en, at } = decode(message);
  return { pointer: pointerOf(place === 'body' ? path + (at ?? '') : path, place), zh, en };
}

function pointerOf(path: string, place: Place): string {
  return place === 'body' ? `#${path}` : `${place === 'query' ? '?' : ':'}${path.slice(1)}`;
}
