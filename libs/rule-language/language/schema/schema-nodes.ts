import type { Bilingual } from '#contracts';

/** A node of a JSON Schema. */
export type Schema = Record<string, unknown>;

export function labelled(zh: string, en: string, zhMore = zh, enMore = en): Schema {
  return { title: en, description: `${zhMore} / ${enMore}`, 'x-label': { zh, en } };
}

export function choice(labels: Readonly<Record<string, Bilingual>>): Schema {
  return {
    type: 'string',
    oneOf: entries(labels).map(([code, { zh, en }]) => ({ const: code, title: en, 'x-label': { zh, en } })),
  };
}

export function number(minimum: number, maximum: number, type = 'number'): Schema {
  return { type, minimum, maximum };
}

export function object(properties: Record<string, unknown>, required: string[]): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

export function parts(items: Schema, minItems: number, maxItems = 100): Schema {
  return { type: 'array', minItems, maxItems, items };
}

export function text(pattern: RegExp): Schema {
  return { type: 'string', pattern: pattern.source };
}

export function ref(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

export function entries<V>(of: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(of);
}
