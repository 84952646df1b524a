import type { Serving } from '../catalogue/serving.js';

const PATH = '/affairs/v1/leaves';
const title = { zh: '请假、续假与销假', en: 'Leave: ask for it, extend it, report the return' };

export const leaveServing: Serving = {
  path: PATH,
  does: title,
  kinds: () => Promise.resolve([]),
  openings: () => Promise.resolve([{ kinds: [], id: null, title, until: null, method: 'GET', path: PATH, body: null }]),
};
