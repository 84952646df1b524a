import { Controller, Get, Header, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Public, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { BookingFeedDto, BookingFeedsQuery, NewBookingFeedDto } from './bookings.dto.js';
import { BookingFeeds, SECRET } from './booking-feeds.service.js';

const CALENDAR_TYPE = 'text/calendar';
const EXAMPLE = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//yizhan//bookings//ZH\r\nEND:VCALENDAR';

/** Secret addresses of one's bookings for calendar programs. */
@ApiTags('bookings')
@Controller('affairs/v1/booking-feeds')
@Require('affairs:booking:read')
export class BookingFeedsController {
  constructor(private readonly feeds: BookingFeeds) {}

  @Get()
  @ApiPage(BookingFeedDto)
  @Summary('列出本人的日历地址', 'List one’s calendar addresses')
  listFeeds(@CurrentActor() actor: Actor, @Query() query: BookingFeedsQuery): Promise<Page<BookingFeedDto>> {
    return this.feeds.list(actor, query);
  }

  @Post()
  @Created()
  @Returns(NewBookingFeedDto)
  @Summary('建立日历地址；地址仅此一次给出', 'Make a calendar address; it is told this once')
  makeFeed(@CurrentActor() actor: Actor): Promise<NewBookingFeedDto> {
    return this.feeds.make(actor);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Returns(BookingFeedDto)
  @Summary('停用日历地址', 'Withdraw a calendar address')
  withdrawFeed(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookingFeedDto> {
    return this.feeds.withdraw(actor, id, version);
  }
}

/** What calendar programs read. They have no token: the address is the secret. */
@ApiTags('bookings')
@Controller('affairs/v1/booking-calendars')
@Public()
export class BookingCalendarsController {
  constructor(private readonly feeds: BookingFeeds) {}

  @Get(':address')
  @MayNotFind()
  @Header('cache-control', 'private, no-store')
  @ApiParam({
    name: 'address',
    description: '地址的最后一段，不可猜测 / The last part of the address, which cannot be guessed',
    schema: { type: 'string', pattern: SECRET.source, maxLength: 32 },
    example: '3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAA',
  })
  @ApiProduces(CALENDAR_TYPE)
  @ApiOkResponse({
    description: '预约日历（iCalendar，RFC 5545） / Bookings as iCalendar (RFC 5545)',
    content: {
      [CALENDAR_TYPE]: { schema: { type: 'string', format: 'ical', maxLength: 2_097_152 }, example: EXAMPLE },
    },
  })
  @Summary('供日历程序读取的预约', 'Bookings for calendar programs')
  async readCalendar(@Param('address') address: string): Promise<StreamableFile> {
    const text = await this.feeds.calendar(address);
    return new StreamableFile(Buffer.from(text), { type: `${CALENDAR_TYPE}; charset=utf-8` });
  }
}
