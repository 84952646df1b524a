import type { Bilingual } from '#contracts';
import { query, sql } from '#database';
import type { Serving } from '../catalogue/serving.js';
import { meantFor } from '../students.queries.js';

const PATH = '/affairs/v1/holiday-registrations';

export const holidayServing: Serving = {
  path: PATH,
  does: {
    zh: '登记节假日去向，之后报告返校',
    en: 'Register where one will be over a holiday, later report the return',
  },
  kinds: () => Promise.resolve([]),
  openings: async (tx, { studentId, today }) => {
    const rows = await query<{ id: string; title: Bilingual; until: string; registrationId: string | null }>(
      tx,
      sql`SELECT l.id, l.title, l.closes_on::text AS until, r.id AS "registrationId"
            FROM affairs.holiday_campaign l JOIN directory.published_student_v1 p ON p.id = ${studentId}
            LEFT JOIN affairs.holiday_registration r ON r.campaign_id = l.id AND r.student_id = p.id AND r.status <> 'withdrawn'
           WHERE l.status = 'open' AND (r.id IS NOT NULL OR ${today}::date BETWEEN l.opens_on AND l.closes_on AND ${meantFor(sql`l`, sql`p`, today)})
           ORDER BY l.starts_at, l.id`,
    );
    return rows.map(({ id, title, until, registrationId }) => {
      const opening = { kinds: [], id, title, until };
      return registrationId
        ? { ...opening, method: 'GET', path: `${PATH}/${registrationId}`, body: null }
        : { ...opening, method: 'POST', path: PATH, body: { campaignId: id } };
    });
  },
};
