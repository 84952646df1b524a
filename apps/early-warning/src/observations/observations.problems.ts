import { defineProblem } from '#http';

export const BatchKeyReused = defineProblem({
  code: 'early-warning/batch-key-reused',
  status: 409,
  zh: '该 batchKey 已用于内容不同的批次',
  en: 'The batchKey was used for a batch with other content',
});
