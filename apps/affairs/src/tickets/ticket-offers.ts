import type { Problem } from '#problems';
import type { TicketAct } from './ticket-action.entity.js';
import { after, type Ticket, type TicketStatus, type TicketTerms, UNDER_WAY } from './ticket.entity.js';
import {
  TicketHasFollowers,
  TicketNotHandled,
  TicketNotInState,
  TicketNotOwn,
  TicketRatedBefore,
  TicketRefusedBefore,
  TicketReopenTooLate,
  TicketTaken,
  TicketUrgedBefore,
} from './tickets.problems.js';

/** Who asks, as far as it matters to a ticket. */
export interface Asker {
  own: boolean;
  handles: boolean;
}

/** What else matters to it. */
export interface Surroundings {
  terms: TicketTerms;
  deskId: string;
  followers: number;
}

const HOUR = 3_600_000;

/** Why something cannot be done with a ticket now by who asks; undefined: it can. The one place that says so. */
export function refusalOf(
  ticket: Ticket,
  act: TicketAct,
  { own, handles }: Asker,
  { terms, deskId, followers }: Surroundings,
  now: Date,
): Problem | undefined {
  const state = (...allowed: readonly TicketStatus[]): Problem | undefined =>
    allowed.includes(ticket.status) ? undefined : new TicketNotInState();
  const sender = own ? undefined : new TicketNotOwn();
  const staff = handles ? undefined : new TicketNotHandled();
  switch (act) {
    case 'message':
    case 'withdraw':
      return sender ?? state(...UNDER_WAY, 'merged');
    case 'confirm':
      return sender ?? state('done');
    case 'reopen':
      return sender ?? state('done', 'closed') ?? (ticket.reopensUntil(terms)! < now ? tooLate(terms) : undefined);
    case 'rate':
      return (
        sender ??
        state('done', 'closed') ??
        (ticket.closedBy === 'withdrawn' ? new TicketNotInState() : undefined) ??
        (ticket.ratedAt ? new TicketRatedBefore() : undefined)
      );
    case 'urge':
      return sender ?? state('open', 'assigned') ?? urgedBefore(ticket, terms, now);
    case 'take':
      return staff ?? (ticket.status === 'assigned' ? new TicketTaken() : state('open'));
    case 'release':
      return staff ?? state('assigned');
    case 'assign':
    case 'answer':
    case 'done':
    case 'dispatch':
      return staff ?? state(...UNDER_WAY);
    case 'not-done':
      return staff ?? state('done') ?? (ticket.mainId ? new TicketNotInState() : undefined);
    case 'refuse': {
      const before = ticket.unitId === deskId || ticket.refusedBy.includes(ticket.unitId);
      return staff ?? state('open', 'assigned') ?? (before ? new TicketRefusedBefore() : undefined);
    }
    case 'note':
      return staff;
    case 'merge':
      return staff ?? state(...UNDER_WAY) ?? (followers > 0 ? new TicketHasFollowers() : undefined);
    case 'unmerge':
      return staff ?? state('merged');
  }
}

function tooLate({ reopenDays: days }: TicketTerms): Problem {
  return new TicketReopenTooLate({ params: { days } });
}

function urgedBefore({ urgedAt }: Ticket, { urgeHours: hours }: TicketTerms, now: Date): Problem | undefined {
  return urgedAt && now < after(urgedAt, hours * HOUR) ? new TicketUrgedBefore({ params: { hours } }) : undefined;
}
