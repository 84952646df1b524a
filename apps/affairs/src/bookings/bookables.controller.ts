import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  BookableDto,
  BookableRulesDto,
  BookablesQuery,
  OpenBookableDto,
  SlotDto,
  SlotsQuery,
} from './bookables.dto.js';
import { Bookables } from './bookables.service.js';

/** Places and hours that students book (预约资源). */
@ApiTags('bookables')
@Controller('affairs/v1/bookables')
export class BookablesController {
  constructor(private readonly bookables: Bookables) {}

  @Get()
  @Require('affairs:booking:read')
  @ApiPage(BookableDto)
  @Summary('列出可预约的场地与接待时段；学生只见对其开放的', 'List what can be booked; a student sees what is for them')
  listBookables(@CurrentActor() actor: Actor, @Query() query: BookablesQuery): Promise<Page<BookableDto>> {
    return this.bookables.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:booking:manage')
  @Returns(BookableDto)
  @Summary('开放所负责的场地或接待时段', 'Open a place in one’s charge, or hours, for booking')
  openBookable(@CurrentActor() actor: Actor, @Body() body: OpenBookableDto): Promise<BookableDto> {
    return this.bookables.open(actor, body);
  }

  @Get(':id')
  @Require('affairs:booking:read')
  @Returns(BookableDto)
  @Summary('查看可预约资源、规则与本人额度', 'See what can be booked, its rules, and what one may still book')
  getBookable(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<BookableDto> {
    return this.bookables.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:booking:manage')
  @Returns(BookableDto)
  @Summary('修改规则；已有预约不变', 'Change its rules; what is booked stays')
  changeBookable(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: BookableRulesDto,
  ): Promise<BookableDto> {
    return this.bookables.change(actor, id, version, body);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('affairs:booking:manage')
  @Returns(BookableDto)
  @Summary('停止接受预约；已有预约不变', 'Take no more bookings; what is booked stays')
  closeBookable(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<BookableDto> {
    return this.bookables.close(actor, id, version);
  }

  @Post(':id/reopen')
  @HttpCode(200)
  @Require('affairs:booking:manage')
  @Returns(BookableDto)
  @Summary('重新开放预约', 'Open it for booking again')
  reopenBookable(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<BookableDto> {
    return this.bookables.reopen(actor, id, version);
  }

  @Get(':id/slots')
  @Require('affairs:booking:read')
  @Returns([SlotDto])
  @Summary('列出时段、余位，及本人不能预约的原因', 'List slots, the places left, and why the caller cannot book one')
  listSlots(@CurrentActor() actor: Actor, @IdParam() id: string, @Query() query: SlotsQuery): Promise<SlotDto[]> {
    return this.bookables.slots(actor, id, query);
  }
}
