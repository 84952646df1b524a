import type { Selection } from './answers.js';
import { pathOf } from './filter.js';

/** What of each resource is asked for; names of attributes that there are not ask for nothing. `attributes` goes before `excludedAttributes`. */
export function selectionOf({
  attributes,
  excludedAttributes,
}: {
  attributes?: string | string[];
  excludedAttributes?: string | string[];
}): Selection {
  return { only: pathsOf(attributes), without: pathsOf(excludedAttributes) };
}

function pathsOf(names: string | string[] | undefined): string[] | undefined {
  if (names === undefined) return undefined;
  const list = typeof names === 'string' ? names.split(',') : names;
  return list.flatMap((name) => pathOf(name.trim()) ?? []);
}
