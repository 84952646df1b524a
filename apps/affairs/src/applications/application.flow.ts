import type { Definition, Facts } from '#workflow';
import type { PublishedItem } from '../catalogue/catalogue.queries.js';
import { factsOf as fieldsOf } from '../catalogue/form.js';
import type { ItemContent } from '../catalogue/item-content.js';

/** What the keys of all flows of items begin with. */
export const APPLICATION_FLOWS = 'affairs.item-';

/** The decisions on an application for an item; undefined where nobody decides: it is done at once. */
export function applicationFlow({ code, content }: PublishedItem): Definition | undefined {
  const { name, steps, standIn } = content;
  if (steps.length === 0) return undefined;
  const head = { key: `${APPLICATION_FLOWS}${code}`, name };
  return { ...head, steps, standIn, mayChange: correctable(content), urgeEveryHours: 24 };
}

/** What a return may ask to be corrected: `data.<field>`, `materials.<key>`. */
export function correctable({ form, materials }: ItemContent): string[] {
  const fields = Object.keys((form['properties'] ?? {}) as object).map((field) => `data.${field}`);
  return [...fields, ...materials.map(({ key }) => `materials.${key}`)];
}

/**
 * What the conditions of the steps look at. It is frozen in the history, which is not sealed: so a text is among it only where a condition
 * names it, and none that somebody has made up.
 */
export function factsOf({ steps }: ItemContent, data: Record<string, unknown>): Facts {
  const facts = fieldsOf({ steps }, data);
  const named = new Set(
    steps.flatMap(({ when }) => when.flatMap(({ fact, oneOf = [] }) => oneOf.map((one) => `${fact} ${one}`))),
  );
  return Object.fromEntries(
    Object.entries(facts).filter(([fact, value]) => typeof value === 'number' || named.has(`${fact} ${value}`)),
  );
}
