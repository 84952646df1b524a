import { query, sql } from '#database';
import type { Serving } from '../catalogue/serving.js';
import { TAKEN } from './posts.service.js';

/** Of the posts so many are named; the list of them has the rest. */
const MOST = 50;

export const postServing: Serving = {
  path: '/affairs/v1/work-study-posts',
  does: { zh: '申请招聘中的岗位', en: 'Apply for a post that is open' },
  kinds: () => Promise.resolve([]),
  openings: async (tx) => {
    const posts = await query<{ id: string; title: string }>(
      tx,
      sql`SELECT p.id, p.title FROM affairs.work_study_post p WHERE p.status = 'open' AND ${TAKEN} < p.places ORDER BY p.created_at DESC, p.id LIMIT ${MOST}`,
    );
    return posts.map(({ id, title }) => ({
      ...{ kinds: [], id, title: { zh: title, en: title }, until: null },
      ...({ method: 'POST', path: `/affairs/v1/work-study-posts/${id}/applications`, body: null } as const),
    }));
  },
};
