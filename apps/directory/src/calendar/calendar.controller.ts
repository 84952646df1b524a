import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import {
  CalendarDayDto,
  CalendarDayInput,
  CalendarDayParams,
  CalendarDto,
  CalendarQuery,
  TermDto,
  TermInput,
  TermsQuery,
} from './calendar.dto.js';
import { Calendar } from './calendar.service.js';
import { Terms } from './terms.service.js';

@ApiTags('calendar')
@Controller('directory/v1/terms')
export class TermsController {
  constructor(private readonly terms: Terms) {}

  @Get()
  @Require('directory:unit:read')
  @ApiPage(TermDto)
  @Summary('列出学年与学期', 'List school years and terms')
  listTerms(@Query() query: TermsQuery): Promise<Page<TermDto>> {
    return this.terms.list(query);
  }

  @Get(':id')
  @Require('directory:unit:read')
  @Returns(TermDto)
  @Summary('查看一个学年或学期', 'See a school year or term')
  getTerm(@IdParam() id: string): Promise<TermDto> {
    return this.terms.get(id);
  }

  @Post()
  @Created()
  @Require('directory:calendar:write')
  @Returns(TermDto)
  @Summary('新增学年或学期', 'Add a school year or term')
  createTerm(@CurrentActor() actor: Actor, @Body() body: TermInput): Promise<TermDto> {
    return this.terms.create(actor, body);
  }

  @Put(':id')
  @Require('directory:calendar:write')
  @Returns(TermDto)
  @Summary('修改学年或学期', 'Change a school year or term')
  updateTerm(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: TermInput,
  ): Promise<TermDto> {
    return this.terms.update(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Require('directory:calendar:write')
  @Summary('删除未被使用的学年或学期', 'Delete a school year or term that nothing belongs to')
  deleteTerm(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.terms.delete(actor, id, version);
  }
}

@ApiTags('calendar')
@Controller('directory/v1/calendar')
export class CalendarController {
  constructor(private readonly calendar: Calendar) {}

  @Get()
  @Require('directory:unit:read')
  @Returns(CalendarDto)
  @Summary(
    '查看工作日历（国家放假安排与校定日期）',
    "See the workday calendar: the national plan and the school's own days",
  )
  getCalendar(@Query() query: CalendarQuery): Promise<CalendarDto> {
    return this.calendar.days(query);
  }

  @Put(':date')
  @Require('directory:calendar:write')
  @Returns(CalendarDayDto)
  @Summary('设定校定日期', "Set one of the school's own days")
  putCalendarDay(
    @CurrentActor() actor: Actor,
    @Param() { date }: CalendarDayParams,
    @Body() body: CalendarDayInput,
  ): Promise<CalendarDayDto> {
    return this.calendar.put(actor, date, body);
  }

  @Delete(':date')
  @HttpCode(204)
  @Require('directory:calendar:write')
  @Summary('撤销校定日期', "Take back one of the school's own days")
  deleteCalendarDay(@CurrentActor() actor: Actor, @Param() { date }: CalendarDayParams): Promise<void> {
    return this.calendar.delete(actor, date);
  }
}
