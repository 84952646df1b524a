import { Injectable } from '@nestjs/common';
import { Actor, audit, requireSchool } from '#auth';
import { StudentErasedV1 } from '#contracts';
import { Database, insert, onConflict, query, queryOne, sql, type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { addDays, CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { PersonAlreadyMerged } from '../merges/merges.problems.js';
import { forgetMergesOf } from '../merges/merge.queries.js';
import { ErasureDueV1 } from './erasure-due.event.js';
import { Erasure } from './erasure.entity.js';
import { ErasurePolicy } from './erasure.policy.js';
import { ErasureDto, type ErasuresQuery, type RequestErasureDto } from './erasures.dto.js';
import { ErasureUnderWay, StillToBeKept, StudentStillActive } from './erasures.problems.js';

const DAY = 86_400_000;
const COLUMNS = sql`e.id, e.student_id AS "studentId", e.ground, e.status, e.due_at AS "dueAt", e.requested_by AS "requestedBy",
  e.cancelled_by AS "cancelledBy", e.done_at AS "doneAt", e.created_at AS "createdAt", e.version`;
const SYSTEM = Actor.system('directory');

/**
 * Erases a student's personal data (个人信息保护法 art. 47): what is sealed with the student's key cannot be read any more, and each service
 * deletes or blanks what else it has. It cannot be taken back, so it waits, and can be cancelled until then (docs/adr/0011-a-key-per-student.md).
 */
@Injectable()
export class Erasures {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly keys: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ErasuresQuery): Promise<Page<ErasureDto>> {
    requireSchool(actor, 'directory:student:erase');
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`directory.erasure e`,
        where: [anyOf(sql`e.status`, request.status), anyOf(sql`e.student_id`, request.studentId, 'uuid')],
        sorts: { createdAt: sql`e.created_at`, dueAt: sql`e.due_at` },
        defaultSort: '-createdAt',
        id: sql`e.id`,
        to: ErasureDto.from,
      }),
    );
  }

  async get(actor: Actor, id: string): Promise<ErasureDto> {
    requireSchool(actor, 'directory:student:erase');
    const erasure = await this.database.connection.findOneBy(Erasure, { id });
    if (!erasure) throw new NotFound({ what: 'erasure' });
    return ErasureDto.from(erasure);
  }

  /** Of a student who has left and whose data need not be kept. By policy it waits, or is done at once. */
  request(actor: Actor, { studentId, ground }: RequestErasureDto): Promise<ErasureDto> {
    requireSchool(actor, 'directory:student:erase');
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const { graceDays, keepDays } = (await this.policies.at(tx, ErasurePolicy, today)).value;
      const student = await studentOf(tx, studentId);
      if (!student) throw new NotFound({ pointer: '#/studentId', what: 'student' });
      if (student.mergedInto) throw new PersonAlreadyMerged({ pointer: '#/studentId' });
      if (student.active) throw new StudentStillActive({ pointer: '#/studentId' });
      if (addDays(student.inactiveSince ?? today, keepDays) > today)
        throw new StillToBeKept({ pointer: '#/studentId' });
      const dueAt = new Date(this.clock.now().getTime() + graceDays * DAY);
      const requestedBy = actor.personId ?? actor.app;
      const erasure = await onConflict(insert(tx, Erasure.of({ studentId, ground, dueAt, requestedBy })), {
        erasure_once: () => new ErasureUnderWay({ pointer: '#/studentId' }),
      });
      await audit(tx, actor, {
        action: 'directory.student.erasure-requested',
        subject: { kind: 'student', id: studentId },
      });
      if (graceDays === 0) await this.erase(tx, actor, erasure);
      else await this.timers.set(tx, { key: timerOf(erasure), at: dueAt, event: new ErasureDueV1(erasure.id) });
      return ErasureDto.from(erasure);
    });
  }

  /** Whoever may ask for an erasure may cancel one. */
  cancel(actor: Actor, id: string, expected: number): Promise<ErasureDto> {
    requireSchool(actor, 'directory:student:erase');
    return this.database.transaction(actor, async (tx) => {
      const erasure = await locked(tx, id);
      if (!erasure) throw new NotFound({ what: 'erasure' });
      erasure.cancel(actor.personId ?? actor.app);
      await update(tx, erasure, expected);
      await this.timers.cancel(tx, timerOf(erasure));
      await this.noteCancelled(tx, actor, erasure);
      return ErasureDto.from(erasure);
    });
  }

  /** The time to wait is over. Who has become a student again meanwhile is not erased. */
  async whenDue(tx: Tx, id: string): Promise<void> {
    const erasure = await locked(tx, id);
    if (erasure?.status !== 'waiting') return;
    if ((await studentOf(tx, erasure.studentId))?.active) {
      erasure.cancel(SYSTEM.app);
      await update(tx, erasure);
      await this.noteCancelled(tx, SYSTEM, erasure);
    } else await this.erase(tx, SYSTEM, erasure);
  }

  private async erase(tx: Tx, by: Actor, erasure: Erasure): Promise<void> {
    const { studentId } = erasure;
    await this.keys.drop(tx, studentId);
    // Answers kept for a retry may have the student's texts in them.
    await query(tx, sql`DELETE FROM platform.idempotency_key WHERE person_id = ${studentId}`);
    await query(tx, sql`DELETE FROM platform.own_export_part WHERE student_id = ${studentId}`);
    await query(tx, sql`DELETE FROM directory.own_export_content WHERE student_id = ${studentId}`);
    await forgetMergesOf(tx, studentId);
    erasure.complete(this.clock.now());
    await update(tx, erasure);
    await audit(tx, by, { action: 'directory.student.erased', subject: { kind: 'student', id: studentId } });
    await this.events.publish(tx, new StudentErasedV1(studentId));
  }

  private async noteCancelled(tx: Tx, by: Actor, { studentId }: Erasure): Promise<void> {
    const subject = { kind: 'student', id: studentId };
    await audit(tx, by, { action: 'directory.student.erasure-cancelled', subject });
  }
}

function timerOf({ id }: Erasure): TimerKey {
  return `directory.erasure ${id}`;
}

function locked(tx: Tx, id: string): Promise<Erasure | null> {
  return tx.findOne(Erasure, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

function studentOf(
  tx: Tx,
  id: string,
): Promise<{ active: boolean; inactiveSince: string | null; mergedInto: string | null } | undefined> {
  return queryOne(
    tx,
    sql`SELECT active, inactive_since::text AS "inactiveSince", merged_into AS "mergedInto" FROM directory.person WHERE id = ${id} AND kind = 'student' FOR SHARE`,
  );
}
