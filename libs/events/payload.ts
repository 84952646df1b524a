import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, type ValidationArguments } from 'class-validator';
import type { EventClass } from '#contracts';

type Check = (payload: Record<string, unknown>) => string | undefined;

const checks = new Map<EventClass, Check>();

/**
 * The property of a payload that breaks a rule of its class, or undefined. The rules are class-validator's own and so are the
 * functions that judge them; only its executor is left out, which costs seconds where an event carries 500 facts.
 * Unknown properties pass: events only grow, and an older consumer must be able to read a newer event.
 */
export function invalidPart(eventClass: EventClass, payload: object): string | undefined {
  let check = checks.get(eventClass);
  if (!check) checks.set(eventClass, (check = checkOf(eventClass)));
  return check(payload as Record<string, unknown>);
}

/** An event of the class with the payload's properties, as a handler gets it; nested parts stay plain objects. */
export function eventOf(eventClass: EventClass, payload: object): object {
  return Object.assign(Object.create(eventClass.prototype as object) as object, payload);
}

function checkOf(eventClass: EventClass): Check {
  const storage = getMetadataStorage();
  const rules = storage.getTargetValidationMetadatas(eventClass, '', false, false);
  const byProperty = [...new Set(rules.map((rule) => rule.propertyName))].map((name) => {
    const own = rules.filter((rule) => rule.propertyName === name);
    return {
      name,
      optional: own.some((rule) => rule.type === 'conditionalValidation'),
      judges: own.flatMap((rule) => {
        if (rule.type === 'conditionalValidation') return [];
        if (rule.type === 'nestedValidation') return [nestedJudge(nestedClass(eventClass, name, rule.each), rule.each)];
        const constraint = storage.getTargetValidatorConstraints(rule.constraintCls)[0];
        if (!constraint) throw new Error(`${eventClass.name}.${name}: rule ${rule.name ?? rule.type} cannot be judged`);
        const { constraints } = rule;
        const judge = (value: unknown): boolean =>
          constraint.instance.validate(value, {
            constraints: constraints as unknown[],
            property: name,
            value,
          } as ValidationArguments) as boolean;
        return [rule.each ? (value: unknown) => Array.isArray(value) && value.every(judge) : judge];
      }),
    };
  });
  return (payload) => {
    for (const { name, optional, judges } of byProperty) {
      const value = payload[name];
      if (optional && (value === undefined || value === null)) continue;
      for (const judge of judges) if (!judge(value)) return name;
    }
    return undefined;
  };
}

function nestedJudge(type: EventClass, each: boolean): (value: unknown) => boolean {
  const judge = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && invalidPart(type, value) === undefined;
  return each ? (value) => Array.isArray(value) && value.every(judge) : judge;
}

/** The class that class-transformer makes of a nested value. */
export function nestedClass(eventClass: EventClass, field: string, each: boolean): EventClass {
  const instance = plainToInstance(eventClass, { [field]: each ? [{}] : {} }) as Record<string, unknown>;
  const value = (each ? (instance[field] as unknown[])[0] : instance[field]) as object;
  return value.constructor as EventClass;
}
