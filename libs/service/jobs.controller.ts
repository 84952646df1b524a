import { Controller, Get, Header, HttpCode, Post, Res, type StreamableFile, type Type } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';
import { type Actor, audit, CurrentActor, Require } from '#auth';
import type { Permission, ServiceName } from '#contracts';
import { Database } from '#database';
import { OF_SERVICE, IdParam, Summary, Returns } from '#http';
import { NotFound } from '#problems';
import { pascal } from './feature.js';
import { JobDto } from './jobs.dto.js';
import { JobStreams } from './job-streams.js';
import { type Job, Jobs } from './jobs.js';

const STREAM_EXAMPLE =
  'event: job\ndata: {"id":"0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f","status":"running","progress":{"done":1200,"total":2000,"failed":0}}\n\n';
const ERRORS_EXAMPLE =
  'file,line,column,zh,en\nusers.csv,17,identifier,学工号在文件中重复,two users have this number\n';

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
      private readonly streams: JobStreams,
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

    @Get(':id/progress')
    @Require(...oneOf)
    @ApiProduces('text/event-stream')
    @ApiOkResponse({
      description:
        '事件流（Server-Sent Events）：任务每有变化即发送一个 job 事件，内容与查看任务相同；任务结束或一分钟后断开，可再次连接 / ' +
        'Server-Sent Events: a `job` event, with what the job answers, whenever it has changed; ends with the job, or after a minute: connect again then',
      content: {
        'text/event-stream': {
          schema: { type: 'string', format: 'event-stream', maxLength: 1_048_576 },
          example: STREAM_EXAMPLE,
        },
      },
    })
    @Summary('持续接收任务进度（事件流）', 'Follow a job as it goes (Server-Sent Events)')
    async followJob(
      @CurrentActor() actor: Actor,
      @IdParam() id: string,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<StreamableFile> {
      const first = await this.find(actor, id);
      return this.streams.open(reply, first, () => this.find(actor, id));
    }

    @Post(':id/cancel')
    @HttpCode(200)
    @Require(...oneOf)
    @Returns(JobDto)
    @Summary('取消任务；未完成的部分不写入', 'Cancel a job; what is not done yet is not written')
    async cancelJob(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<JobDto> {
      return this.database.transaction(actor, async (tx) => {
        const job = await this.jobs.find(tx, actor, service, id);
        if (!job) throw new NotFound({ what: 'job' });
        const cancelled = await this.jobs.cancel(tx, job);
        await audit(tx, actor, { action: 'platform.job.cancel', subject: { kind: 'job', id } });
        return JobDto.from(cancelled);
      });
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
