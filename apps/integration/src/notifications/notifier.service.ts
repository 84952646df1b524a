import { Injectable } from '@nestjs/common';
import { newId, query, send, sql, type Tx } from '#database';
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
/** Subjects that a message keeps; further events are counted. */
const SUBJECTS = 50;
/** What of an event is kept beside ids: numbers, days, and words of a closed list. */
const WORD = /^[a-z0-9_-]{1,40}$|^\d{4}-\d{2}-\d{2}$/;

/** Turns events into messages. */
@Injectable()
export class Notifier {
  constructor(
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly sender: DeliverySender,
  ) {}

  /** Writes the messages of an event; none, where nobody is to be told. */
  async whenSomethingHappened(tx: Tx, event: Received<object>): Promise<void> {
    for (const key of KINDS_OF.get(event.name) ?? []) {
      const kind = KINDS[key]!;
      if (kind.when && !kind.when(event.data)) continue;
      if (kind.optional && !(await this.isTold(tx, key))) continue;
      const { personIds, studentId } = await this.told(tx, kind, event.data);
      await this.write(tx, key, kind, event, personIds, studentId);
    }
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

  private async write(
    tx: Tx,
    key: string,
    { urgent = false, windowMinutes }: Kind,
    event: Received<object>,
    persons: readonly string[],
    studentId: string | null,
  ): Promise<void> {
    const personIds = [...new Set(persons)].sort();
    if (personIds.length === 0) return;
    const now = this.clock.now();
    const dueAt = windowMinutes ? offTheHour(new Date(now.getTime() + windowMinutes * MINUTE_MS)) : now;
    const ids = personIds.map(() => newId());
    const digest = windowMinutes !== undefined;
    // A digest is of several students: whom it is about its subjects say.
    const rows = sql`
      SELECT n.id, n.person_id, ${key}, ${event.id}, ${digest}::boolean, ${urgent}::boolean, ${digest ? null : studentId}::uuid,
             ${JSON.stringify([subjectOf(event.data)])}::jsonb, ${event.occurredAt}::timestamptz, ${dueAt}::timestamptz
        FROM unnest(${ids}::uuid[], ${personIds}::uuid[]) AS n(id, person_id)
       WHERE NOT EXISTS (SELECT FROM integration.message m WHERE m.person_id = n.person_id AND m.kind = ${key} AND m.window_key = ${event.id})
       ORDER BY n.person_id`;
    const joins = sql`ON CONFLICT (person_id, kind) WHERE digest AND closed_at IS NULL DO UPDATE
      SET events = m.events + 1, updated_at = now(), version = m.version + 1,
          subjects = CASE WHEN jsonb_array_length(m.subjects) < ${SUBJECTS} THEN m.subjects || excluded.subjects ELSE m.subjects END`;
    void send(
      tx,
      sql`INSERT INTO integration.message AS m
            (id, person_id, kind, window_key, digest, urgent, student_id, subjects, occurred_at, due_at) ${rows} ${joins}`,
    );
    this.sender.wakeAfter(tx);
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

/** What of an event its message keeps: its ids, numbers, days, and codes. */
function subjectOf(data: object): Subject {
  return Object.fromEntries(
    Object.entries(data).filter(
      ([key, value]) =>
        typeof value === 'number' || (typeof value === 'string' && (/Id$/.test(key) || WORD.test(value))),
    ),
  ) as Subject;
}
