import type { Definition } from '#workflow';
import type { ItemContent } from './item-content.js';

/** What the keys of the flows of all items begin with. */
export const ITEM_FLOWS = 'affairs.item-';

/** The decisions on applications to an item. Of an item without steps there is none. */
export function itemFlow(code: string, content: ItemContent): Definition {
  const { name, steps, standIn } = content;
  return { key: `${ITEM_FLOWS}${code}`, name, steps, standIn, mayChange: correctable(content), urgeEveryHours: 24 };
}

/** What a return may ask to be corrected: `data.<field>`, `materials.<key>`. */
function correctable({ form, materials }: ItemContent): string[] {
  const fields = Object.keys((form['properties'] ?? {}) as object).map((field) => `data.${field}`);
  return [...fields, ...materials.map(({ key }) => `materials.${key}`)];
}
