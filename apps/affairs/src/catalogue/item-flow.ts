import type { Definition } from '#workflow';
import type { ItemContent } from './item-content.js';

/** The decisions on applications to an item. Of an item without steps there is none. */
export function itemFlow(code: string, { name, steps, standIn, form }: ItemContent): Definition {
  const mayChange = Object.keys((form['properties'] ?? {}) as object);
  return { key: `affairs.item-${code}`, name, steps, standIn, mayChange, urgeEveryHours: 24 };
}
