import { query, sql } from '#database';
import type { Serving } from '../catalogue/serving.js';
import { visible } from './bookings.queries.js';

/** Of what can be booked so much is named; the list of it has the rest. */
const MOST = 50;

export const bookingServing: Serving = {
  path: '/affairs/v1/bookables',
  does: { zh: '选择时段预约', en: 'Book a time' },
  kinds: () => Promise.resolve(['place', 'hours']),
  openings: async (tx, { actor, today }) => {
    const bookables = await query<{ id: string; kind: string; name: string }>(
      tx,
      sql`SELECT k.id, k.kind, k.name FROM affairs.bookable k WHERE k.status = 'open' AND ${visible(actor, today)} ORDER BY k.name, k.id LIMIT ${MOST}`,
    );
    return bookables.map(({ id, kind, name }) => ({
      ...{ kinds: [kind], id, title: { zh: name, en: name }, until: null },
      ...({ method: 'GET', path: `/affairs/v1/bookables/${id}/slots`, body: null } as const),
    }));
  },
};
