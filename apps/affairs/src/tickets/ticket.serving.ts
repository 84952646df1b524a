import type { Serving } from '../catalogue/serving.js';
import { TicketPolicy } from './tickets.policy.js';

export const ticketServing: Serving = {
  path: '/affairs/v1/tickets',
  does: { zh: '提交工单', en: 'Send a ticket' },
  kinds: async (tx, policies, today) => {
    const { groups, kinds } = (await policies.at(tx, TicketPolicy, today)).value;
    return [...groups, ...kinds].map(({ key }) => key);
  },
  openings: async (tx, { policies, today }) => {
    const { kinds } = (await policies.at(tx, TicketPolicy, today)).value;
    return kinds.map(({ key, group, name: title }) => ({
      ...{ kinds: [key, group], id: null, title, until: null },
      ...({ method: 'POST', path: '/affairs/v1/tickets', body: { kind: key } } as const),
    }));
  },
};
