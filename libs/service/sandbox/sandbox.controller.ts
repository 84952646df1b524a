import { Body, Controller, Get, HttpCode, Post, Put, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { Int } from '#fields';
import { JobDto } from '../jobs.dto.js';
import { Sandbox, type SandboxTime } from './sandbox.js';

const TEN_YEARS = 315_532_800;

export class SandboxClockDto {
  @Int({
    zh: '比实际时间提前多少秒；只能增加',
    en: 'Seconds ahead of the time it is; it only grows',
    min: 0,
    max: TEN_YEARS,
    example: 86_400,
  })
  aheadSeconds: number;
}

/** `/directory/v1/sandbox`, of a sandbox alone: no other packing has these routes, nor their documents. See docs/sandbox.md. */
@ApiExcludeController()
@Controller('directory/v1/sandbox')
@Require('platform:operations:write')
export class SandboxController {
  constructor(private readonly sandbox: Sandbox) {}

  @Get('clock')
  getSandboxClock(): Promise<SandboxTime> {
    return this.sandbox.time();
  }

  @Put('clock')
  moveSandboxClock(@CurrentActor() actor: Actor, @Body() { aheadSeconds }: SandboxClockDto): Promise<SandboxTime> {
    return this.sandbox.moveClock(actor, aheadSeconds);
  }

  @Post('reset')
  @HttpCode(202)
  async resetSandbox(@CurrentActor() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<JobDto> {
    const job = JobDto.from(await this.sandbox.requestReset(actor));
    reply.header('Location', `/directory/v1/jobs/${job.id}`);
    return job;
  }
}
