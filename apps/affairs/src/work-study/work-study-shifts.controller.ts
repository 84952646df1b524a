import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { BookShiftDto, ShiftDetailDto, ShiftDto, ShiftsQuery, WorkedDto } from './shifts.dto.js';
import { Shifts } from './shifts.service.js';

/** Shifts of work-study (勤工助学班次). */
@ApiTags('work-study')
@Controller('affairs/v1/work-study-shifts')
export class WorkStudyShiftsController {
  constructor(private readonly shifts: Shifts) {}

  @Get()
  @Require('affairs:work-study:apply', 'affairs:work-study:manage')
  @ApiPage(ShiftDto)
  @Summary('列出本人的，及所负责岗位的班次', 'List shifts: one’s own, and those of posts one manages')
  listShifts(@CurrentActor() actor: Actor, @Query() query: ShiftsQuery): Promise<Page<ShiftDto>> {
    return this.shifts.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:work-study:apply', 'affairs:work-study:manage')
  @Returns(ShiftDetailDto)
  @Summary('排班：核对每周与每月工时上限', 'Book a shift, within the hours of the week and the month')
  bookShift(@CurrentActor() actor: Actor, @Body() body: BookShiftDto): Promise<ShiftDetailDto> {
    return this.shifts.book(actor, body);
  }

  @Get(':id')
  @Require('affairs:work-study:apply', 'affairs:work-study:manage')
  @Returns(ShiftDetailDto)
  @Summary('查看班次', 'See a shift')
  getShift(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ShiftDetailDto> {
    return this.shifts.get(actor, id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Require('affairs:work-study:apply', 'affairs:work-study:manage')
  @Returns(ShiftDetailDto)
  @Summary('取消班次', 'Cancel a shift')
  cancelShift(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ShiftDetailDto> {
    return this.shifts.cancel(actor, id, version);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Require('affairs:work-study:manage')
  @Returns(ShiftDetailDto)
  @Summary(
    '核定工时；发放后为更正，由下一份工资单冲正',
    'Confirm what was worked; once it is paid, a correction that the next payroll settles',
  )
  confirmShift(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: WorkedDto,
  ): Promise<ShiftDetailDto> {
    return this.shifts.confirm(actor, id, version, body.minutes);
  }
}
