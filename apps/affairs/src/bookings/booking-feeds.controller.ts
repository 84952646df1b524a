import { Controller, Get, HttpCode, Param, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Public, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { calendarAnswer, ReadsCalendar } from '../calendar-feeds/calendar-answer.js';
import { CalendarFeedDto, CalendarFeedsQuery, NewCalendarFeedDto } from '../calendar-feeds/calendar-feeds.dto.js';
import { CalendarFeeds } from '../calendar-feeds/calendar-feeds.service.js';
import { BookingCalendar } from './booking-calendar.js';

/** Secret addresses of one's bookings for calendar programs. */
@ApiTags('bookings')
@Controller('affairs/v1/booking-feeds')
@Require('affairs:booking:read')
export class BookingFeedsController {
  constructor(
    private readonly feeds: CalendarFeeds,
    private readonly kind: BookingCalendar,
  ) {}

  @Get()
  @ApiPage(CalendarFeedDto)
  @Summary('列出本人的日历地址', 'List one’s calendar addresses')
  listFeeds(@CurrentActor() actor: Actor, @Query() query: CalendarFeedsQuery): Promise<Page<CalendarFeedDto>> {
    return this.feeds.list(actor, this.kind, query);
  }

  @Post()
  @Created()
  @Returns(NewCalendarFeedDto)
  @Summary('建立日历地址；地址仅此一次给出', 'Make a calendar address; it is told this once')
  makeFeed(@CurrentActor() actor: Actor): Promise<NewCalendarFeedDto> {
    return this.feeds.make(actor, this.kind);
  }

  @Post(':id/renew')
  @HttpCode(200)
  @Returns(NewCalendarFeedDto)
  @Summary('更换日历地址；原地址随即失效', 'Renew a calendar address; the one before ends')
  renewFeed(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<NewCalendarFeedDto> {
    return this.feeds.renew(actor, this.kind, id, version);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Returns(CalendarFeedDto)
  @Summary('停用日历地址', 'Withdraw a calendar address')
  withdrawFeed(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<CalendarFeedDto> {
    return this.feeds.withdraw(actor, this.kind, id, version);
  }
}

/** What calendar programs read. */
@ApiTags('bookings')
@Controller('affairs/v1/booking-calendars')
@Public()
export class BookingCalendarsController {
  constructor(
    private readonly feeds: CalendarFeeds,
    private readonly kind: BookingCalendar,
  ) {}

  @Get(':address')
  @ReadsCalendar('bookings', '预约日历（iCalendar，RFC 5545） / Bookings as iCalendar (RFC 5545)')
  @Summary('供日历程序读取的预约', 'Bookings for calendar programs')
  async readCalendar(
    @Param('address') address: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    return calendarAnswer(await this.feeds.calendar(this.kind, address), request, reply);
  }
}
