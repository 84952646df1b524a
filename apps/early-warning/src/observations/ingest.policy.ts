import { Int } from '#fields';
import { Policy } from '#policy';

/** How much is taken before senders are asked to wait. */
@Policy({ key: 'early-warning.ingest', title: { zh: '观测接收', en: 'Taking observations' } })
export class IngestPolicy {
  @Int({
    zh: '每个进程同时接收的批次数',
    en: 'Batches that a process takes at the same time',
    min: 1,
    max: 100,
    example: 6,
  })
  batchesAtATime = 6;

  @Int({
    zh: '等待汇入的观测条数上限',
    en: 'Observations that may wait to be folded',
    min: 10_000,
    max: 20_000_000,
    example: 2_000_000,
  })
  waitingRows = 2_000_000;
}

/** How long observations are kept. Day vectors have the retention of their metric. */
@Policy({ key: 'early-warning.retention', title: { zh: '观测保存期', en: 'Keeping of observations' } })
export class RetentionPolicy {
  @Int({
    zh: '原始观测保存天数：一个月的最后一天及最后一次送达都超过此天数后，该月原始观测删除，并不再接收该月的数据',
    en: 'Days that observations are kept: once the last day of a month and its last delivery are longer ago, its observations are deleted and no more are taken for it',
    min: 14,
    max: 3_660,
    example: 90,
  })
  rawDays = 90;
}
