import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import {
  PublishRuleDto,
  RULE_EXAMPLE,
  RetireRuleDto,
  RuleDefinitionDto,
  RuleDto,
  RulesQuery,
  RuleStatementDto,
  RuleStatementQuery,
} from './rules.dto.js';
import { Rules } from './rules.service.js';

@ApiTags('rules')
@Controller('early-warning/v1/rules')
export class RulesController {
  constructor(private readonly rules: Rules) {}

  @Get()
  @Require('early-warning:rule:read')
  @ApiPage(RuleDto)
  @Summary('列出规则的各个版本', 'List the versions of the rules')
  listRules(@Query() query: RulesQuery): Promise<Page<RuleDto>> {
    return this.rules.list(query);
  }

  @Get(':id')
  @Require('early-warning:rule:read')
  @Returns(RuleDto)
  @Summary('查看规则版本', 'See a version of a rule')
  getRule(@IdParam() id: string): Promise<RuleDto> {
    return this.rules.get(id);
  }

  @Get(':id/sql')
  @Require('early-warning:rule:read')
  @Returns(RuleStatementDto)
  @Summary('以 SQL 查看规则版本', 'See a version of a rule as SQL')
  getRuleStatement(@IdParam() id: string, @Query() { asOf }: RuleStatementQuery): Promise<RuleStatementDto> {
    return this.rules.statement(id, asOf);
  }

  @Post()
  @Created()
  @Require('early-warning:rule:write')
  @BodyExample(RULE_EXAMPLE)
  @Returns(RuleDto)
  @Summary('起草规则（同一代码的下一版）', 'Draft a rule (the next version of its code)')
  draftRule(@CurrentActor() actor: Actor, @Body() body: RuleDefinitionDto): Promise<RuleDto> {
    return this.rules.draft(actor, body);
  }

  @Put(':id')
  @Require('early-warning:rule:write')
  @BodyExample(RULE_EXAMPLE)
  @Returns(RuleDto)
  @Summary('修改草稿', 'Edit a draft')
  editRule(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RuleDefinitionDto,
  ): Promise<RuleDto> {
    return this.rules.edit(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Require('early-warning:rule:write')
  @Summary('删除草稿', 'Delete a draft')
  deleteRule(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.rules.delete(actor, id, version);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Require('early-warning:rule:write')
  @Returns(RuleDto)
  @Summary(
    '发布已试运行的他人草稿，取代在用的版本',
    'Publish a dry-run draft of others in place of the version in force',
  )
  publishRule(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: PublishRuleDto,
  ): Promise<RuleDto> {
    return this.rules.publish(actor, id, version, body);
  }

  @Post(':id/retire')
  @HttpCode(200)
  @Require('early-warning:rule:write')
  @Returns(RuleDto)
  @Summary('停用规则', 'Take a rule out of force')
  retireRule(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RetireRuleDto,
  ): Promise<RuleDto> {
    return this.rules.retire(actor, id, version, body);
  }
}
