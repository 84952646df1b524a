import { Injectable } from '@nestjs/common';
import { type Actor, audit, MissingPermission, requireSchool } from '#auth';
import { ClientApprovalEndingV1 } from '#contracts';
import { Database, queryOne, sql, type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { addDays, CampusClock } from '#time';
import { ClientInactive } from '../clients/clients.problems.js';
import { locked } from '../clients/clients.service.js';
import { refuseTokens } from '../clients/revocation.js';
import { PersonNeeded } from '../login/login.problems.js';
import { ClientApprovalDueV1 } from './client-approval-due.event.js';
import {
  type ApprovalAction,
  type ApprovalStatus,
  APPROVE,
  availableActions,
  ClientApproval,
  hindranceOf,
} from './client-approval.entity.js';
import {
  type ApprovalRow,
  type ApproveClientDto,
  ClientApprovalDto,
  type ClientApprovalsQuery,
} from './client-approvals.dto.js';
import { ClientApprovalPolicy } from './client-approvals.policy.js';
import { ClientApprovalClosed, ClientApprovalTooLong, OwnClientApproval } from './client-approvals.problems.js';

const COLUMNS = sql`a.id, a.client_ref AS "clientRef", c.client_id AS "clientId", c.name AS "clientName", a.permission, a.status,
  a.requested_by_app AS "requestedByApp", a.requested_by AS "requestedBy", a.approved_by AS "approvedBy",
  a.approved_at AS "approvedAt", a.purpose, a.ends_on::text AS "endsOn", a.ended_at AS "endedAt", a.created_at AS "createdAt", a.version`;
const FROM = sql`directory.client_approval a JOIN directory.client c ON c.id = a.client_ref`;
/** At this hour of the campus a reminder comes. */
const REMIND_AT = '09:07';

/** Sensitive permissions of apps (class 3 and 4): approved by a second person, for a purpose, until a day. */
@Injectable()
export class ClientApprovals {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ClientApprovalsQuery): Promise<Page<ClientApprovalDto>> {
    requireReader(actor);
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: FROM,
        where: [
          anyOf(sql`a.status`, request.status),
          anyOf(sql`a.client_ref`, request.clientId, 'uuid'),
          request.endsBy && sql`a.ends_on <= ${request.endsBy}`,
        ],
        sorts: { createdAt: sql`a.created_at`, endsOn: sql`COALESCE(a.ends_on, 'infinity')` },
        defaultSort: '-createdAt',
        id: sql`a.id`,
        to: (row: ApprovalRow) => ClientApprovalDto.from(row, availableActions(row, actor)),
      }),
    );
  }

  get(actor: Actor, id: string): Promise<ClientApprovalDto> {
    requireReader(actor);
    return this.database.read((tx) => this.view(tx, actor, id));
  }

  /** From now on the app may have it; asked again, its end moves. Throws OwnClientApproval (403), ClientApprovalTooLong (400). */
  approve(actor: Actor, id: string, expected: number, input: ApproveClientDto): Promise<ClientApprovalDto> {
    requireSchool(actor, APPROVE);
    return this.database.transaction(actor, async (tx) => {
      const { approval, client } = await this.found(tx, id);
      guard(approval, 'approve', actor);
      if (!client.active) throw new ClientInactive();
      const [now, today] = [this.clock.now(), this.clock.today()];
      const { longestDays, remindDays } = (await this.policies.at(tx, ClientApprovalPolicy, today)).value;
      const last = addDays(today, longestDays);
      if (input.endsOn <= today || input.endsOn > last)
        throw new ClientApprovalTooLong({ pointer: '#/endsOn', params: { last, days: longestDays } });
      approval.approve(actor.personId!, now, input);
      await update(tx, approval, expected);
      if (!client.permissions.includes(approval.permission)) {
        client.permissions.push(approval.permission);
        await update(tx, client);
      }
      await this.setTimers(tx, approval, remindDays);
      await audit(tx, actor, {
        action: 'directory.client-approval.approved',
        subject: { kind: 'client', id: client.id },
      });
      return this.view(tx, actor, id);
    });
  }

  refuse(actor: Actor, id: string, expected: number): Promise<ClientApprovalDto> {
    requireSchool(actor, APPROVE);
    return this.close(actor, id, expected, 'refuse', 'refused');
  }

  /** Within a second the app's tokens are refused, and new ones carry the rest. */
  withdraw(actor: Actor, id: string, expected: number): Promise<ClientApprovalDto> {
    return this.close(actor, id, expected, 'withdraw', 'withdrawn');
  }

  /** Its end is near: who approved it is told. Its end is there: it is over. */
  async whenDue(tx: Tx, id: string): Promise<void> {
    const { approval } = await this.found(tx, id).catch(() => ({ approval: undefined }));
    if (approval?.status !== 'approved') return;
    if (approval.endsOn! < this.clock.today()) await this.end(tx, approval, 'expired');
    else await this.events.publish(tx, new ClientApprovalEndingV1(approval.id, approval.approvedBy!));
  }

  private close(
    actor: Actor,
    id: string,
    expected: number,
    action: ApprovalAction,
    status: 'refused' | 'withdrawn',
  ): Promise<ClientApprovalDto> {
    return this.database.transaction(actor, async (tx) => {
      const { approval, client } = await this.found(tx, id);
      guard(approval, action, actor);
      await this.end(tx, approval, status, expected);
      await audit(tx, actor, {
        action: `directory.client-approval.${status}`,
        subject: { kind: 'client', id: client.id },
      });
      return this.view(tx, actor, id);
    });
  }

  private async end(
    tx: Tx,
    approval: ClientApproval,
    status: Exclude<ApprovalStatus, 'waiting' | 'approved'>,
    expected = approval.version,
  ): Promise<void> {
    const client = await locked(tx, approval.clientRef);
    approval.end(status, this.clock.now());
    await update(tx, approval, expected);
    if (!client.permissions.includes(approval.permission)) return;
    client.permissions = client.permissions.filter((permission) => permission !== approval.permission);
    await update(tx, client);
    await refuseTokens(tx, { clientId: client.clientId });
    await this.timers.cancel(tx, ...timersOf(approval));
  }

  private async setTimers(tx: Tx, approval: ClientApproval, remindDays: number): Promise<void> {
    const event = new ClientApprovalDueV1(approval.id);
    const [reminder, end] = timersOf(approval);
    const remindAt = this.clock.instantOf(addDays(approval.endsOn!, -remindDays), REMIND_AT);
    if (remindAt > this.clock.now()) await this.timers.set(tx, { key: reminder, at: remindAt, event });
    else await this.timers.cancel(tx, reminder);
    await this.timers.set(tx, { key: end, at: this.clock.instantOf(addDays(approval.endsOn!, 1), '00:00'), event });
  }

  /** The client first, as everybody who changes both locks it first. */
  private async found(tx: Tx, id: string) {
    const row = await queryOne<{ ref: string }>(
      tx,
      sql`SELECT client_ref AS ref FROM directory.client_approval WHERE id = ${id}`,
    );
    if (!row) throw new NotFound({ what: 'client-approval' });
    const client = await locked(tx, row.ref);
    return { client, approval: (await tx.findOneBy(ClientApproval, { id }))! };
  }

  private async view(tx: Tx, actor: Actor, id: string): Promise<ClientApprovalDto> {
    const row = await queryOne<ApprovalRow>(tx, sql`SELECT ${COLUMNS} FROM ${FROM} WHERE a.id = ${id}`);
    if (!row) throw new NotFound({ what: 'client-approval' });
    return ClientApprovalDto.from(row, availableActions(row, actor));
  }
}

/** Who sees registrations, or decides on approvals, over the whole school. */
function requireReader(actor: Actor): void {
  if (!actor.scopeOf('directory:client:read').school) requireSchool(actor, APPROVE);
}

function guard(approval: ClientApproval, action: ApprovalAction, actor: Actor): void {
  switch (hindranceOf(approval, action, actor)) {
    case 'not-permitted':
      throw new MissingPermission(APPROVE, true);
    case 'closed':
      throw new ClientApprovalClosed();
    case 'person-needed':
      throw new PersonNeeded();
    case 'own-request':
      throw new OwnClientApproval();
    case undefined:
  }
}

function timersOf({ id }: ClientApproval): [reminder: TimerKey, end: TimerKey] {
  return [`directory.client-approval-reminder ${id}`, `directory.client-approval-end ${id}`];
}
