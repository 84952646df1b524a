import type { CollectionQuery } from './oneroster.dto.js';

const USUAL = 100;

export interface Window {
  limit: number;
  offset: number;
}

export function windowOf({ limit = USUAL, offset = 0 }: CollectionQuery): Window {
  return { limit, offset };
}

/** `Link` (RFC 8288) with next, last, first and prev, each once and where there is one; everything else of the query stays. */
export function linkOf(address: string, query: CollectionQuery, total: number): string {
  const { limit, offset } = windowOf(query);
  const last = total === 0 ? 0 : Math.floor((total - 1) / limit) * limit;
  const pages: [string, number | undefined][] = [
    ['next', offset + limit < total ? offset + limit : undefined],
    ['last', last],
    ['first', 0],
    ['prev', offset > 0 ? Math.max(0, Math.min(offset, last + limit) - limit) : undefined],
  ];
  return pages
    .filter(([, at]) => at !== undefined)
    .map(([rel, at]) => `<${address}?${queryOf({ ...query, limit, offset: at! })}>; rel="${rel}"`)
    .join(', ');
}

function queryOf(query: CollectionQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.append(name, String(value));
  return parameters.toString();
}
