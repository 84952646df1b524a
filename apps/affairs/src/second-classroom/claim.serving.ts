import type { Serving } from '../catalogue/serving.js';

const PATH = '/affairs/v1/second-classroom/claims';
const title = { zh: '申报第二课堂学分', en: 'Claim credits of the second classroom' };

export const claimServing: Serving = {
  path: PATH,
  does: title,
  kinds: () => Promise.resolve([]),
  openings: () =>
    Promise.resolve([{ kinds: [], id: null, title, until: null, method: 'POST', path: PATH, body: null }]),
};
