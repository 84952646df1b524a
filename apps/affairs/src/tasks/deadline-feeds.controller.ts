import { Controller, Get, HttpCode, Param, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Public, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { calendarAnswer, ReadsCalendar } from '../calendar-feeds/calendar-answer.js';
import { CalendarFeedDto, CalendarFeedsQuery, NewCalendarFeedDto } from '../calendar-feeds/calendar-feeds.dto.js';
import { CalendarFeeds } from '../calendar-feeds/calendar-feeds.service.js';
import { ANYTHING } from './task-rights.js';
import { DeadlineCalendar } from './deadline-calendar.js';

/** Secret addresses of one's deadlines for calendar programs. */
@ApiTags('tasks')
@Controller('affairs/v1/deadline-feeds')
@Require(...ANYTHING)
export class DeadlineFeedsController {
  constructor(
    private readonly feeds: CalendarFeeds,
    private readonly kind: DeadlineCalendar,
  ) {}

  @Get()
  @ApiPage(CalendarFeedDto)
  @Summary('列出本人的时限日历地址', 'List one’s calendar addresses of deadlines')
  listDeadlineFeeds(@CurrentActor() actor: Actor, @Query() query: CalendarFeedsQuery): Promise<Page<CalendarFeedDto>> {
    return this.feeds.list(actor, this.kind, query);
  }

  @Post()
  @Created()
  @Returns(NewCalendarFeedDto)
  @Summary('建立时限日历地址；地址仅此一次给出', 'Make a calendar address of deadlines; it is told this once')
  makeDeadlineFeed(@CurrentActor() actor: Actor): Promise<NewCalendarFeedDto> {
    return this.feeds.make(actor, this.kind);
  }

  @Post(':id/renew')
  @HttpCode(200)
  @Returns(NewCalendarFeedDto)
  @Summary('更换时限日历地址；原地址随即失效', 'Renew a calendar address of deadlines; the one before ends')
  renewDeadlineFeed(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<NewCalendarFeedDto> {
    return this.feeds.renew(actor, this.kind, id, version);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Returns(CalendarFeedDto)
  @Summary('停用时限日历地址', 'Withdraw a calendar address of deadlines')
  withdrawDeadlineFeed(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<CalendarFeedDto> {
    return this.feeds.withdraw(actor, this.kind, id, version);
  }
}

/** What calendar programs read. */
@ApiTags('tasks')
@Controller('affairs/v1/deadline-calendars')
@Public()
export class DeadlineCalendarsController {
  constructor(
    private readonly feeds: CalendarFeeds,
    private readonly kind: DeadlineCalendar,
  ) {}

  @Get(':address')
  @ReadsCalendar('deadlines', '待办时限日历（iCalendar，RFC 5545） / Deadlines as iCalendar (RFC 5545)')
  @Summary('供日历程序读取的时限', 'Deadlines for calendar programs')
  async readDeadlineCalendar(
    @Param('address') address: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    return calendarAnswer(await this.feeds.calendar(this.kind, address), request, reply);
  }
}
