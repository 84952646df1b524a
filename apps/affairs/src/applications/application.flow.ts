import type { Definition, Facts } from '#workflow';
import type { PublishedItem } from '../catalogue/catalogue.queries.js';
import { factsOf as fieldsOf } from '../catalogue/form.js';
import type { ItemContent } from '../catalogue/item-content.js';
import { itemFlow } from '../catalogue/item-flow.js';

/** The decisions on an application for an item; undefined where nobody decides: it is done at once. */
export function applicationFlow({ code, content }: PublishedItem): Definition | undefined {
  return content.steps.length === 0 ? undefined : itemFlow(code, content);
}

/**
 * What the conditions of the steps look at. It is frozen in the history, which is not sealed: so a text is among it only where a condition
 * names it, and none that somebody has made up.
 */
export function factsOf({ steps }: ItemContent, data: Record<string, unknown>): Facts {
  const facts = fieldsOf({ steps }, data);
  const conditions = steps.flatMap(({ when }) => when);
  const named = new Set(conditions.flatMap(({ fact, oneOf = [] }) => oneOf.map((one) => `${fact} ${one}`)));
  return Object.fromEntries(
    Object.entries(facts).filter(([fact, value]) => typeof value === 'number' || named.has(`${fact} ${value}`)),
  );
}
