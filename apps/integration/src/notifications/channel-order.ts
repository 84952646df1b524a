import { sql } from '#database';
import { KINDS } from './kinds.js';
import type { OuterChannel } from './message.entity.js';
import type { NotificationPolicy } from './notifications.policy.js';

const ALL: readonly OuterChannel[] = ['wecom', 'dingtalk', 'email'];

/** A message, as far as its channels depend on it. */
export interface Addressed {
  kind: string;
  urgent: boolean;
  /** Channels that are on, know the person, and have not been tried for it. */
  reachable: OuterChannel[];
  /** Of the person for this kind; null: they said nothing. */
  chosen: OuterChannel[] | null;
}

/** SQL: `reachable` of message `m`. */
export const REACHABLE = sql`coalesce((SELECT json_agg(c.key) FROM integration.channel_identity i JOIN integration.channel c ON c.key = i.channel
   WHERE i.person_id = m.person_id AND c.enabled
     AND NOT EXISTS (SELECT FROM integration.message_delivery t WHERE t.message_id = m.id AND t.channel = c.key)), '[]')`;
/** SQL: `chosen`, of preference `p`. */
export const PREFERRED = sql`p.kinds -> m.kind`;

/** Where a message goes next. Of an urgent one all channels, whatever its person chose; of another the first of those that are for it. */
export function nextOf(
  { kind, urgent, reachable, chosen }: Addressed,
  { channels }: NotificationPolicy,
): OuterChannel[] {
  if (urgent) return ALL.filter((channel) => reachable.includes(channel));
  const wanted = chosen ?? channels.find((row) => row.kind === kind)?.channels ?? KINDS[kind]?.channels ?? [];
  return wanted.filter((channel) => reachable.includes(channel)).slice(0, 1);
}
