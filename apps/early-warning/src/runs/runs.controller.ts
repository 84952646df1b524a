import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, type Page, Summary, Returns } from '#http';
import { JobDto } from '#service';
import { RunDto, RunRequestDto, RunsQuery } from './runs.dto.js';
import { Runs } from './runs.service.js';

@ApiTags('runs')
@Controller('early-warning/v1/runs')
export class RunsController {
  constructor(private readonly runs: Runs) {}

  @Post()
  @HttpCode(202)
  @Require('early-warning:run:write')
  @Returns(JobDto)
  @Summary('发起预警运算', 'Run the rules')
  async requestRun(
    @CurrentActor() actor: Actor,
    @Body() body: RunRequestDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.runs.request(actor, body);
    reply.header('Location', `/early-warning/v1/jobs/${job.id}`);
    return job;
  }

  @Get()
  @Require('early-warning:run:write')
  @ApiPage(RunDto)
  @Summary('列出运算，新的在前', 'List runs, newest first')
  listRuns(@Query() query: RunsQuery): Promise<Page<RunDto>> {
    return this.runs.list(query);
  }

  @Get(':id')
  @Require('early-warning:run:write')
  @Returns(RunDto)
  @Summary('查看一次运算', 'See a run')
  getRun(@IdParam() id: string): Promise<RunDto> {
    return this.runs.get(id);
  }
}
