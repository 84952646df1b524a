import { Injectable } from '@nestjs/common';
import { newId, query, send, type Sql, sql, type Tx } from '#database';
import type { Received } from '#events';
import { Policies } from '#policy';
import { holdersOf, responsibleFor } from '#roster';
import { CampusClock } from '#time';
import { DeliverySender } from './delivery-sender.service.js';
import { type Kind, KINDS, KINDS_OF } from './kinds.js';
import type { Subject } from './message.entity.js';
import { NotificationPolicy } from './notifications.policy.js';
import { offTheHour } from './quiet-hours.js';

const MINUTE_MS = 60_000;
/** Of the subjects those that a message keeps; further events are counted. */
const FIRST = sql`'$[0 to 49]'`;
/** What of an event is kept beside ids: numbers, days, and words of a closed list. */
const WORD = /^[a-z0-9_-]{1,40}$|^\d{4}-\d{2}-\d{2}$/;

/** A message as it is written. */
interface Message {
  id: string;
  personId: string;
  kind: string;
  /** The event that it began with. */
  key: string;
  digest: boolean;
  urgent: boolean;
  studentId: string | null;
  subject: Subject;
  occurredAt: Date;
  dueAt: Date;
}

/** Turns events into messages. */
@Injectable()
export class Notifier {
  constructor(
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly sender: DeliverySender,
  ) {}

  /** Writes the messages of events; none, where nobody is to be told. */
  async whenSomethingHappened(tx: Tx, events: readonly Received<object>[]): Promise<void> {
    const messages: Message[] = [];
    for (const event of events)
      for (const key of KINDS_OF.get(event.name) ?? []) {
        const kind = KINDS[key]!;
        if (kind.when && !kind.when(event.data)) continue;
        if (kind.optional && !(await this.isTold(tx, key))) continue;
        const { personIds, studentId } = await this.told(tx, kind, event.data);
        messages.push(...this.messagesOf(key, kind, event, personIds, studentId));
      }
    if (messages.length === 0) return;
    this.write(
      tx,
      messages.filter(({ digest }) => !digest),
    );
    this.add(
      tx,
      messages.filter(({ digest }) => digest),
    );
    this.sender.wakeAfter(tx);
  }

  private async isTold(tx: Tx, optional: string): Promise<boolean> {
    const { value } = await this.policies.at(tx, NotificationPolicy, this.clock.today());
    return value.optionalKinds.includes(optional);
  }

  private async told(
    tx: Tx,
    kind: Kind,
    data: object,
  ): Promise<{ personIds: readonly string[]; studentId: string | null }> {
    const told = kind.to(data);
    if ('personIds' in told) return { personIds: told.personIds, studentId: null };
    const today = this.clock.today();
    if ('holding' in told) {
      const holders = await holdersOf(tx, told.holding, today);
      return { personIds: holders.map(({ personId }) => personId), studentId: null };
    }
    const responsible = await responsibleFor(tx, [told.answeringFor], today, told.posts);
    return { personIds: responsible.map(({ personId }) => personId), studentId: told.answeringFor };
  }

  private messagesOf(
    kind: string,
    { urgent = false, windowMinutes }: Kind,
    event: Received<object>,
    persons: readonly string[],
    studentId: string | null,
  ): Message[] {
    const now = this.clock.now();
    const digest = windowMinutes !== undefined;
    const dueAt = digest ? offTheHour(new Date(now.getTime() + windowMinutes * MINUTE_MS)) : now;
    const subject = subjectOf(event.data);
    const { id: key, occurredAt } = event;
    return [...new Set(persons)].map((personId) => ({
      ...{ id: newId(), personId, kind, key, digest, urgent, subject, occurredAt, dueAt },
      // A digest is of several students: whom it is about its subjects say.
      studentId: digest ? null : studentId,
    }));
  }

  /** One message of each event. */
  private write(tx: Tx, messages: readonly Message[]): void {
    if (messages.length === 0) return;
    void send(
      tx,
      sql`INSERT INTO integration.message ${COLUMNS}
          SELECT n.id, n."personId", n.kind, n.key, n.digest, n.urgent, n."studentId", jsonb_build_array(n.subject), 1, n."occurredAt", n."dueAt"
            FROM ${given(messages)} ORDER BY n."personId", n.kind ON CONFLICT ON CONSTRAINT message_once DO NOTHING`,
    );
  }

  /** What comes in its window adds to the message that is open. */
  private add(tx: Tx, messages: readonly Message[]): void {
    if (messages.length === 0) return;
    void send(
      tx,
      sql`INSERT INTO integration.message AS m ${COLUMNS}
          SELECT min(n.id::text)::uuid, n."personId", n.kind, min(n.key), TRUE, bool_or(n.urgent), NULL,
                 jsonb_path_query_array(jsonb_agg(n.subject ORDER BY n.key), ${FIRST}), count(*), min(n."occurredAt"), min(n."dueAt")
            FROM ${given(messages)}
           WHERE NOT EXISTS (SELECT FROM integration.message m WHERE (m.person_id, m.kind, m.window_key) = (n."personId", n.kind, n.key))
           GROUP BY n."personId", n.kind ORDER BY n."personId", n.kind
          ON CONFLICT (person_id, kind) WHERE digest AND closed_at IS NULL DO UPDATE
            SET events = m.events + excluded.events, updated_at = now(), version = m.version + 1,
                subjects = jsonb_path_query_array(m.subjects || excluded.subjects, ${FIRST})`,
    );
  }

  /** Writes a message that no event of another service makes: one of its kind and key. Returns the ids of those who are told. */
  async tell(
    tx: Tx,
    told: { kind: string; key: string; personIds: readonly string[]; studentId: string | null; subject: Subject },
  ): Promise<void> {
    const now = this.clock.now();
    const personIds = [...new Set(told.personIds)].sort();
    await query(
      tx,
      sql`INSERT INTO integration.message
            (id, person_id, kind, window_key, digest, urgent, student_id, subjects, occurred_at, due_at)
          SELECT n.id, n.person_id, ${told.kind}, ${told.key}, FALSE, TRUE, ${told.studentId}::uuid,
                 ${JSON.stringify([told.subject])}::jsonb, ${now}::timestamptz, ${now}::timestamptz
            FROM unnest(${personIds.map(() => newId())}::uuid[], ${personIds}::uuid[]) AS n(id, person_id)
          ON CONFLICT ON CONSTRAINT message_once DO NOTHING`,
    );
    this.sender.wakeAfter(tx);
  }
}

const COLUMNS = sql`(id, person_id, kind, window_key, digest, urgent, student_id, subjects, events, occurred_at, due_at)`;

/** The messages as rows `n`. */
function given(messages: readonly Message[]): Sql {
  return sql`jsonb_to_recordset(${JSON.stringify(messages)}::jsonb) AS n(id uuid, "personId" uuid, kind text, key text, digest boolean,
    urgent boolean, "studentId" uuid, subject jsonb, "occurredAt" timestamptz, "dueAt" timestamptz)`;
}

/** What of an event its message keeps: its ids, numbers, days, and codes. */
function subjectOf(data: object): Subject {
  return Object.fromEntries(
    Object.entries(data).filter(
      ([key, value]) =>
        typeof value === 'number' || (typeof value === 'string' && (/Id$/.test(key) || WORD.test(value))),
    ),
  ) as Subject;
}
