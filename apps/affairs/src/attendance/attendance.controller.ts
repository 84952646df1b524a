import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, type Page, Returns, Summary } from '#http';
import {
  AttendanceBatchDto,
  AttendanceBatchResultDto,
  AttendanceDto,
  AttendanceQuery,
  AttendanceTotalsDto,
  AttendanceTotalsQuery,
} from './attendance.dto.js';
import { Attendances } from './attendance.service.js';

/** Attendance (考勤) as systems of the school report it; leave excuses it. */
@ApiTags('attendance')
@Controller('affairs/v1/attendance')
export class AttendanceController {
  constructor(private readonly attendances: Attendances) {}

  @Get()
  @Require('affairs:attendance:read')
  @ApiPage(AttendanceDto)
  @Summary('列出考勤记录', 'List attendance')
  listAttendance(@CurrentActor() actor: Actor, @Query() query: AttendanceQuery): Promise<Page<AttendanceDto>> {
    return this.attendances.list(actor, query);
  }

  @Get('totals')
  @Require('affairs:attendance:read')
  @ApiPage(AttendanceTotalsDto)
  @Summary('按学生统计缺勤与旷课学时', 'Absences and class hours without leave, by student')
  listAttendanceTotals(
    @CurrentActor() actor: Actor,
    @Query() query: AttendanceTotalsQuery,
  ): Promise<Page<AttendanceTotalsDto>> {
    return this.attendances.totals(actor, query);
  }

  @Post('batches')
  @HttpCode(200)
  @Require('affairs:attendance:write')
  @Returns(AttendanceBatchResultDto)
  @Summary(
    '批量上报考勤；可重复上报，同一编号以最后一次为准，更正为出勤即撤回',
    'Report attendance in a batch; may be sent again, the last word on a record counts, and `present` takes an absence back',
  )
  reportAttendance(@CurrentActor() actor: Actor, @Body() body: AttendanceBatchDto): Promise<AttendanceBatchResultDto> {
    return this.attendances.record(actor, body);
  }
}
