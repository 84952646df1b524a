import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { RateTicketDto, ReportTicketDto, TicketMessageDto, TicketsQuery, TicketTextDto } from './ticket-forms.dto.js';
import { TicketCountDto, TicketDetailDto, TicketDto, TicketKindDto } from './tickets.dto.js';
import { Tickets } from './tickets.service.js';

/** Tickets (工单), as their senders deal with them. */
@ApiTags('tickets')
@Controller('affairs/v1/tickets')
export class TicketsController {
  constructor(private readonly tickets: Tickets) {}

  @Get()
  @Require('affairs:ticket:read')
  @ApiPage(TicketDto)
  @Summary('列出本人的，及本部门队列中的工单', 'List tickets: one’s own, and those in the queues one’s posts are over')
  listTickets(@CurrentActor() actor: Actor, @Query() query: TicketsQuery): Promise<Page<TicketDto>> {
    return this.tickets.list(actor, query);
  }

  @Get('counts')
  @Require('affairs:ticket:read')
  @Returns([TicketCountDto])
  @Summary('按状态统计工单', 'Count tickets by status')
  countTickets(@CurrentActor() actor: Actor): Promise<TicketCountDto[]> {
    return this.tickets.counts(actor);
  }

  @Get('kinds')
  @Require('affairs:ticket:read', 'affairs:ticket:report-anonymously')
  @Returns([TicketKindDto])
  @Summary('列出工单种类与时限', 'List the kinds of tickets, and what is promised of each')
  listTicketKinds(): Promise<TicketKindDto[]> {
    return this.tickets.kinds();
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:ticket:report')
  @Returns(TicketDetailDto)
  @Summary(
    '提交报修、咨询或投诉；按种类与地点分派',
    'Report, ask or complain; it goes to whoever deals with that, there',
  )
  reportTicket(@CurrentActor() actor: Actor, @Body() body: ReportTicketDto): Promise<TicketDetailDto> {
    return this.tickets.report(actor, body);
  }

  @Get(':id')
  @Require('affairs:ticket:read')
  @Returns(TicketDetailDto)
  @Summary('查看工单与经过；工作人员查看留有记录', 'See a ticket and what happened; that staff did is recorded')
  getTicket(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TicketDetailDto> {
    return this.tickets.get(actor, id);
  }

  @Get(':id/same')
  @Require('affairs:ticket:handle')
  @Returns([TicketDto])
  @Summary(
    '列出可能重复的工单：同种类、同地点、近日、未办结',
    'List what may be about the same: same kind and place, recent, under way',
  )
  listSameTickets(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TicketDto[]> {
    return this.tickets.same(actor, id);
  }

  @Post(':id/message')
  @HttpCode(200)
  @Require('affairs:ticket:report')
  @Returns(TicketDetailDto)
  @Summary('补充说明；待补充的由此继续', 'Say more; what waited for it goes on')
  sayMore(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { text, attachments }: TicketMessageDto,
  ): Promise<TicketDetailDto> {
    return this.tickets.say(actor, id, version, { act: 'message', text }, attachments);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:ticket:report')
  @Returns(TicketDetailDto)
  @Summary('撤回工单', 'Take a ticket back')
  withdrawTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<TicketDetailDto> {
    return this.tickets.say(actor, id, version, { act: 'withdraw', text: null });
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Require('affairs:ticket:report')
  @Returns(TicketDetailDto)
  @Summary('确认已办结', 'Say that it is done indeed')
  confirmTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<TicketDetailDto> {
    return this.tickets.say(actor, id, version, { act: 'confirm', text: null });
  }

  @Post(':id/reopen')
  @HttpCode(200)
  @Require('affairs:ticket:report')
  @Returns(TicketDetailDto)
  @Summary('重新打开，重新计时', 'Reopen it; its time begins anew')
  reopenTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { text }: TicketTextDto,
  ): Promise<TicketDetailDto> {
    return this.tickets.say(actor, id, version, { act: 'reopen', text });
  }

  @Post(':id/rate')
  @HttpCode(200)
  @Require('affairs:ticket:report')
  @Returns(TicketDetailDto)
  @Summary('评价，一次', 'Say how satisfied one is, once')
  rateTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { rating, comment }: RateTicketDto,
  ): Promise<TicketDetailDto> {
    return this.tickets.say(actor, id, version, { act: 'rate', text: comment ?? null, rating });
  }

  @Post(':id/urge')
  @HttpCode(200)
  @Require('affairs:ticket:report')
  @Returns(TicketDetailDto)
  @Summary('催办', 'Urge')
  urgeTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<TicketDetailDto> {
    return this.tickets.say(actor, id, version, { act: 'urge', text: null });
  }
}
