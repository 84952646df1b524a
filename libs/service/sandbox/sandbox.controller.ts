import { Body, Controller, Get, HttpCode, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { JobDto } from '../jobs.dto.js';
import { Sandbox } from './sandbox.js';
import { SandboxClockDto, SandboxTimeDto } from './sandbox.dto.js';

/**
 * `/directory/v1/sandbox`, of a sandbox alone: no other packing has these routes, and only a sandbox's own documents (`/docs`) name them. See
 * docs/sandbox.md.
 */
@ApiTags('sandbox')
@Controller('directory/v1/sandbox')
@Require('platform:operations:write')
export class SandboxController {
  constructor(private readonly sandbox: Sandbox) {}

  @Get('clock')
  @Returns(SandboxTimeDto)
  @Summary('沙箱：查看时钟', 'Sandbox: see the clock')
  getSandboxClock(): Promise<SandboxTimeDto> {
    return this.sandbox.time();
  }

  @Put('clock')
  @Returns(SandboxTimeDto)
  @Summary('沙箱：把时钟向前拨', 'Sandbox: move the clock on')
  moveSandboxClock(@CurrentActor() actor: Actor, @Body() { aheadSeconds }: SandboxClockDto): Promise<SandboxTimeDto> {
    return this.sandbox.moveClock(actor, aheadSeconds);
  }

  @Post('reset')
  @HttpCode(202)
  @Returns(JobDto)
  @Summary('沙箱：全部恢复原状', 'Sandbox: put everything back')
  async resetSandbox(@CurrentActor() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<JobDto> {
    const job = JobDto.from(await this.sandbox.requestReset(actor));
    reply.header('Location', `/directory/v1/jobs/${job.id}`);
    return job;
  }
}
