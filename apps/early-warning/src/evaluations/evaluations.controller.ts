import { Body, Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { BodyExample, Returns, Summary } from '#http';
import { RULE_EXAMPLE } from '../rules/rules.dto.js';
import { EvaluationDto, EvaluationQuery, EvaluationRequestDto } from './evaluations.dto.js';
import { Evaluations } from './evaluations.service.js';

@ApiTags('evaluations')
@Controller('early-warning/v1/evaluations')
export class EvaluationsController {
  constructor(private readonly evaluations: Evaluations) {}

  @Post()
  @HttpCode(200)
  @Require('early-warning:rule:write')
  @BodyExample({ rule: RULE_EXAMPLE, asOf: '2026-11-20' })
  @Returns(EvaluationDto)
  @Summary('试算一条规则会标记哪些学生（不保存结果）', 'See whom a rule would flag (the result is not stored)')
  evaluateRule(
    @CurrentActor() actor: Actor,
    @Body() body: EvaluationRequestDto,
    @Query() query: EvaluationQuery,
  ): Promise<EvaluationDto> {
    return this.evaluations.evaluate(actor, body, query);
  }
}
