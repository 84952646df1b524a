import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Summary, Returns } from '#http';
import { Aggregates } from '../disclosure/egress.js';
import { RuleQualitiesDto, RuleQualityQuery } from './rule-quality.dto.js';
import { RuleQuality } from './rule-quality.service.js';

@ApiTags('rules')
@Controller('early-warning/v1/rule-quality')
export class RuleQualityController {
  constructor(private readonly quality: RuleQuality) {}

  @Get()
  @Require('early-warning:rule:read')
  @Aggregates('listed')
  @Returns(RuleQualitiesDto)
  @Summary(
    '规则质量：确认、排除、忽略、用时、准确率',
    'Quality of rules: confirmed, dismissed, ignored, time to triage, precision',
  )
  reportRuleQuality(@CurrentActor() actor: Actor, @Query() query: RuleQualityQuery): Promise<RuleQualitiesDto> {
    return this.quality.report(actor, query);
  }
}
