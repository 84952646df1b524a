import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { IndicatorDto, IndicatorsQuery } from './indicators.dto.js';
import { Indicators } from './indicators.service.js';

@ApiTags('indicators')
@Controller('affairs/v1/indicators')
export class IndicatorsController {
  constructor(private readonly indicators: Indicators) {}

  @Get()
  @Require('affairs:indicator:read')
  @Returns([IndicatorDto])
  @Summary(
    '办事指标：一次办结率、按时办结率、线上率、服务人次，附公式，按事项细分',
    'Indicators of the service hall, each with its formula, in all and by item',
  )
  listIndicators(@CurrentActor() actor: Actor, @Query() query: IndicatorsQuery): Promise<IndicatorDto[]> {
    return this.indicators.list(actor, query);
  }
}
