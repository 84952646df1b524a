import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { Files, type OpenFile } from '#files';
import { Throttle } from '#http';
import { Policies } from '#policy';
import { TooManyRequests } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { codeOf, grouped, newCode } from '#documents';
import { TicketCases } from './ticket-cases.service.js';
import type { ActByCodeDto, AttachmentByCodeDto, ReportAnonymouslyDto } from './ticket-forms.dto.js';
import type { Ticket } from './ticket.entity.js';
import { type AnonymousTicketDto, SentAnonymouslyDto } from './tickets.dto.js';
import { attachmentsOf } from './tickets.files.js';
import { TicketPolicy } from './tickets.policy.js';
import { AnonymousNotAsPerson, AnonymousTicketsOff, TicketCodeUnknown } from './tickets.problems.js';
import { lockTicket } from './tickets.queries.js';
import { Tickets } from './tickets.service.js';

const HOUR_SECONDS = 3_600;

/**
 * Tickets of senders whom nobody knows. An app sends them with a token of its own: one that names a person is refused, so that who it is
 * never comes here. Whoever has the code has the ticket; of the code a keyed hash is stored. No answer of it is kept for an Idempotency-Key,
 * as the code would lie in it: what is sent twice is there twice.
 */
@Injectable()
export class AnonymousTickets {
  private readonly wrongCodes = new Throttle();

  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly tickets: Tickets,
    private readonly cases: TicketCases,
    private readonly files: Files,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  report(actor: Actor, body: ReportAnonymouslyDto): Promise<SentAnonymouslyDto> {
    mustBeApp(actor);
    return this.database.transaction(null, async (tx) => {
      const policy = await this.policies.at(tx, TicketPolicy, this.clock.today());
      const ticket = await this.tickets.make(tx, null, policy, { ...body, contact: null });
      const kind = policy.value.kinds.find(({ key }) => key === ticket.kind)!;
      if (!policy.value.anonymous || !kind.anonymous) throw new AnonymousTicketsOff({ pointer: '#/kind' });
      await this.mustBeFew(tx, policy.value.anonymousPerDay);
      const code = newCode();
      ticket.codeHash = this.hashOf(code);
      await this.cases.begin(tx, actor, ticket, await this.cases.termsOf(tx, ticket), body.attachments);
      const shown = await this.cases.anonymousOf(tx, ticket);
      return Object.assign(new SentAnonymouslyDto(), { code: grouped(code), ticket: shown });
    });
  }

  /** `from`: the address that asks. After ten wrong codes in a minute it is refused, whatever it asks (429). */
  open(actor: Actor, code: string, from: string): Promise<AnonymousTicketDto> {
    mustBeApp(actor);
    return this.withCode(code, from, (tx, ticket) => this.cases.anonymousOf(tx, ticket));
  }

  /** An attachment of the ticket, for whoever has its code. Throws NotFound for a file of anything else. */
  async attachment(actor: Actor, { code, fileId }: AttachmentByCodeDto, from: string): Promise<OpenFile> {
    mustBeApp(actor);
    const subject = await this.withCode(code, from, (_, ticket) => Promise.resolve(attachmentsOf(ticket)));
    return this.files.openOf(actor, subject, fileId);
  }

  act(actor: Actor, { code, action: act, text, rating }: ActByCodeDto, from: string): Promise<AnonymousTicketDto> {
    mustBeApp(actor);
    return this.withCode(code, from, async (tx, ticket) => {
      const around = await this.cases.surroundingsOf(tx, ticket);
      this.cases.mustOffer(ticket, act, { own: true, handles: false }, around);
      await this.cases.hear(tx, { app: actor.app }, ticket, { act, text: text ?? null, rating }, around.terms);
      return this.cases.anonymousOf(tx, ticket);
    });
  }

  private async withCode<T>(typed: string, from: string, fn: (tx: Tx, ticket: Ticket) => Promise<T>): Promise<T> {
    const wait = this.wrongCodes.waitFor(from);
    if (wait > 0) throw new TooManyRequests({ retryAfter: wait });
    const code = codeOf(typed);
    return this.database.transaction(null, async (tx) => {
      const row =
        code === undefined
          ? undefined
          : await queryOne<{ id: string }>(
              tx,
              sql`SELECT id FROM affairs.ticket WHERE code_hash = ${this.hashOf(code)}`,
            );
      if (!row) {
        this.wrongCodes.fail(from);
        throw new TicketCodeUnknown({ pointer: '#/code' });
      }
      return fn(tx, await lockTicket(tx, row.id, sql`TRUE`));
    });
  }

  /** Nobody can be asked to stop: what may come in a day is limited for all together. */
  private async mustBeFew(tx: Tx, most: number): Promise<void> {
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended('affairs.ticket anonymous', 0))`);
    const since = this.clock.instantOf(this.clock.today(), '00:00');
    const row = await queryOne<{ n: number }>(
      tx,
      sql`SELECT count(*)::int AS n FROM affairs.ticket WHERE anonymous AND reported_at >= ${since}`,
    );
    if (row!.n >= most) throw new TooManyRequests({ retryAfter: HOUR_SECONDS });
  }

  private hashOf(code: string): string {
    return this.vault.digest('affairs ticket code', code);
  }
}

function mustBeApp({ personId }: Actor): void {
  if (personId !== undefined) throw new AnonymousNotAsPerson();
}
