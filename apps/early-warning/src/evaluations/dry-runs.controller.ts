import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, MayNotFind, type Page, Returns, Summary } from '#http';
import { RULE_EXAMPLE } from '../rules/rules.dto.js';
import { DryRunDto, DryRunRequestDto, DryRunsQuery, RecordedDryRunDto } from './dry-runs.dto.js';
import { DryRuns } from './dry-runs.service.js';

@ApiTags('rules')
@Controller('early-warning/v1/dry-runs')
export class DryRunsController {
  constructor(private readonly dryRuns: DryRuns) {}

  @Post()
  @MayNotFind()
  @HttpCode(200)
  @Require('early-warning:rule:write')
  @BodyExample({ rule: RULE_EXAMPLE })
  @Returns(DryRunDto)
  @Summary('以过去的数据试运行规则', 'Try a rule over days of the past')
  dryRun(@CurrentActor() actor: Actor, @Body() body: DryRunRequestDto): Promise<DryRunDto> {
    return this.dryRuns.run(actor, body);
  }

  @Get()
  @Require('early-warning:rule:read')
  @ApiPage(RecordedDryRunDto)
  @Summary('列出规则版本的试运行，新的在前', 'List the dry runs of a version of a rule, newest first')
  listDryRuns(@CurrentActor() actor: Actor, @Query() query: DryRunsQuery): Promise<Page<RecordedDryRunDto>> {
    return this.dryRuns.list(actor, query);
  }
}
