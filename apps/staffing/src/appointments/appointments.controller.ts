import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import {
  ResponsibleStaffDto,
  AppointDto,
  AppointmentDto,
  AppointmentsQuery,
  CorrectAppointmentDto,
  EndAppointmentDto,
  OnDateQuery,
} from './appointments.dto.js';
import { Appointments } from './appointments.service.js';

@ApiTags('appointments')
@Controller('staffing/v1')
export class AppointmentsController {
  constructor(private readonly appointments: Appointments) {}

  @Get('appointments')
  @Require('staffing:appointment:read')
  @ApiPage(AppointmentDto)
  @Summary('列出任职', 'List appointments')
  listAppointments(@CurrentActor() actor: Actor, @Query() query: AppointmentsQuery): Promise<Page<AppointmentDto>> {
    return this.appointments.list(actor, query);
  }

  @Post('appointments')
  @Created()
  @Require('staffing:appointment:write')
  @Returns(AppointmentDto)
  @Summary('任命', 'Appoint somebody')
  appoint(@CurrentActor() actor: Actor, @Body() body: AppointDto): Promise<AppointmentDto> {
    return this.appointments.appoint(actor, body);
  }

  @Get('appointments/:id')
  @Require('staffing:appointment:read')
  @Returns(AppointmentDto)
  @Summary('查看任职', 'See an appointment')
  getAppointment(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<AppointmentDto> {
    return this.appointments.get(actor, id);
  }

  @Put('appointments/:id')
  @Require('staffing:appointment:write')
  @Returns(AppointmentDto)
  @Summary('更正录入有误的任职', 'Put right an appointment that was entered wrongly')
  correctAppointment(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: CorrectAppointmentDto,
  ): Promise<AppointmentDto> {
    return this.appointments.correct(actor, id, version, body);
  }

  @Post('appointments/:id/end')
  @HttpCode(200)
  @Require('staffing:appointment:write')
  @Returns(AppointmentDto)
  @Summary('免去任职', 'End an appointment')
  endAppointment(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: EndAppointmentDto,
  ): Promise<AppointmentDto> {
    return this.appointments.end(actor, id, version, body.validTo);
  }

  @Get('students/:id/responsible-staff')
  @Require('staffing:appointment:read')
  @Returns(ResponsibleStaffDto)
  @Summary('某日谁负责该学生', 'Who answers for a student on a date')
  listResponsibleStaff(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: OnDateQuery,
  ): Promise<ResponsibleStaffDto> {
    return this.appointments.responsibleStaff(actor, id, query.on);
  }
}
