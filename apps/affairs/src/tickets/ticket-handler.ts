import type { TicketKind, TicketPolicy } from './tickets.policy.js';

/**
 * Code of the department that deals with a kind at a place; null: the head of the building. `path`: codes of the place and of those above
 * it, the nearest first. The nearest place with a route decides; there a route of the kind comes before one of all kinds.
 */
export function handlerOf(
  { routes }: Pick<TicketPolicy, 'routes'>,
  kind: Pick<TicketKind, 'key' | 'unit'>,
  path: readonly string[],
): string | null {
  for (const place of path) {
    const there = routes.filter((route) => route.place === place);
    const route = there.find((one) => one.kind === kind.key) ?? there.find((one) => one.kind === null);
    if (route) return route.unit;
  }
  return kind.unit;
}
