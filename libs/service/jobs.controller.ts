import { Controller, Get, Header, type Type } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import { type Actor, CurrentActor, Require } from '#auth';
import type { Permission, ServiceName } from '#contracts';
import { Database } from '#database';
import { Instant, Int, Json, Nested, OneOf, Text, Uuid } from '#fields';
import { OF_SERVICE, IdParam, Summary, Returns } from '#http';
import { NotFound } from '#problems';
import { pascal } from './feature.js';
import { type Job, JOB_STATES, Jobs, type JobState } from './jobs.js';

const ERRORS_EXAMPLE =
  'file,line,column,zh,en\nusers.csv,17,identifier,学工号在文件中重复,two users have this number\n';

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

/** `/<service>/v1/jobs`: how long work is going, for whoever asked for it. */
export function jobsControllerOf(
  service: ServiceName,
  permissions: Permission | readonly [Permission, ...Permission[]],
): Type {
  const oneOf = [permissions].flat() as [Permission, ...Permission[]];

  @ApiTags('jobs')
  @Controller(`${service}/v1/jobs`)
  class JobsController {
    constructor(
      private readonly database: Database,
      private readonly jobs: Jobs,
    ) {}

    @Get(':id')
    @Require(...oneOf)
    @Returns(JobDto)
    @Summary('查看任务进度与结果', 'See how a job is going and what came of it')
    async getJob(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<JobDto> {
      return JobDto.from(await this.find(actor, id));
    }

    @Get(':id/errors')
    @Require(...oneOf)
    @Header('content-type', 'text/csv; charset=utf-8')
    @Header('content-disposition', 'attachment; filename="errors.csv"')
    @ApiProduces('text/csv')
    @ApiOkResponse({
      description: '逐行错误清单 / The errors, row by row',
      content: {
        'text/csv': { schema: { type: 'string', format: 'csv', maxLength: 33_554_432 }, example: ERRORS_EXAMPLE },
      },
    })
    @Summary('下载逐行错误清单（CSV）', 'Download the per-row errors (CSV)')
    async getJobErrors(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<string> {
      const job = await this.find(actor, id);
      const rows = await this.jobs.errors(this.database.connection, job.id);
      const columns = ['file', 'line', 'column', 'zh', 'en'];
      return stringify(rows, { header: true, columns, escape_formulas: true, bom: true });
    }

    private async find(actor: Actor, id: string): Promise<Job> {
      const job = await this.jobs.find(this.database.connection, actor, service, id);
      if (!job) throw new NotFound({ what: 'job' });
      return job;
    }
  }
  return named(JobsController, service, 'Jobs');
}

/** A class of its own name per service, so that OpenAPI and error messages tell them apart. */
export function named(type: Type, service: ServiceName, what: string): Type {
  const prefix = pascal(service);
  Object.defineProperty(type, 'name', { value: `${prefix}${what}Controller` });
  Reflect.defineMetadata(OF_SERVICE, prefix, type);
  return type;
}
