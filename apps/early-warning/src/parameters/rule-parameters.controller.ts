import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Require } from '#auth';
import { Summary, Returns } from '#http';
import { RuleParametersDto } from './rule-parameters.dto.js';
import { RuleParameters } from './rule-parameters.service.js';

@ApiTags('rules')
@Controller('early-warning/v1/rule-parameters')
export class RuleParametersController {
  constructor(private readonly parameters: RuleParameters) {}

  @Get()
  @Require('early-warning:rule:read')
  @Returns(RuleParametersDto)
  @Summary(
    '规则的参数：默认值、学校设定的数值、使用它们的规则',
    "Parameters of rules: defaults, the school's numbers, the rules that use them",
  )
  listRuleParameters(): Promise<RuleParametersDto> {
    return this.parameters.list();
  }
}
