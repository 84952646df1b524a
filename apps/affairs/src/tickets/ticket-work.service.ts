import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, queryOne, sql, StaleVersionError, type Tx } from '#database';
import { rowByRow } from '#http';
import { CampusClock } from '#time';
import { TicketCases } from './ticket-cases.service.js';
import type { TicketAct } from './ticket-action.entity.js';
import type { Surroundings } from './ticket-offers.js';
import {
  type AnswerTicketDto,
  type AssignManyDto,
  AssignmentResultsDto,
  type DispatchTicketDto,
  type TicketMessageDto,
} from './ticket-forms.dto.js';
import { type Ticket, UNDER_WAY } from './ticket.entity.js';
import type { TicketDetailDto } from './tickets.dto.js';
import { TicketMergeWrong, TicketTakeIsPersonal, TicketUnitWrong } from './tickets.problems.js';
import { lockFollowers, lockTicket, mustBeQueue, mustHandle, visible } from './tickets.queries.js';

/** How departments deal with the tickets in their queues. What is in another's queue does not exist for them (404). */
@Injectable()
export class TicketWork {
  constructor(
    private readonly database: Database,
    private readonly cases: TicketCases,
    private readonly clock: CampusClock,
  ) {}

  /** Whoever comes first; it asks for no version, as who comes second is to hear that it is taken. */
  take(actor: Actor, id: string): Promise<TicketDetailDto> {
    const { personId } = actor;
    if (!personId) throw new TicketTakeIsPersonal();
    return this.act(actor, id, undefined, 'take', async (tx, ticket) => {
      ticket.assign(personId);
      await this.cases.log(tx, ticket, 'take', actor, { assigneeId: personId });
    });
  }

