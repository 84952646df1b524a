import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { CareIndicatorDto, CareIndicatorsQuery } from './indicators.dto.js';
import { CareIndicators } from './indicators.service.js';

@ApiTags('indicators')
@Controller('early-warning/v1/indicators')
export class CareIndicatorsController {
  constructor(private readonly indicators: CareIndicators) {}

  /** Who sees a warning sees it counted: there is no small cell to hide from them. */
  @Get()
  @Require('early-warning:warning:read')
  @Returns([CareIndicatorDto])
  @Summary(
    '预警与帮扶指标：处置、一人一策一专班、三早用时、准确率、覆盖，附公式与细分',
    'Indicators of warnings and care, each with its formula, in all and by college, class, level or rule',
  )
  listCareIndicators(@CurrentActor() actor: Actor, @Query() query: CareIndicatorsQuery): Promise<CareIndicatorDto[]> {
    return this.indicators.list(actor, query);
  }
}
