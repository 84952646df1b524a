import { Controller, Get, HttpCode, Param, Post, Query, type Type } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Actor, audit, CurrentActor, Require } from '#auth';
import { SERVICE_NAMES, type ServiceName } from '#contracts';
import { Database, sql, type Tx } from '#database';
import {
  DeadDeliveries,
  deliveryById,
  type DeliveryInfo,
  discardDelivery,
  openDeliveries,
  replayDelivery,
} from '#events';
import { Flag, Instant, Int, OneOf, Text, Uuid } from '#fields';
import { ApiPage, keyset, type Page, PageQuery, Summary, toPage, Returns } from '#http';
import { defineProblem, NotFound } from '#problems';
import { named } from './jobs.controller.js';

const DeliveryNotDead = defineProblem({
  code: 'platform/delivery-not-dead',
  status: 409,
  zh: '该投递既未失效也未失败，或正在处理，不能重放或放弃；请稍后再看',
  en: 'The delivery is neither dead nor failing, or is being handled: there is nothing to replay or discard; look again later',
});

const DeliveryId = ApiParam({
  name: 'id',
  description: '投递 / Id of the delivery',
  schema: { type: 'string', maxLength: 18, pattern: '^[0-9]+$' },
  example: '4711',
});

const STATES = {
  waiting: { zh: '待投递', en: 'waiting' },
  under_way: { zh: '投递中', en: 'under way' },
  handled: { zh: '已处理', en: 'handled' },
  dead: { zh: '已失效', en: 'dead' },
};

class DeliveriesQuery extends PageQuery {
  @Flag({ zh: '只看已失效 / 未失效', en: 'Only dead / only not dead ones', optional: true, example: true })
  dead?: boolean;
}

/** An event on its way to this service. */
class DeliveryDto {
  @Text({ zh: '投递', en: 'Delivery', example: '4711' })
  id: string;

  @Uuid({ zh: '事件', en: 'Event', example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  eventId: string;

  @Text({ zh: '事件名', en: 'Name of the event', example: 'affairs.leave-approved.v1' })
  eventName: string;

  @OneOf(SERVICE_NAMES, { zh: '消费者', en: 'Consumer', example: 'safety' })
  consumer: ServiceName;

  @OneOf(STATES, { zh: '状态', en: 'State', example: 'dead' })
  state: string;

  @Int({ zh: '已尝试次数', en: 'Tries so far', min: 0, max: 100, example: 8 })
  attempts: number;

  @Text({ zh: '最近一次失败', en: 'The latest failure', nullable: true, example: 'TypeError' })
  lastProblem: string | null;

  @Instant({ zh: '发生时间', en: 'When it happened', example: '2026-11-21T08:00:00.000Z' })
  occurredAt: Date;

  @Instant({ zh: '下次尝试', en: 'Next try', nullable: true, example: '2026-11-21T08:05:00.000Z' })
  dueAt: Date | null;

  @Instant({ zh: '处理时间', en: 'Handled at', nullable: true, example: '2026-11-21T08:06:00.000Z' })
  handledAt: Date | null;

  @Instant({ zh: '失效时间', en: 'Dead since', nullable: true, example: '2026-11-21T08:04:00.000Z' })
  deadAt: Date | null;

  static from(info: DeliveryInfo): DeliveryDto {
    return Object.assign(new DeliveryDto(), info);
  }
}

/** `/<service>/v1/deliveries`: what of the event flow hangs, and how to get it going again. */
export function operationsControllerOf(service: ServiceName): Type {
  @ApiTags('operations')
  @Controller(`${service}/v1/deliveries`)
  class OperationsController {
    constructor(
      private readonly database: Database,
      private readonly dead: DeadDeliveries,
    ) {}

    @Get()
    @Require('platform:operations:read')
    @ApiPage(DeliveryDto)
    @Summary('列出未处理与已失效的事件投递', 'List deliveries that are not handled, dead ones included')
    async listDeliveries(@Query() query: DeliveriesQuery): Promise<Page<DeliveryDto>> {
      const page = keyset(query, { sorts: { id: sql`d.id` }, defaultSort: 'id', id: sql`d.id` });
      const rows = await openDeliveries(this.database.connection, service, {
        dead: query.dead,
        after: page.where,
        limit: page.limit,
      });
      return toPage(
        rows,
        query,
        (row) => [row.id, row.id],
        (row) => DeliveryDto.from(row),
      );
    }

    @Post(':id/replay')
    @DeliveryId
    @HttpCode(200)
    @Require('platform:operations:write')
    @Returns(DeliveryDto)
    @Summary('重放已失效的投递', 'Replay a dead delivery')
    async replayDelivery(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<DeliveryDto> {
      return this.settle(actor, id, 'replay', replayDelivery);
    }

    @Post(':id/discard')
    @DeliveryId
    @HttpCode(200)
    @Require('platform:operations:write')
    @Returns(DeliveryDto)
    @Summary('放弃已失效或反复失败的投递', 'Discard a delivery that is dead or keeps failing')
    async discardDelivery(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<DeliveryDto> {
      return this.settle(actor, id, 'discard', (tx, name) => discardDelivery(tx, this.dead, name, id));
    }

    private async settle(
      actor: Actor,
      id: string,
      what: string,
      settle: (tx: Tx, service: ServiceName, id: string) => Promise<boolean>,
    ): Promise<DeliveryDto> {
      if (!/^\d{1,18}$/.test(id)) throw new NotFound({ what: 'delivery' });
      return this.database.transaction(actor, async (tx) => {
        if (!(await deliveryById(tx, service, id))) throw new NotFound({ what: 'delivery' });
        if (!(await settle(tx, service, id))) throw new DeliveryNotDead();
        await audit(tx, actor, { action: `platform.delivery.${what}`, subject: { kind: 'delivery', id } });
        return DeliveryDto.from((await deliveryById(tx, service, id)) as DeliveryInfo);
      });
    }
  }
  return named(OperationsController, service, 'Operations');
}
