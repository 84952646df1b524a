import { Injectable } from '@nestjs/common';
import { ClearanceCompletedV1, ClearanceReopenedV1 } from '#contracts';
import { query, queryOne, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import type { PersonRefDto } from '#http';
import { personRef } from '#roster';
import { addDays, CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { ClearanceList } from './clearance-list.entity.js';
import { ClearanceDeferralOverV1 } from './deferral-over.event.js';
import { SignOff, type SignOffAction, type SignOffAsker, type SignOffContext } from './sign-off.entity.js';

/** What somebody may do with an entry `s` of a student, as SQL predicates. */
export interface Rights {
  visible: Sql;
  own: Sql;
  signs: Sql;
  defers: Sql;
}

/** An entry of a student with all that matters to who changes it. */
export interface Loaded {
  signOff: SignOff;
  student: PersonRefDto;
  by: SignOffAsker;
  context: SignOffContext;
  /** Did it block when it was loaded? */
  blocked: boolean;
}

export interface Step {
  loaded: Loaded;
  action: SignOffAction | 'deferral_over';
  by: string;
}

interface Row extends SignOffAsker {
  id: string;
  clearanceId: string;
  student: PersonRefDto;
}

/** Reads and writes entries of students, many at a time. Of one clearance one change at a time. */
@Injectable()
export class SignOffStore {
  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** The entries that may be seen, by id. `lock`: they stay as they are until `tx` ends, others of the same clearances too. */
  async load(
    tx: Tx,
    ids: readonly string[],
    { visible, own, signs, defers }: Rights,
    lock: boolean,
  ): Promise<Map<string, Loaded>> {
    const rows = await query<Row>(
      tx,
      sql`SELECT s.id, s.clearance_id AS "clearanceId", ${own} AS own, ${signs} AS signs, ${defers} AS defers, ${personRef(sql`s.student_id`)} AS student
            FROM affairs.clearance_sign_off s JOIN affairs.clearance c ON c.id = s.clearance_id
           WHERE s.id = ANY(${ids}::uuid[]) AND ${visible} ORDER BY c.id ${lock ? sql`FOR UPDATE OF c` : sql``}`,
    );
    // After the lock: what was changed meanwhile is seen.
    const all = await signOffsOf(tx, [...new Set(rows.map((row) => row.clearanceId))]);
    const lists = await listsOf(tx, [...new Set(all.map(({ listId }) => listId))]);
    const [byId, listById] = [new Map(all.map((one) => [one.id, one])), new Map(lists.map((one) => [one.id, one]))];
    const today = this.clock.today();
    return new Map(
      rows.map(({ id, clearanceId, student, own, signs, defers }) => {
        const signOff = byId.get(id)!;
        const list = listById.get(signOff.listId)!;
        const entry = list.entry(signOff.entry);
        const context = {
          ...{ list, entry, today },
          // Asked when it matters: an earlier row of the same request may have cleared one of them.
          get first() {
            const open = all.filter(
              (one) => one.clearanceId === clearanceId && entry.after.includes(one.entry) && one.isOpen(),
            );
            return open.map((one) => list.entry(one.entry));
          },
        };
        const blocked = signOff.blocking && signOff.isOpen();
        return [id, { signOff, student, by: { own, signs, defers }, context, blocked }];
      }),
    );
  }

  /**
   * Writes entries that `load` has locked, each once, with a step of their history; whose clearance is complete by that, or no more, is told.
   * Throws StaleVersionError where one was changed without its lock.
   */
  async write(tx: Tx, steps: readonly Step[]): Promise<void> {
    if (steps.length === 0) return;
    const signOffs = steps.map(({ loaded }) => loaded.signOff);
    for (const signOff of signOffs) await this.students.sealFields(tx, signOff);
    const at = this.clock.now();
    const given = steps.map(({ loaded, action, by }) => ({ ...plain(loaded.signOff), action, by }));
    const changed = await queryOne<{ n: number }>(
      tx,
      sql`WITH given AS (
            SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS r(id uuid, version int, state text, reason bytea, evidence bytea,
              "evidenceAt" timestamptz, "deferralAskedAt" timestamptz, "deferredUntil" date, "decidedBy" text, "decidedAt" timestamptz,
              action text, by text)
          ), changed AS (
            UPDATE affairs.clearance_sign_off s
               SET state = g.state, reason = g.reason, evidence = g.evidence, evidence_at = g."evidenceAt",
                   deferral_asked_at = g."deferralAskedAt", deferred_until = g."deferredUntil", decided_by = g."decidedBy",
                   decided_at = g."decidedAt", version = s.version + 1, updated_at = now()
              FROM given g WHERE s.id = g.id AND s.version = g.version RETURNING s.id
          ), step AS (
            INSERT INTO affairs.clearance_step (sign_off_id, action, state, done_by, done_at)
            SELECT id, action, state, by, ${at} FROM given
          )
          SELECT count(*)::int AS n FROM changed`,
    );
    if (changed!.n !== steps.length) throw new StaleVersionError();
    for (const signOff of signOffs) signOff.version++;
    await this.wake(tx, signOffs);
    await this.tell(tx, steps);
  }

  /** Whose clearance has become complete by these steps, or is so no more: what blocks now, less what the steps have changed, blocked before. */
  private async tell(tx: Tx, steps: readonly Step[]): Promise<void> {
    const changes = new Map<string, number>();
    for (const { loaded } of steps) {
      const { clearanceId, blocking } = loaded.signOff;
      const change = Number(blocking && loaded.signOff.isOpen()) - Number(loaded.blocked);
      changes.set(clearanceId, (changes.get(clearanceId) ?? 0) + change);
    }
    const ids = [...changes].flatMap(([id, change]) => (change === 0 ? [] : [id]));
    if (ids.length === 0) return;
    const rows = await query<{ id: string; listId: string; studentId: string; version: number; openBlocking: number }>(
      tx,
      sql`SELECT id, list_id AS "listId", student_id AS "studentId", version, open_blocking AS "openBlocking"
            FROM affairs.clearance WHERE id = ANY(${ids}::uuid[])`,
    );
    for (const { id, listId, studentId, version, openBlocking } of rows) {
      const values = { clearanceId: id, listId, studentId };
      const before = openBlocking - changes.get(id)!;
      if (openBlocking === 0) await this.events.publish(tx, new ClearanceCompletedV1(values), { id, version });
      else if (before === 0) await this.events.publish(tx, new ClearanceReopenedV1(values), { id, version });
    }
  }

  /** A deferral ends by itself on the day after its last. */
  private async wake(tx: Tx, signOffs: readonly SignOff[]): Promise<void> {
    const deferred = signOffs.filter(({ deferredUntil }) => deferredUntil !== null);
    await this.timers.setAll(
      tx,
      deferred.map(({ id, deferredUntil }) => ({
        ...{ key: keyOf(id), at: this.clock.instantOf(addDays(deferredUntil!, 1), '00:00') },
        event: new ClearanceDeferralOverV1(id),
      })),
    );
  }
}

/** Rows as entities, with few columns and often: what TypeORM would ask for takes as long as all else of a sign-off. */
async function signOffsOf(tx: Tx, clearanceIds: readonly string[]): Promise<SignOff[]> {
  const rows = await query<SignOff>(
    tx,
    sql`SELECT id, clearance_id AS "clearanceId", list_id AS "listId", student_id AS "studentId", entry, position, unit_id AS "unitId", blocking,
               state, reason, evidence, evidence_at AS "evidenceAt", deferral_asked_at AS "deferralAskedAt",
               deferred_until::text AS "deferredUntil", decided_by AS "decidedBy", decided_at AS "decidedAt", version
          FROM affairs.clearance_sign_off WHERE clearance_id = ANY(${clearanceIds}::uuid[])`,
  );
  return rows.map((row) => Object.assign(new SignOff(), row));
}

async function listsOf(tx: Tx, ids: readonly string[]): Promise<ClearanceList[]> {
  const rows = await query<ClearanceList>(
    tx,
    sql`SELECT id, kind, title, from_date::text AS "fromDate", to_date::text AS "toDate", entries, status, version
          FROM affairs.clearance_list WHERE id = ANY(${ids}::uuid[])`,
  );
  return rows.map((row) => Object.assign(new ClearanceList(), row));
}

function keyOf(id: string): TimerKey {
  return `affairs.clearance-deferral ${id}`;
}

function plain(signOff: SignOff): object {
  const { id, version, state, reason, evidence, evidenceAt, deferralAskedAt, deferredUntil, decidedBy, decidedAt } =
    signOff;
  const hex = (text: SignOff['reason']): string | null =>
    text === null ? null : `\\x${(text as Buffer).toString('hex')}`;
  return {
    ...{ id, version, state, reason: hex(reason), evidence: hex(evidence) },
    ...{ evidenceAt, deferralAskedAt, deferredUntil, decidedBy, decidedAt },
  };
}
