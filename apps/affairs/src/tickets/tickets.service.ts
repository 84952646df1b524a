import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, query, sql, StaleVersionError, type Tx } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies, type PolicyAt } from '#policy';
import { Invalid, NotFound } from '#problems';
import { personById, reaches } from '#roster';
import { CampusClock } from '#time';
import { type SenderWord, TicketCases } from './ticket-cases.service.js';
import type { ReportTicketDto, TicketsQuery } from './ticket-forms.dto.js';
import { Ticket } from './ticket.entity.js';
import { TicketCountDto, type TicketDetailDto, TicketDto, TicketKindDto } from './tickets.dto.js';
import { TicketPolicy } from './tickets.policy.js';
import { TicketKindUnknown, TicketNeedsPlace } from './tickets.problems.js';
import {
  atPlaces,
  columns,
  findTicket,
  lockTicket,
  overdue,
  pathOf,
  queueFor,
  sameAs,
  visible,
} from './tickets.queries.js';

const DAY = 86_400_000;
const MOST_SAME = 20;

/** Students send tickets, hear what becomes of them, and say whether it is well. */
@Injectable()
export class Tickets {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly cases: TicketCases,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: TicketsQuery): Promise<Page<TicketDto>> {
    const { status, kind, group, placeId, unitId, assigneeId, studentId, mainId, q, updatedSince } = request;
    const now = this.clock.now();
    return this.database.read(async (tx) =>
      list(tx, request, {
        select: columns(now),
        from: sql`affairs.ticket t`,
        where: [
          visible(actor),
          anyOf(sql`t.status`, status),
          anyOf(sql`t.kind`, kind),
          anyOf(sql`t.kind_group`, group),
          atPlaces(placeId),
          anyOf(sql`t.unit_id`, unitId, 'uuid'),
          anyOf(sql`t.assignee_id`, assigneeId, 'uuid'),
          // Of an anonymous one the column names nobody.
          anyOf(sql`t.student_id`, studentId, 'uuid'),
          mainId && sql`t.main_id = ${mainId}`,
          q && (await this.matching(tx, q)),
          request.mine ? sql`t.student_id = ${actor.personId ?? null}` : undefined,
          request.overdue === undefined ? undefined : sql`${overdue(now)} = ${request.overdue}`,
          request.anonymous === undefined ? undefined : sql`t.anonymous = ${request.anonymous}`,
          updatedSince && sql`t.updated_at >= ${updatedSince}`,
        ],
        sorts: { reportedAt: sql`t.reported_at`, updatedAt: sql`t.updated_at`, doneDueAt: sql`t.done_due_at` },
        defaultSort: '-reportedAt',
        id: sql`t.id`,
        to: actor.scopeOf('affairs:ticket:read').personId ? forSender(actor) : TicketDto.from,
      }),
    );
  }

  /** How many there are, by status. */
  async counts(actor: Actor): Promise<TicketCountDto[]> {
    const rows = await query<TicketCountDto>(
      this.database.connection,
      sql`SELECT t.status, count(*)::int AS count, count(*) FILTER (WHERE ${overdue(this.clock.now())})::int AS overdue,
                 count(*) FILTER (WHERE t.assignee_id = ${actor.personId ?? null}::uuid)::int AS mine
            FROM affairs.ticket t WHERE ${visible(actor)} GROUP BY 1 ORDER BY 1`,
    );
    return rows.map(TicketCountDto.from);
  }

  kinds(): Promise<TicketKindDto[]> {
    return this.database.read(async (tx) => {
      const { value } = await this.policies.at(tx, TicketPolicy, this.clock.today());
      return value.kinds.map(({ key, name, group, placeRequired, anonymous, answerHours, doneHours }) =>
        Object.assign(new TicketKindDto(), {
          ...{ key, name, placeRequired, anonymous: anonymous && value.anonymous, answerHours, doneHours },
          group: value.groups.find((one) => one.key === group),
        }),
      );
    });
  }

  /** One ticket; staff who read it are in the audit. */
  get(actor: Actor, id: string): Promise<TicketDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const ticket = await findTicket(tx, id, visible(actor));
      if (actor.personId !== ticket.studentId)
        await audit(tx, actor, { action: 'affairs.ticket.read', subject: { kind: 'ticket', id } });
      return this.cases.detailOf(tx, actor, ticket);
    });
  }

  report(actor: Actor, body: ReportTicketDto): Promise<TicketDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const studentId = await this.student(tx, actor, body.studentId ?? actor.personId);
      const policy = await this.policies.at(tx, TicketPolicy, this.clock.today());
      const ticket = await this.make(tx, studentId, policy, { ...body, contact: body.contact ?? null });
      await this.cases.begin(tx, actor, ticket, await this.cases.termsOf(tx, ticket), body.attachments);
      return this.cases.detailOf(tx, actor, ticket);
    });
  }

  /** A new ticket, in the queue it belongs to; not stored yet. */
  async make(
    tx: Tx,
    studentId: string | null,
    { value, number }: PolicyAt<TicketPolicy>,
    form: { kind: string; text: string; placeId?: string; contact: string | null },
  ): Promise<Ticket> {
    const kind = value.kinds.find(({ key }) => key === form.kind);
    if (!kind) throw new TicketKindUnknown({ pointer: '#/kind' });
    if (kind.placeRequired && form.placeId === undefined) throw new TicketNeedsPlace({ pointer: '#/placeId' });
    const path = form.placeId === undefined ? [] : await pathOf(tx, form.placeId);
    const { text, contact, placeId = null } = form;
    const values = { kind: kind.key, kindGroup: kind.group, policyVersion: number, text, contact, placeId };
    const unitId = await queueFor(tx, value, kind, path, this.clock.today());
    return Ticket.report(studentId, { ...values, unitId }, { ...value, ...kind }, this.clock.now());
  }

  /** What the sender does. */
  say(
    actor: Actor,
    id: string,
    expected: number,
    word: SenderWord,
    attachments: readonly string[] = [],
  ): Promise<TicketDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const ticket = await lockTicket(tx, id, visible(actor));
      if (ticket.version !== expected) throw new StaleVersionError();
      const around = await this.cases.surroundingsOf(tx, ticket);
      this.cases.mustOffer(ticket, word.act, await this.cases.askerOf(tx, actor, ticket), around);
      await this.cases.hear(tx, actor, ticket, word, around.terms);
      await this.cases.attach(tx, actor, ticket, attachments);
      return this.cases.detailOf(tx, actor, ticket);
    });
  }

  /** Tickets about the same, perhaps: of the same kind and place and in the same queue, of the last days. */
  same(actor: Actor, id: string): Promise<TicketDto[]> {
    return this.database.read(async (tx) => {
      const ticket = await findTicket(tx, id, visible(actor));
      const [{ value }, now] = [await this.policies.at(tx, TicketPolicy, this.clock.today()), this.clock.now()];
      const since = new Date(now.getTime() - value.sameDays * DAY);
      const rows = await query<TicketDto>(
        tx,
        sql`SELECT ${columns(now)} FROM affairs.ticket t WHERE ${sameAs(ticket, since)} AND ${visible(actor)}
             ORDER BY t.reported_at, t.id LIMIT ${MOST_SAME}`,
      );
      return rows.map(TicketDto.from);
    });
  }

  /** Predicate: the kind's name, or the name or code of the place, has it in it. */
  private async matching(tx: Tx, q: string) {
    const { value } = await this.policies.at(tx, TicketPolicy, this.clock.today());
    const asked = q.toLowerCase();
    const kinds = value.kinds.filter(({ name }) => [name.zh, name.en].some((one) => one.toLowerCase().includes(asked)));
    const part = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
    return sql`(t.kind = ANY(${kinds.map(({ key }) => key)}::text[]) OR t.place_id IN (
      SELECT u.id FROM directory.published_unit_v1 u WHERE u.name ILIKE ${part} OR u.code ILIKE ${part}))`;
  }

  /** An active student within the actor's scope, or NotFound. */
  private async student(tx: Tx, actor: Actor, studentId: string | undefined): Promise<string> {
    if (!studentId) throw new Invalid({ errors: [{ pointer: '#/studentId', zh: '必填', en: 'is required' }] });
    const person = await personById(tx, studentId);
    const scope = actor.scopeOf('affairs:ticket:report');
    if (!person?.active || person.kind !== 'student' || !(await reaches(tx, scope, person.id, this.clock.today())))
      throw new NotFound({ pointer: '#/studentId', what: 'student' });
    return person.id;
  }
}

/** Whose ticket it follows is not the sender's to know. */
function forSender({ personId }: Actor): (row: TicketDto) => TicketDto {
  return (row) => TicketDto.from(row.student?.id === personId ? { ...row, mainId: null } : row);
}
