import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { MessageDeliveriesQuery, MessageDeliveryDto } from './deliveries.dto.js';
import { MessageDeliveries } from './deliveries.service.js';

/** What became of messages. */
@ApiTags('message-deliveries')
@Controller('integration/v1/message-deliveries')
@Require('integration:delivery:manage')
export class DeliveriesController {
  constructor(private readonly deliveries: MessageDeliveries) {}

  @Get()
  @ApiPage(MessageDeliveryDto)
  @Summary('列出各渠道的送达情况', 'List what became of messages')
  listDeliveries(
    @CurrentActor() actor: Actor,
    @Query() query: MessageDeliveriesQuery,
  ): Promise<Page<MessageDeliveryDto>> {
    return this.deliveries.list(actor, query);
  }

  @Get(':id')
  @Returns(MessageDeliveryDto)
  @Summary('查看一次送达及各次发送', 'See a delivery with its attempts')
  getDelivery(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<MessageDeliveryDto> {
    return this.deliveries.get(actor, id);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Returns(MessageDeliveryDto)
  @Summary('重新发送', 'Send it again')
  retryDelivery(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<MessageDeliveryDto> {
    return this.deliveries.retry(actor, id, version);
  }
}
