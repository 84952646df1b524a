import { Injectable } from '@nestjs/common';
import { Database, query, send, sql, type Tx } from '#database';
import { Policies } from '#policy';
import { addDays, CampusClock } from '#time';
import { Vault } from '#vault';
import type { Account, Outgoing } from './channels/adapter.js';
import { placeOfChannel, placeOfIdentity } from './channels/channel.entity.js';
import { ALL_KINDS } from './kinds.js';
import type { OuterChannel, Subject } from './message.entity.js';
import { withheldFor } from './messages.queries.js';
import { NextChannel } from './next-channel.service.js';
import { NotificationPolicy } from './notifications.policy.js';
import type { NotificationPreference } from './preference.entity.js';
import { offTheHour, quietUntil } from './quiet-hours.js';
import { roomAt, UNUSED, type Use, used } from './quotas.js';
import { SHIPPED, type TemplateWords } from './shipped-templates.js';
import { render } from './templates/rendering.js';

const AT_ONCE = 50;
/** An attempt is cut off long before; one that was begun longer ago died with its process. */
const LEASE_MS = 60_000;
/** A day's quota is free again after midnight, and not for all at the same moment. */
const MORNING_MS = 3_600_000;

interface Waiting {
  id: string;
  messageId: string;
  personId: string;
  channel: OuterChannel;
  attempts: number;
  kind: string;
  urgent: boolean;
  events: number;
  subjects: Subject[];
  createdAt: Date;
  withheldFor: string | null;
  name: string;
  language: NotificationPreference['language'] | null;
  quietFrom: string | null;
  quietTo: string | null;
  identityId: string | null;
  sealedAddress: Buffer | null;
  channelId: string;
  enabled: boolean;
  settings: object;
  sealedSecret: Buffer | null;
  channelVersion: number;
  words: TemplateWords | null;
  templateVersion: number | null;
}

/** A delivery that this process, and no other, is to send now. */
export interface Claimed extends Omit<Waiting, 'attempts'> {
  attempt: number;
  to: string;
  account: Account;
  link: string | null;
}

type Change = { id: string; state: 'waiting' | 'failed' | 'skipped'; dueAt: Date; problem: string | null };

