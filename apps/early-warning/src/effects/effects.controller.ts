import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, IdParam, type Page, Returns, Summary } from '#http';
import { JobDto } from '#service';
import { EFFECT_EXAMPLE, EffectDto, EffectFormDto, EffectsQuery } from './effects.dto.js';
import { Effects } from './effects.service.js';

/** Effects of interventions: differences from similar students. */
@ApiTags('effects')
@Controller('early-warning/v1/effects')
export class EffectsController {
  constructor(private readonly effects: Effects) {}

  @Get()
  @Require('early-warning:effect:read')
  @ApiPage(EffectDto)
  @Summary('列出帮扶成效，新的在前', 'List effects of interventions, newest first')
  listEffects(@CurrentActor() actor: Actor, @Query() query: EffectsQuery): Promise<Page<EffectDto>> {
    return this.effects.list(actor, query);
  }

  @Post()
  @HttpCode(202)
  @Require('early-warning:effect:write')
  @BodyExample(EFFECT_EXAMPLE)
  @Returns(JobDto)
  @Summary(
    '把受过某种帮扶的学生与相似而未受帮扶的学生相比',
    'Compare students with an intervention with similar students without it',
  )
  async askForEffect(
    @CurrentActor() actor: Actor,
    @Body() body: EffectFormDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.effects.ask(actor, body);
    reply.header('Location', `/early-warning/v1/jobs/${job.id}`);
    return job;
  }

  @Get(':id')
  @Require('early-warning:effect:read')
  @Returns(EffectDto)
  @Summary('查看帮扶成效', 'See the effect of an intervention')
  getEffect(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<EffectDto> {
    return this.effects.get(actor, id);
  }
}
