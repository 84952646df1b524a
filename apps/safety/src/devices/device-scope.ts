import type { Actor } from '#auth';
import { type Sql, sql } from '#database';
import { unitInScope, unitTouchesScope } from '#roster';

/**
 * Predicate over a device `d`. It is kept by who answers for its building (a building head, a post over the campus, the school), and also seen
 * by who answers for students that live there; one without a building is the school's.
 */
export function reached(actor: Actor, permission: 'safety:device:read' | 'safety:device:write', today: string): Sql {
  const scope = actor.scopeOf(permission);
  return permission === 'safety:device:write'
    ? unitInScope(scope, sql`d.building_id`)
    : unitTouchesScope(scope, sql`d.building_id`, today);
}
