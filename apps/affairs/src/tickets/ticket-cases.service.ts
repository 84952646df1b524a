import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor } from '#auth';
import { TicketClosedV1, TicketOverdueV1 } from '#contracts';
import { insert, query, queryOne, sql, type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { Files, filesOf } from '#files';
import { Policies } from '#policy';
import { Invalid, type Problem } from '#problems';
import { personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { SYSTEM } from '../leave/leave-returns.service.js';
import {
  HIDDEN,
  SENDER_ACTS,
  type SenderAct,
  TICKET_ACTIONS,
  TicketAction,
  type TicketAct,
  type TicketEvent,
  WORDS_HIDDEN,
} from './ticket-action.entity.js';
import { TicketDueV1 } from './ticket-due.event.js';
import { type Asker, refusalOf, type Surroundings } from './ticket-offers.js';
import { type ClosedBy, Ticket, type TicketTerms } from './ticket.entity.js';
import {
  AnonymousTicketDto,
  type TicketActionDto,
  TicketDetailDto,
  TicketDto,
  TicketHistoryDto,
} from './tickets.dto.js';
import { attachmentsOf } from './tickets.files.js';
import { TicketPolicy } from './tickets.policy.js';
import { columns, deskOf, handlesIn, lockFollowers, lockTicket, unitRef, whoHears } from './tickets.queries.js';

/** What is said with an action, and of whom and what it is. */
export interface Said {
  text?: string | null | undefined;
  rating?: number | undefined;
  unitId?: string;
  assigneeId?: string | null;
}

/** What the sender of a ticket does. */
export interface SenderWord {
  act: SenderAct;
  text: string | null;
  rating?: number | undefined;
}

type By = Pick<Actor, 'app'> & { personId?: string | undefined };

/** What happens to a ticket, whoever asks for it, and what is shown of it. The caller has locked it. */
@Injectable()
export class TicketCases {
  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly files: Files,
    private readonly clock: CampusClock,
  ) {}

  /** What its clock goes by: the policy that it was made under. */
  async termsOf(tx: Tx, { policyVersion, kind }: Pick<Ticket, 'policyVersion' | 'kind'>): Promise<TicketTerms> {
    const { value } = await this.policies.numbered(tx, TicketPolicy, policyVersion);
    const { answerHours, doneHours } = value.kinds.find(({ key }) => key === kind)!;
    const { schoolAfterHours, closeAfterDays, reopenDays, urgeHours } = value;
    return { answerHours, doneHours, schoolAfterHours, closeAfterDays, reopenDays, urgeHours };
  }

  async surroundingsOf(tx: Tx, ticket: Ticket): Promise<Surroundings> {
    const { value } = await this.policies.at(tx, TicketPolicy, this.clock.today());
    const row = await queryOne<{ n: number }>(
      tx,
      sql`SELECT count(*)::int AS n FROM affairs.ticket WHERE main_id = ${ticket.id} AND status = 'merged'`,
    );
    return { terms: await this.termsOf(tx, ticket), deskId: await deskOf(tx, value), followers: row!.n };
  }

  /** Students speak for themselves; an app by itself for whom it says. Nobody is known to have sent an anonymous one. */
  async askerOf(tx: Tx, actor: Actor, { studentId, unitId, anonymous }: Ticket): Promise<Asker> {
    const reports = actor.can('affairs:ticket:report') && !anonymous;
    const own = reports && (actor.personId === studentId || actor.personId === undefined);
    return { own, handles: await handlesIn(tx, actor, unitId) };
  }

  /** Throws the problem for which this cannot be done now: the one that `actions` gives as the reason. */
  mustOffer(ticket: Ticket, act: TicketAct, by: Asker, around: Surroundings): void {
    const refused = refusalOf(ticket, act, by, around, this.clock.now());
    if (refused) throw refused;
  }

  /** Stores a new ticket with what was handed in. */
  async begin(tx: Tx, actor: Actor, ticket: Ticket, terms: TicketTerms, attachments: readonly string[]): Promise<void> {
    await this.students.sealFields(tx, ticket);
    await insert(tx, ticket);
    await this.setTimer(tx, ticket, terms);
    await this.log(tx, ticket, 'report', actor, { unitId: ticket.unitId });
    await this.attach(tx, actor, ticket, attachments);
  }

  /** Writes a changed ticket, and when the clock looks at it next. */
  async store(tx: Tx, ticket: Ticket, terms: TicketTerms): Promise<void> {
    await this.students.sealFields(tx, ticket);
    await update(tx, ticket);
    await this.setTimer(tx, ticket, terms);
  }

  async log(tx: Tx, ticket: Ticket, action: TicketEvent, by: By, said: Said = {}): Promise<void> {
    const { id: ticketId, studentId } = ticket;
    const { text = null, rating = null, unitId = null, assigneeId = null } = said;
    const { app, personId = null } = by;
    const row = Object.assign(new TicketAction(), { ticketId, studentId, action, at: this.clock.now() });
    Object.assign(row, { personId, app, text, rating, unitId, assigneeId });
    await this.students.sealFields(tx, row);
    await insert(tx, row);
  }

  async attach(tx: Tx, actor: Actor, ticket: Ticket, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.files.attach(tx, actor, ids, attachmentsOf(ticket), { keepUntil: null, pointer: '#/attachments' });
  }

  /** What a sender does, whether it is known who they are or not. The caller has asked `mustOffer`, and logs nothing. */
  async hear(tx: Tx, by: By, ticket: Ticket, { act, text, rating }: SenderWord, terms: TicketTerms): Promise<void> {
    const now = this.clock.now();
    if ((act === 'message' || act === 'reopen') && text === null) throw missing('#/text');
    if (act === 'message') ticket.hear(now);
    else if (act === 'withdraw') await this.withdraw(tx, ticket);
    else if (act === 'confirm') await this.close(tx, ticket, 'sender');
    else if (act === 'reopen') ticket.reopen(terms, now);
    else if (act === 'urge') ticket.urge(now);
    else if (rating === undefined) throw missing('#/rating');
    else ticket.rate(rating, text, now);
    await this.store(tx, ticket, terms);
    await this.log(tx, ticket, act, by, { text, ...(act === 'rate' && { rating }) });
  }

  /** Does what its clock says, if it still says so. */
  async expire(tx: Tx, ticketId: string): Promise<void> {
    const ticket = await lockTicket(tx, ticketId, sql`TRUE`);
    const [terms, now] = [await this.termsOf(tx, ticket), this.clock.now()];
    const closesAt = ticket.closesAt(terms);
    if (closesAt && closesAt <= now) await this.closeInSilence(tx, ticket, ticket.studentId);
    else {
      const level = ticket.lateness(terms, now);
      if (level <= ticket.escalation) return;
      ticket.escalation = level;
      await this.tellLate(tx, ticket);
    }
    await this.store(tx, ticket, terms);
  }

  /** The sender is erased: what waits for a word of theirs ends. What a department is to do it does, whoever told of it. */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    const waiting = { studentId, status: In(['waiting', 'done']) };
    for (const { id } of await tx.find(Ticket, { where: waiting, select: { id: true }, order: { id: 'ASC' } })) {
      const ticket = await lockTicket(tx, id, sql`t.status IN ('waiting', 'done')`);
      await this.closeInSilence(tx, ticket, null);
      await this.store(tx, ticket, await this.termsOf(tx, ticket));
    }
  }

  /** The caller saves it. `tells`: the student who is told, if anybody is. */
  private async closeInSilence(tx: Tx, ticket: Ticket, tells: string | null): Promise<void> {
    await this.letGo(tx, ticket);
    await this.close(tx, ticket, 'silence', tells);
    await this.log(tx, ticket, 'close', SYSTEM);
  }

  private async tellLate(tx: Tx, ticket: Ticket): Promise<void> {
    const { id: ticketId, unitId, escalation: level, answeredAt } = ticket;
    const what = answeredAt ? 'done' : 'answer';
    const dueAt = ticket.dueAt.toISOString();
    const waitsFor = await whoHears(tx, unitId, level, this.clock.today());
    await this.events.publish(tx, new TicketOverdueV1({ ticketId, unitId, what, dueAt, level, waitsFor }), ticket);
    await this.log(tx, ticket, 'overdue', SYSTEM);
  }

  /** The caller saves it. */
  private async close(tx: Tx, ticket: Ticket, by: ClosedBy, tells: string | null = ticket.studentId): Promise<void> {
    ticket.close(by, this.clock.now());
    const { id: ticketId, kind, anonymous } = ticket;
    const event = new TicketClosedV1({ ticketId, kind, by, studentId: anonymous ? null : tells });
    await this.events.publish(tx, event, ticket);
  }

  private async withdraw(tx: Tx, ticket: Ticket): Promise<void> {
    await this.letGo(tx, ticket);
    await this.close(tx, ticket, 'withdrawn');
  }

  /** What waits with it for an answer ends neither with its withdrawal nor with the silence of its sender. */
  private async letGo(tx: Tx, ticket: Ticket): Promise<void> {
    for (const follower of await lockFollowers(tx, ticket.id, 'merged')) {
      follower.leave(ticket);
      await this.store(tx, follower, await this.termsOf(tx, follower));
      await this.log(tx, follower, 'unmerge', SYSTEM);
    }
  }

  private async setTimer(tx: Tx, ticket: Ticket, terms: TicketTerms): Promise<void> {
    const key: TimerKey = `affairs.ticket ${ticket.id}`;
    const at = ticket.wakesAt(terms);
    if (at) await this.timers.set(tx, { key, at, event: new TicketDueV1(ticket.id) });
    else await this.timers.cancel(tx, key);
  }

  /** The ticket as its own page shows it, with what the actor may do. */
  async detailOf(tx: Tx, actor: Actor, ticket: Ticket): Promise<TicketDetailDto> {
    const by = await this.askerOf(tx, actor, ticket);
    const around = await this.surroundingsOf(tx, ticket);
    const { row, texts, history } = await this.read(tx, ticket, by.handles || !by.own);
    const followers = by.handles
      ? await query<{ id: string }>(tx, sql`SELECT id FROM affairs.ticket WHERE main_id = ${ticket.id} ORDER BY id`)
      : [];
    return Object.assign(new TicketDetailDto(), {
      ...row,
      // Whose ticket it follows is not the sender's to know.
      mainId: by.handles ? row.mainId : null,
      ...texts,
      attachments: await filesOf(tx, attachmentsOf(ticket)),
      followerIds: followers.map(({ id }) => id),
      history,
      actions: this.offers(ticket, by, around, Object.keys(TICKET_ACTIONS) as TicketAct[]),
    });
  }

  /** The ticket as its anonymous sender sees it. */
  async anonymousOf(tx: Tx, ticket: Ticket): Promise<AnonymousTicketDto> {
    const by = { own: true, handles: false };
    const { row, texts, history } = await this.read(tx, ticket, false);
    const { kind, group, status, place, unit, answerDueAt, answeredAt, doneDueAt, doneAt, waitingSince } = row;
    const { overdue, reopened, rating, closedAt, closedBy, reportedAt, version } = row;
    return Object.assign(new AnonymousTicketDto(), {
      ...{ kind, group, status, place, unit, answerDueAt, answeredAt, doneDueAt, doneAt, waitingSince },
      ...{ overdue, reopened, rating, closedAt, closedBy, reportedAt, version },
      ...{ text: texts.text, ratingComment: texts.ratingComment },
      history: history.map(({ action, from, at, text, rating: given, unit: to }) => {
        return { action, from, at, text, rating: given, unit: to };
      }),
      actions: this.offers(ticket, by, await this.surroundingsOf(tx, ticket), SENDER_ACTS),
    });
  }

  private offers(ticket: Ticket, by: Asker, around: Surroundings, acts: readonly TicketAct[]): TicketActionDto[] {
    return acts.map((action) => {
      const refused = refusalOf(ticket, action, by, around, this.clock.now());
      return offered(action, refused);
    });
  }

  private async read(tx: Tx, ticket: Ticket, staff: boolean) {
    const row = await queryOne<TicketDto>(
      tx,
      sql`SELECT ${columns(this.clock.now())} FROM affairs.ticket t WHERE t.id = ${ticket.id}`,
    );
    const [opened] = await this.students.openFields(tx, [ticket]);
    const { text, contact, ratingComment } = opened!;
    return { row: row!, texts: { text, contact, ratingComment }, history: await this.historyOf(tx, ticket, staff) };
  }

  private async historyOf(tx: Tx, ticket: Ticket, staff: boolean): Promise<TicketHistoryDto[]> {
    const rows = await query<
      Pick<TicketHistoryDto, 'action' | 'at' | 'rating' | 'unit' | 'person' | 'assignee'> & Logged
    >(
      tx,
      sql`SELECT a.id, a.action, a.at, a.app, a.text, a.rating, ${unitRef(sql`a.unit_id`)} AS unit, ${personRef(sql`a.person_id`)} AS person,
                 ${personRef(sql`a.assignee_id`)} AS assignee
            FROM affairs.ticket_action a WHERE a.ticket_id = ${ticket.id} ORDER BY a.id`,
    );
    const { studentId } = ticket;
    const texts = await this.students.openFields(
      tx,
      rows.map(({ id, text }): TicketAction => Object.assign(new TicketAction(), { id, studentId, text })),
    );
    return rows.flatMap(({ action, at, app, rating, unit, person, assignee }, i) => {
      if (!staff && HIDDEN.includes(action)) return [];
      const sent = action === 'report' || (SENDER_ACTS as readonly string[]).includes(action);
      const from = app === SYSTEM.app ? 'system' : sent ? 'sender' : 'department';
      const text = staff || !WORDS_HIDDEN.includes(action) ? texts[i]!.text : null;
      const who = staff ? { person, assignee } : { person: null, assignee: null };
      return Object.assign(new TicketHistoryDto(), { action, from, at, text, rating, unit, ...who });
    });
  }
}

interface Logged {
  id: string;
  app: string;
  text: Buffer | null;
}

function missing(pointer: string): Problem {
  return new Invalid({ errors: [{ pointer, zh: '必填', en: 'is required' }] });
}
