import type { KnownStudent } from './catalogue.queries.js';
import type { ItemContent, KNOWN_FIELDS } from './item-content.js';

/** A field that is filled in from what is known. */
export interface Prefilled {
  field: string;
  from: keyof typeof KNOWN_FIELDS;
  value: string;
}

/** The fields of an item's form that are known of the student already. */
export function prefilledOf({ prefilled }: Pick<ItemContent, 'prefilled'>, { fields }: KnownStudent): Prefilled[] {
  return prefilled.flatMap(({ field, from }) => {
    const value = fields[from];
    return value === undefined ? [] : [{ field, from, value }];
  });
}
