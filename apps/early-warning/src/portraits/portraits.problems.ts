import { defineProblem } from '#problems';

export const PortraitWithdrawn = defineProblem({
  code: 'early-warning/portrait-withdrawn',
  status: 409,
  zh: '该周的画像已撤回',
  en: 'The portraits of the week were withdrawn before',
});
