import type { Serving } from '../catalogue/serving.js';

const PATH = '/affairs/v1/volunteering/stars';
const title = { zh: '以认定时长申请星级志愿者', en: 'Apply for volunteer stars with the hours that are confirmed' };

export const starServing: Serving = {
  path: PATH,
  does: title,
  kinds: () => Promise.resolve([]),
  openings: () =>
    Promise.resolve([{ kinds: [], id: null, title, until: null, method: 'POST', path: PATH, body: null }]),
};
