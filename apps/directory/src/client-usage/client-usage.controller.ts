import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { IdParam, Returns, Summary } from '#http';
import { ClientUsageDto, ClientUsageQuery } from './client-usage.dto.js';
import { ClientUsage } from './client-usage.service.js';

@ApiTags('clients')
@Controller('directory/v1/clients/:id/usage')
export class ClientUsageController {
  constructor(private readonly usage: ClientUsage) {}

  @Get()
  @Require('directory:client:read')
  @Summary('应用每日用量：请求、被拒、出错', 'What an app asked, day by day: requests, refusals, errors')
  @Returns(ClientUsageDto)
  getClientUsage(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: ClientUsageQuery,
  ): Promise<ClientUsageDto> {
    return this.usage.of(actor, id, query);
  }
}
