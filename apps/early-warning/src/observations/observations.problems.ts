import { defineProblem } from '#problems';

export const BatchKeyReused = defineProblem({
  code: 'early-warning/batch-key-reused',
  status: 409,
  zh: '该 batchKey 已用于内容不同的批次',
  en: 'The batchKey was used for a batch with other content',
});
export const IngestBusy = defineProblem({
  code: 'early-warning/ingest-busy',
  status: 503,
  zh: '正在处理的观测过多，本批未收下，请稍后重发',
  en: 'Too many observations are being dealt with; this batch was not taken, send it again later',
});
