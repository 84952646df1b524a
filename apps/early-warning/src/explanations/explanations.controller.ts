import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Summary, Returns, MayNotFind } from '#http';
import { ExplainQuery, ExplanationDto } from './explanations.dto.js';
import { Explanations } from './explanations.service.js';

@ApiTags('warnings')
@Controller('early-warning/v1/explain')
export class ExplanationsController {
  constructor(private readonly explanations: Explanations) {}

  @Get()
  @MayNotFind()
  @Require('early-warning:explanation:read')
  @Returns(ExplanationDto)
  @Summary('解释规则对某学生为何成立或不成立', 'Explain why a rule holds for a student, or why not')
  explainStudent(@CurrentActor() actor: Actor, @Query() query: ExplainQuery): Promise<ExplanationDto> {
    return this.explanations.explain(actor, query);
  }
}
