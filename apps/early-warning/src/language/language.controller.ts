import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Require } from '#auth';
import { ApiPage, BodyExample, type Page, Returns, Summary } from '#http';
import type { Schema } from '#rule-language';
import { RULE_EXAMPLE } from '../rules/rules.dto.js';
import { RuleTemplateDto, RuleTextDto, RuleTextRequestDto } from './language.dto.js';
import { Language } from './language.service.js';

@ApiTags('rules')
@Controller('early-warning/v1')
export class LanguageController {
  constructor(private readonly language: Language) {}

  @Get('rule-schema')
  @Require('early-warning:rule:read')
  @ApiOkResponse({
    description: 'JSON Schema 2020-12',
    schema: {
      type: 'object',
      additionalProperties: true,
      maxProperties: 1000,
      example: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
    },
  })
  @Summary(
    '规则的 JSON Schema（含双语标签与指标目录），可据此生成表单',
    'JSON Schema of a rule, with labels and metrics, to build a form from',
  )
  getRuleSchema(): Promise<Schema> {
    return this.language.schema();
  }

  @Get('rule-templates')
  @Require('early-warning:rule:read')
  @ApiPage(RuleTemplateDto)
  @Summary('列出规则模板', 'List rules to start from')
  listRuleTemplates(): Page<RuleTemplateDto> {
    return this.language.templates();
  }

  @Post('rule-texts')
  @HttpCode(200)
  @Require('early-warning:rule:read')
  @BodyExample({ rule: RULE_EXAMPLE })
  @Returns(RuleTextDto)
  @Summary(
    '在规则与其文本之间转换并检查（不留痕迹）',
    'Turn a rule into its text or back, and check it (leaves no trace)',
  )
  convertRuleText(@Body() body: RuleTextRequestDto): Promise<RuleTextDto> {
    return this.language.text(body);
  }
}
