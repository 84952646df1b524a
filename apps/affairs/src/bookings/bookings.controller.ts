import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  BookDto,
  BookingDetailDto,
  BookingDto,
  BookingSeriesDto,
  BookingsQuery,
  BookingTextDto,
  BookSeriesDto,
} from './bookings.dto.js';
import { Bookings } from './bookings.service.js';

/** Bookings (预约). Of hours, the student and the host alone see them. */
@ApiTags('bookings')
@Controller('affairs/v1/bookings')
export class BookingsController {
  constructor(private readonly bookings: Bookings) {}

  @Get()
  @Require('affairs:booking:read')
  @ApiPage(BookingDto)
  @Summary('列出本人的，及所负责资源的预约', 'List bookings: one’s own, and those of what one keeps')
  listBookings(@CurrentActor() actor: Actor, @Query() query: BookingsQuery): Promise<Page<BookingDto>> {
    return this.bookings.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:booking:book')
  @Returns(BookingDetailDto)
  @Summary('预约；约满时可候补', 'Book, or wait for a place')
  book(@CurrentActor() actor: Actor, @Body() body: BookDto): Promise<BookingDetailDto> {
    return this.bookings.book(actor, body);
  }

  @Post('series')
  @MayNotFind()
  @Require('affairs:booking:book')
  @Returns(BookingSeriesDto)
  @Summary('每周预约：全部成立或全部不成立', 'Book a weekly series: all of it or nothing')
  bookSeries(@CurrentActor() actor: Actor, @Body() body: BookSeriesDto): Promise<BookingSeriesDto> {
    return this.bookings.bookSeries(actor, body);
  }

  @Get(':id')
  @Require('affairs:booking:read')
  @Returns(BookingDetailDto)
  @Summary('查看预约；工作人员查看留有记录', 'See a booking; that staff did is recorded')
  getBooking(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<BookingDetailDto> {
    return this.bookings.get(actor, id);
  }

  @Post(':id/accept')
  @HttpCode(200)
  @Require('affairs:booking:book')
  @Returns(BookingDetailDto)
  @Summary('接受递补的名额', 'Accept the place that is offered')
  acceptBooking(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookingDetailDto> {
    return this.bookings.accept(actor, id, version);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Require('affairs:booking:book', 'affairs:booking:manage')
  @Returns(BookingDetailDto)
  @Summary('取消预约或候补', 'Cancel a booking, or the wait for one')
  cancelBooking(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookingDetailDto> {
    return this.bookings.cancel(actor, id, version);
  }

  @Post(':id/attend')
  @HttpCode(200)
  @Require('affairs:booking:manage')
  @Returns(BookingDetailDto)
  @Summary('登记到场；误记的爽约由此更正', 'Record that the student came; corrects a no-show')
  recordAttendance(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookingDetailDto> {
    return this.bookings.record(actor, id, version, 'attend');
  }

  @Post(':id/no-show')
  @HttpCode(200)
  @Require('affairs:booking:manage')
  @Returns(BookingDetailDto)
  @Summary('登记爽约', 'Record that the student did not come')
  recordNoShow(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookingDetailDto> {
    return this.bookings.record(actor, id, version, 'no_show');
  }

  @Post(':id/appeal')
  @HttpCode(200)
  @Require('affairs:booking:book')
  @Returns(BookingDetailDto)
  @Summary('对爽约记录申诉；答复前不计', 'Appeal against a no-show; until it is answered it does not count')
  appealNoShow(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: BookingTextDto,
  ): Promise<BookingDetailDto> {
    return this.bookings.appeal(actor, id, version, body.text);
  }

  @Post(':id/forgive')
  @HttpCode(200)
  @Require('affairs:booking:manage')
  @Returns(BookingDetailDto)
  @Summary('谅解爽约，不再计入', 'Forgive a no-show: it counts no more')
  forgiveNoShow(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookingDetailDto> {
    return this.bookings.answer(actor, id, version, 'forgive');
  }

  @Post(':id/uphold')
  @HttpCode(200)
  @Require('affairs:booking:manage')
  @Returns(BookingDetailDto)
  @Summary('答复申诉：维持爽约', 'Answer an appeal: the no-show stands')
  upholdNoShow(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookingDetailDto> {
    return this.bookings.answer(actor, id, version, 'uphold');
  }
}