/** Takes deliveries whose time has come, as far as quotas, rights and settings allow now. */
@Injectable()
export class DeliveryClaims {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly vault: Vault,
    private readonly nextChannel: NextChannel,
  ) {}

  claim(): Promise<Claimed[]> {
    const now = this.clock.now();
    return this.database.background(async (tx) => {
      // Quotas are counted and used by one process at a time.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('integration.channel_use', 0))`);
      const waiting = await this.waiting(tx, now);
      if (waiting.length === 0) return [];
      const [{ value: policy }, uses] = await Promise.all([
        this.policies.at(tx, NotificationPolicy, this.clock.dateOf(now)),
        this.usesOf(tx, waiting, now),
      ]);
      const changes: Change[] = [];
      const unusable: string[] = [];
      const claimed: Claimed[] = [];
      for (const delivery of waiting) {
        const refused = refusalOf(delivery);
        if (refused) {
          changes.push({ id: delivery.id, dueAt: now, ...refused });
          if (!delivery.withheldFor) unusable.push(delivery.id);
          continue;
        }
        const quiet = quietUntil(delivery, policy, now, this.clock.timeZone);
        if (quiet > now) {
          changes.push({ id: delivery.id, state: 'waiting', dueAt: quiet, problem: 'QUIET_HOURS' });
          continue;
        }
        const until = this.room(uses, delivery, policy, now);
        if (until > now) {
          changes.push({ id: delivery.id, state: 'waiting', dueAt: until, problem: 'QUOTA' });
          continue;
        }
        claimed.push(this.opened(delivery, policy));
      }
      this.write(tx, changes, claimed, now);
      await this.nextChannel.after(tx, unusable, now);
      return claimed;
    });
  }

  /** The words of a delivery. Throws RefusedWords. */
  outgoing(claimed: Omit<Claimed, 'account' | 'channel'>): Outgoing {
    const { id, attempt, to, link, kind, words, language, createdAt } = claimed;
    const at = this.clock.dateOf(createdAt) + ' ' + timeOf(createdAt, this.clock.timeZone);
    const said = render((words ?? SHIPPED[kind]!)[language ?? 'zh'], { ...variables(claimed), at });
    return { id, attempt, to, link, at, ...said };
  }

  private waiting(tx: Tx, now: Date): Promise<Waiting[]> {
    return query<Waiting>(
      tx,
      sql`SELECT d.id, d.message_id AS "messageId", m.person_id AS "personId", d.channel, d.attempts, m.kind, m.urgent, m.events, m.subjects,
                 m.created_at AS "createdAt", ${withheldFor(this.clock.dateOf(now))} AS "withheldFor", coalesce(p.name, '') AS name, pref.language,
                 pref.quiet_from AS "quietFrom", pref.quiet_to AS "quietTo",
                 i.id AS "identityId", i.sealed_address AS "sealedAddress",
                 c.id AS "channelId", c.enabled, c.settings, c.sealed_secret AS "sealedSecret", c.version AS "channelVersion",
                 t.words, t.number AS "templateVersion"
            FROM integration.message_delivery d JOIN integration.message m ON m.id = d.message_id
            JOIN integration.channel c ON c.key = d.channel
            LEFT JOIN integration.channel_identity i ON i.person_id = m.person_id AND i.channel = d.channel
            LEFT JOIN integration.notification_preference pref ON pref.person_id = m.person_id
            LEFT JOIN directory.published_person_v1 p ON p.id = m.person_id
            LEFT JOIN LATERAL (SELECT jsonb_build_object('zh', t.zh, 'en', t.en) AS words, t.number FROM integration.message_template t
                                WHERE t.kind = m.kind AND t.number IS NOT NULL ORDER BY t.number DESC LIMIT 1) t ON TRUE
           WHERE d.state = 'waiting' AND d.due_at <= ${now}
           ORDER BY m.urgent DESC, d.due_at LIMIT ${AT_ONCE} FOR UPDATE OF d SKIP LOCKED`,
    );
  }

  /** What was used of the channels, by channel and person. */
  private async usesOf(tx: Tx, waiting: readonly Waiting[], now: Date): Promise<Map<string, Use>> {
    const ago = (ms: number): Date => new Date(now.getTime() - ms);
    const today = this.clock.instantOf(this.clock.dateOf(now), '00:00');
    const [minute, hour] = [ago(60_000), ago(3_600_000)];
    const rows = await query<Use & { key: string }>(
      tx,
      sql`SELECT w.channel || ' ' || w.person_id AS key,
                 coalesce(a.uses, 0) AS app,
                 u.minute, u.hour, u.day, u."firstOfMinute", u."firstOfHour"
            FROM (SELECT DISTINCT * FROM unnest(${waiting.map(({ channel }) => channel)}::text[], ${waiting.map(({ personId }) => personId)}::uuid[])
                    AS w(channel, person_id)) w
            LEFT JOIN (SELECT channel, count(*)::int AS uses FROM integration.channel_use
                        WHERE channel = ANY(${waiting.map(({ channel }) => channel)}::text[]) AND at >= ${today} GROUP BY channel) a USING (channel)
            CROSS JOIN LATERAL (
              SELECT count(*) FILTER (WHERE at > ${minute})::int AS minute, count(*) FILTER (WHERE at > ${hour})::int AS hour,
                     count(*) FILTER (WHERE at >= ${today})::int AS day,
                     min(at) FILTER (WHERE at > ${minute}) AS "firstOfMinute", min(at) FILTER (WHERE at > ${hour}) AS "firstOfHour"
                FROM integration.channel_use u
               WHERE u.channel = w.channel AND u.person_id = w.person_id AND u.at > least(${hour}::timestamptz, ${today}::timestamptz)) u`,
    );
    return new Map(rows.map(({ key, ...use }) => [key, use]));
  }

  /** When there is room for one more; it is entered when that is now. */
  private room(
    uses: Map<string, Use>,
    { channel, personId }: Waiting,
    { quotas }: NotificationPolicy,
    now: Date,
  ): Date {
    const key = `${channel} ${personId}`;
    const use = uses.get(key) ?? UNUSED;
    const midnight = this.clock.instantOf(addDays(this.clock.dateOf(now), 1), '00:00');
    const tomorrow = new Date(midnight.getTime() + MORNING_MS * (7 + Math.random()));
    const until = roomAt(
      use,
      quotas.find((quota) => quota.channel === channel),
      now,
      tomorrow,
    );
    if (until > now) return until === tomorrow ? offTheHour(until) : until;
    for (const [other, of] of uses)
      if (other.startsWith(`${channel} `)) uses.set(other, other === key ? used(of, now) : { ...of, app: of.app + 1 });
    return now;
  }

  private opened({ attempts, ...delivery }: Waiting, { link }: NotificationPolicy): Claimed {
    const {
      channelId,
      settings,
      sealedSecret,
      channelVersion: version,
      identityId,
      sealedAddress,
      messageId,
    } = delivery;
    const secret = sealedSecret ? this.vault.open(placeOfChannel(channelId), sealedSecret) : '';
    return {
      ...delivery,
      attempt: attempts + 1,
      to: this.vault.open(placeOfIdentity(identityId!), sealedAddress!),
      account: { settings, secret, version },
      link: link && link.replaceAll('{id}', messageId),
    };
  }

  private write(tx: Tx, changes: readonly Change[], claimed: readonly Claimed[], now: Date): void {
    void send(
      tx,
      sql`UPDATE integration.message_delivery d SET state = s.state, due_at = s."dueAt", problem = s.problem, updated_at = now(), version = d.version + 1
            FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS s(id uuid, state text, "dueAt" timestamptz, problem text) WHERE d.id = s.id`,
    );
    const ids = claimed.map(({ id }) => id);
    void send(
      tx,
      sql`UPDATE integration.message_delivery SET attempts = attempts + 1, due_at = ${new Date(now.getTime() + LEASE_MS)}, updated_at = now(), version = version + 1
           WHERE id = ANY(${ids}::uuid[])`,
    );
    void send(
      tx,
      sql`INSERT INTO integration.channel_use (channel, person_id, at)
          SELECT channel, person_id, ${now}::timestamptz
            FROM unnest(${claimed.map(({ channel }) => channel)}::text[], ${claimed.map(({ personId }) => personId)}::uuid[]) AS u(channel, person_id)`,
    );
  }
}

/** Why a delivery is not sent, whenever it is looked at. */
function refusalOf({ withheldFor, enabled, identityId }: Waiting): Pick<Change, 'state' | 'problem'> | undefined {
  if (withheldFor) return { state: 'skipped', problem: withheldFor.toUpperCase() };
  if (!enabled) return { state: 'skipped', problem: 'CHANNEL_OFF' };
  if (!identityId) return { state: 'failed', problem: 'NO_ADDRESS' };
  return undefined;
}

/** What a message may say: what is listed for its kind, of its latest event. */
export function variables(message: {
  kind: string;
  name: string;
  events: number;
  subjects: Subject[];
}): Record<string, string | number> {
  const { kind, name, events: count, subjects } = message;
  const latest = subjects.at(-1) ?? {};
  const says = Object.keys(ALL_KINDS[kind]?.says ?? {});
  return { name, count, ...Object.fromEntries(says.map((key) => [key, latest[key] ?? ''])) };
}

/** `HH:mm:ss` on campus. */
export function timeOf(at: Date, timeZone: string): string {
  return at.toLocaleTimeString('en-GB', { timeZone });
}
