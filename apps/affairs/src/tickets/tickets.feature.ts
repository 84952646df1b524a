import { feature } from '#service';
import { AnonymousTicketsController } from './anonymous-tickets.controller.js';
import { AnonymousTickets } from './anonymous-tickets.service.js';
import { TicketAction } from './ticket-action.entity.js';
import { TicketIndicatorsController } from './ticket-indicators.controller.js';
import { TicketIndicators } from './ticket-indicators.service.js';
import { TicketCases } from './ticket-cases.service.js';
import { TicketWorkController } from './ticket-work.controller.js';
import { TicketWork } from './ticket-work.service.js';
import { Ticket } from './ticket.entity.js';
import { TicketsController } from './tickets.controller.js';
import { TicketHandlers } from './tickets.handlers.js';
import { Tickets } from './tickets.service.js';

export const tickets = feature({
  controllers: [TicketsController, TicketWorkController, AnonymousTicketsController, TicketIndicatorsController],
  providers: [Tickets, TicketWork, AnonymousTickets, TicketCases, TicketIndicators, TicketHandlers],
  entities: [Ticket, TicketAction],
});
