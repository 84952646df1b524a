import { getMetadataStorage } from 'class-validator';
import type { EventClass } from '#contracts';
import { nestedClass } from '#events';

export interface Field {
  name: string;
  /** In words: `uuid`, `list of up to 500 PassFact`. */
  type: string;
  optional: boolean;
  /** The class of the field, or of its items. */
  of?: EventClass;
}

/** What a rule of class-validator says of a value. */
const WORDS: Record<string, (constraints: unknown[]) => string> = {
  isUuid: () => 'uuid',
  isDateString: () => 'date or instant (ISO 8601)',
  isInt: () => 'integer',
  isNumber: () => 'number',
  isBoolean: () => 'boolean',
  isString: () => 'string',
  isIn: ([values]) => (values as unknown[]).map((value) => `\`${String(value)}\``).join(', '),
  min: ([least]) => `at least ${String(least)}`,
  max: ([most]) => `at most ${String(most)}`,
  maxLength: ([most]) => `at most ${String(most)} characters`,
  arrayMinSize: ([least]) => `at least ${String(least)} items`,
  arrayMaxSize: ([most]) => `at most ${String(most)} items`,
  isArray: () => 'list',
};

/** Fields of an event's payload, in the order they are declared, as its validation rules describe them. */
export function fieldsOf(eventClass: EventClass): Field[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(eventClass, '', false, false);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  return names.map((name) => {
    const own = rules.filter(({ propertyName }) => propertyName === name);
    const nested = own.find(({ type }) => type === 'nestedValidation');
    const of = nested && nestedClass(eventClass, name, nested.each);
    const words = own.flatMap(({ name: rule, type, constraints, each }) => {
      if (type === 'nestedValidation' || type === 'conditionalValidation') return [];
      const word = WORDS[rule ?? ''];
      if (!word)
        throw new Error(`${eventClass.name}.${name}: tools/generated/event-fields.ts has no word for ${rule ?? type}`);
      return [`${each ? 'each ' : ''}${word((constraints as unknown[] | undefined) ?? [])}`];
    });
    const type = [...(of ? [nested.each ? `list of \`${of.name}\`` : `\`${of.name}\``] : []), ...words.reverse()].join(
      ', ',
    );
    return { name, type, optional: own.some((rule) => rule.type === 'conditionalValidation'), ...(of && { of }) };
  });
}
