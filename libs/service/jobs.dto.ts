import { Instant, Int, Json, Nested, OneOf, Text, Uuid } from '#fields';
import { type Job, JOB_STATES, type JobState } from './jobs.js';

class JobProgressDto {
  @Int({ zh: '已完成', en: 'Done so far', min: 0, max: 2_000_000_000, example: 1200 })
  done: number;

  @Int({ zh: '总数；0 为未知', en: 'Of so many; 0 = not known yet', min: 0, max: 2_000_000_000, example: 2000 })
  total: number;

  @Int({ zh: '出错条数', en: 'Rows with errors', min: 0, max: 2_000_000_000, example: 0 })
  failed: number;
}

/** What a 202 points to. */
export class JobDto {
  @Uuid({ zh: '任务', en: 'Job', example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  id: string;

  @Text({ zh: '种类', en: 'Kind', example: 'import' })
  kind: string;

  @OneOf(JOB_STATES, { zh: '状态', en: 'State', example: 'running' })
  status: JobState;

  @Nested(() => JobProgressDto, { zh: '进度', en: 'Progress', example: { done: 1200, total: 2000, failed: 0 } })
  progress: JobProgressDto;

  @Json({ zh: '结果', en: 'Result', nullable: true, example: { students: 2000 } })
  result: object | null;

  @Text({
    zh: '错误清单地址',
    en: 'Where the error file is',
    nullable: true,
    example: '/directory/v1/jobs/0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f/errors',
  })
  errors: string | null;

  @Text({
    zh: '错误表地址：送来的表格加一列「错误」，改正后可再次上传',
    en: 'Where the error sheet is: the table that was sent, with a column of errors; once corrected it can be sent again',
    nullable: true,
    example: '/directory/v1/imports/0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f/errors',
  })
  errorSheet: string | null;

  @Instant({ zh: '受理时间', en: 'Accepted at', example: '2026-11-21T08:00:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '结束时间', en: 'Ended at', nullable: true, example: '2026-11-21T08:00:09.000Z' })
  finishedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 2 })
  version: number;

  static from(job: Job): JobDto {
    return Object.assign(new JobDto(), {
      id: job.id,
      kind: job.kind,
      status: job.status,
      progress: { done: job.done, total: job.total, failed: job.failed },
      result: job.result,
      errors: job.failed > 0 ? `/${job.service}/v1/jobs/${job.id}/errors` : null,
      errorSheet: job.errorSheet,
      createdAt: job.createdAt,
      finishedAt: job.finishedAt,
      version: job.version,
    });
  }
}
