import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { JobDto } from '#service';
import {
  RiskDriftDto,
  RiskDriftQuery,
  RiskDto,
  RiskModelDto,
  RiskModelsQuery,
  RiskTrainingDto,
  TRAINING_EXAMPLE,
} from './risk.dto.js';
import { RiskModels } from './risk-models.service.js';
import { Risks } from './risks.service.js';

@ApiTags('risk')
@Controller('early-warning/v1')
export class RiskController {
  constructor(
    private readonly models: RiskModels,
    private readonly risks: Risks,
  ) {}

  @Post('risk-models')
  @HttpCode(202)
  @Require('early-warning:risk:write')
  @BodyExample(TRAINING_EXAMPLE)
  @Returns(JobDto)
  @Summary('从学校过去的结果训练风险模型', "Train a risk model from the school's past outcomes")
  async trainRiskModel(
    @CurrentActor() actor: Actor,
    @Body() body: RiskTrainingDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.models.train(actor, body);
    reply.header('Location', `/early-warning/v1/jobs/${job.id}`);
    return job;
  }

  @Get('risk-models')
  @Require('early-warning:risk:write')
  @ApiPage(RiskModelDto)
  @Summary('列出风险模型及模型卡，新的在前', 'List the risk models with their cards, newest first')
  listRiskModels(@Query() query: RiskModelsQuery): Promise<Page<RiskModelDto>> {
    return this.models.list(query);
  }

  @Get('risk-models/:id')
  @Require('early-warning:risk:write')
  @Returns(RiskModelDto)
  @Summary('查看风险模型及模型卡', 'See a risk model with its card')
  getRiskModel(@IdParam() id: string): Promise<RiskModelDto> {
    return this.models.get(id);
  }

  @Get('risk-models/:id/drift')
  @Require('early-warning:risk:write')
  @Returns(RiskDriftDto)
  @Summary('比较现在的学生与训练时的学生', 'Compare the students of a day with those of the training')
  getRiskModelDrift(@IdParam() id: string, @Query() { asOf }: RiskDriftQuery): Promise<RiskDriftDto> {
    return this.risks.drift(id, asOf);
  }

  @Post('risk-models/:id/activate')
  @HttpCode(200)
  @Require('early-warning:risk:write')
  @Returns(RiskModelDto)
  @Summary('启用他人训练的模型，取代在用的', 'Put a model that others had trained in use, in place of the one before')
  activateRiskModel(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<RiskModelDto> {
    return this.models.activate(actor, id, version);
  }

  @Post('risk-models/:id/retire')
  @HttpCode(200)
  @Require('early-warning:risk:write')
  @Returns(RiskModelDto)
  @Summary('停用模型', 'Take a model out of use')
  retireRiskModel(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<RiskModelDto> {
    return this.models.retire(actor, id, version);
  }

  @Get('students/:id/risk')
  @Require('early-warning:risk:read')
  @Returns(RiskDto)
  @Summary(
    '逐部分说明某学生的分数；学生本人看到的没有数字',
    "A student's score part by part; students themselves see words only",
  )
  getStudentRisk(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<RiskDto> {
    return this.risks.of(actor, id);
  }
}