  release(actor: Actor, id: string, expected: number): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'release', async (tx, ticket) => {
      ticket.assign(null);
      await this.cases.log(tx, ticket, 'release', actor);
    });
  }

  assign(actor: Actor, id: string, expected: number, personId: string): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'assign', (tx, ticket) =>
      this.give(tx, actor, ticket, personId, '#/personId'),
    );
  }

  /** Many at once, each by itself: a row that cannot be assigned says why and changes nothing, the others are done. */
  assignMany(actor: Actor, { rows }: AssignManyDto): Promise<AssignmentResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, ({ id, version, personId }, i) =>
        this.actOne(tx, actor, id, version, 'assign', (ticket) =>
          this.give(tx, actor, ticket, personId, `#/rows/${i}/personId`),
        ),
      );
      return Object.assign(new AssignmentResultsDto(), { results });
    });
  }

  /** Says or asks something; whoever sent in the same hears it too. */
  answer(actor: Actor, id: string, expected: number, body: AnswerTicketDto): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'answer', async (tx, ticket, { terms }) => {
      this.own(actor, ticket);
      ticket.answer(body.asks, terms, this.clock.now());
      await this.cases.attach(tx, actor, ticket, body.attachments);
      await this.cases.log(tx, ticket, 'answer', actor, { text: body.text });
      for (const follower of await lockFollowers(tx, ticket.id, 'merged')) {
        follower.answeredAt ??= this.clock.now();
        await this.cases.store(tx, follower, terms);
        await this.cases.log(tx, follower, 'answer', actor, { text: body.text });
      }
    });
  }

  /** Says what was done: each sender is asked whether it is. */
  finish(actor: Actor, id: string, expected: number, body: TicketMessageDto): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'done', async (tx, ticket) => {
      this.own(actor, ticket);
      await this.cases.attach(tx, actor, ticket, body.attachments);
      const followers = await lockFollowers(tx, ticket.id, 'merged');
      for (const one of [ticket, ...followers]) {
        one.finish(this.clock.now());
        if (one !== ticket) await this.cases.store(tx, one, await this.cases.termsOf(tx, one));
        await this.cases.log(tx, one, 'done', actor, { text: body.text });
      }
    });
  }

  /** It is not done after all; what followed it follows it again. */
  takeDoneBack(actor: Actor, id: string, expected: number, text: string): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'not-done', async (tx, ticket, { terms }) => {
      const now = this.clock.now();
      for (const follower of await lockFollowers(tx, ticket.id, 'done')) {
        follower.takeDoneBack(await this.cases.termsOf(tx, follower), now);
        follower.follow(ticket, now);
        await this.cases.store(tx, follower, terms);
        await this.cases.log(tx, follower, 'not-done', actor, { text });
      }
      ticket.takeDoneBack(terms, now);
      await this.cases.log(tx, ticket, 'not-done', actor, { text });
    });
  }

  dispatch(
    actor: Actor,
    id: string,
    expected: number,
    { unitId, reason }: DispatchTicketDto,
  ): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'dispatch', async (tx, ticket) => {
      if (ticket.unitId === unitId) throw new TicketUnitWrong({ pointer: '#/unitId' });
      await mustBeQueue(tx, unitId, this.clock.today());
      await this.move(tx, ticket, (one) => one.dispatch(unitId, this.clock.now()));
      await this.cases.log(tx, ticket, 'dispatch', actor, { unitId, text: reason });
    });
  }

  /** Sends it back to the desk; each department may do so once. */
  refuse(actor: Actor, id: string, expected: number, reason: string): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'refuse', async (tx, ticket, { deskId }) => {
      await this.move(tx, ticket, (one) => one.refuse(deskId, this.clock.now()));
      await this.cases.log(tx, ticket, 'refuse', actor, { unitId: deskId, text: reason });
    });
  }

  note(actor: Actor, id: string, expected: number, text: string): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'note', (tx, ticket) => this.cases.log(tx, ticket, 'note', actor, { text }));
  }

  /** From now on it follows the other one. */
  merge(actor: Actor, id: string, expected: number, mainId: string): Promise<TicketDetailDto> {
    return this.act(
      actor,
      id,
      expected,
      'merge',
      async (tx, ticket) => {
        const main = await lockTicket(tx, mainId, visible(actor), '#/mainId');
        if (main.id === ticket.id || main.unitId !== ticket.unitId || !UNDER_WAY.includes(main.status))
          throw new TicketMergeWrong({ pointer: '#/mainId' });
        ticket.follow(main, this.clock.now());
        await this.cases.log(tx, ticket, 'merge', actor);
      },
      mainId,
    );
  }

  unmerge(actor: Actor, id: string, expected: number): Promise<TicketDetailDto> {
    return this.act(actor, id, expected, 'unmerge', async (tx, ticket) => {
      ticket.leave(await lockTicket(tx, ticket.mainId!, sql`TRUE`));
      await this.cases.log(tx, ticket, 'unmerge', actor);
    });
  }

  private async give(tx: Tx, actor: Actor, ticket: Ticket, personId: string, pointer: string): Promise<void> {
    await mustHandle(tx, personId, ticket.unitId, this.clock.today(), pointer);
    ticket.assign(personId);
    await this.cases.log(tx, ticket, 'assign', actor, { assigneeId: personId });
  }

  /** Who answers what nobody has taken deals with it. */
  private own({ personId }: Actor, ticket: Ticket): void {
    if (personId && !ticket.assigneeId) ticket.assign(personId);
  }

  /** Into another queue, with what follows it. The caller saves the ticket itself. */
  private async move(tx: Tx, ticket: Ticket, how: (ticket: Ticket) => void): Promise<void> {
    how(ticket);
    for (const follower of await lockFollowers(tx, ticket.id, 'merged')) {
      follower.unitId = ticket.unitId;
      await this.cases.store(tx, follower, await this.cases.termsOf(tx, follower));
    }
  }

  private act(
    actor: Actor,
    id: string,
    expected: number | undefined,
    what: TicketAct,
    fn: (tx: Tx, ticket: Ticket, around: Surroundings) => Promise<void>,
    withId?: string,
  ): Promise<TicketDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      // Two that are locked are locked in one order, whichever of them is asked about.
      if (withId !== undefined && withId < id)
        await queryOne(tx, sql`SELECT FROM affairs.ticket WHERE id = ${withId} FOR UPDATE`);
      const ticket = await this.actOne(tx, actor, id, expected, what, (one, around) => fn(tx, one, around));
      return this.cases.detailOf(tx, actor, ticket);
    });
  }

  private async actOne(
    tx: Tx,
    actor: Actor,
    id: string,
    expected: number | undefined,
    what: TicketAct,
    fn: (ticket: Ticket, around: Surroundings) => Promise<void>,
  ): Promise<Ticket> {
    const ticket = await lockTicket(tx, id, visible(actor));
    if (expected !== undefined && ticket.version !== expected) throw new StaleVersionError();
    const around = await this.cases.surroundingsOf(tx, ticket);
    this.cases.mustOffer(ticket, what, await this.cases.askerOf(tx, actor, ticket), around);
    await fn(ticket, around);
    await this.cases.store(tx, ticket, around.terms);
    await audit(tx, actor, { action: `affairs.ticket.${what}`, subject: { kind: 'ticket', id } });
    return ticket;
  }
}
