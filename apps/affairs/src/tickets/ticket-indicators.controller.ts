import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { TicketIndicatorDto, TicketIndicatorsQuery } from './ticket-indicators.dto.js';
import { TicketIndicators } from './ticket-indicators.service.js';

@ApiTags('indicators')
@Controller('affairs/v1/indicators/tickets')
export class TicketIndicatorsController {
  constructor(private readonly indicators: TicketIndicators) {}

  @Get()
  @Require('affairs:indicator:read')
  @Returns([TicketIndicatorDto])
  @Summary(
    '工单指标：答复与办结及时率、重新打开率、满意度，附公式，按种类与部门细分',
    'Indicators of tickets, each with its formula, in all, by kind and by department',
  )
  listTicketIndicators(
    @CurrentActor() actor: Actor,
    @Query() query: TicketIndicatorsQuery,
  ): Promise<TicketIndicatorDto[]> {
    return this.indicators.list(actor, query);
  }
}
