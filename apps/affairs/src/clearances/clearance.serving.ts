import type { Bilingual } from '#contracts';
import { query, sql } from '#database';
import type { Serving } from '../catalogue/serving.js';
import { CLEARANCE_KINDS } from './clearance-list.entity.js';

export const clearanceServing: Serving = {
  path: '/affairs/v1/clearances',
  does: { zh: '查看本人清单，逐项办结', en: 'See what departments clear for oneself, and hand in what they ask for' },
  kinds: () => Promise.resolve(Object.keys(CLEARANCE_KINDS)),
  openings: async (tx, { studentId }) => {
    const lists = await query<{ id: string; kind: string; title: Bilingual; until: string }>(
      tx,
      sql`SELECT c.id, l.kind, l.title, l.to_date::text AS until
            FROM affairs.clearance c JOIN affairs.clearance_list l ON l.id = c.list_id
           WHERE c.student_id = ${studentId} AND c.left_on IS NULL AND l.status = 'open' ORDER BY l.to_date, c.id`,
    );
    return lists.map(({ id, kind, title, until }) => ({
      ...{ kinds: [kind], id, title, until },
      ...({ method: 'GET', path: `/affairs/v1/clearances/${id}`, body: null } as const),
    }));
  },
};
