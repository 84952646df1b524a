import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { TurnoutDto } from './roll.dto.js';
import { EnrolDto, EnrolmentDetailDto, EnrolmentDto, EnrolmentsQuery } from './enrolments.dto.js';
import { Enrolments } from './enrolments.service.js';

/** Enrolments (报名) in activities. */
@ApiTags('enrolments')
@Controller('affairs/v1/enrolments')
export class EnrolmentsController {
  constructor(private readonly enrolments: Enrolments) {}

  @Get()
  @Require('affairs:participation:read', 'affairs:activity:manage')
  @ApiPage(EnrolmentDto)
  @Summary(
    '列出本人的、所负责学生的，及所办活动的报名',
    'List enrolments: one’s own, those of students in one’s charge, those of what one holds',
  )
  listEnrolments(@CurrentActor() actor: Actor, @Query() query: EnrolmentsQuery): Promise<Page<EnrolmentDto>> {
    return this.enrolments.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:activity:enrol')
  @Returns(EnrolmentDetailDto)
  @Summary('报名；名额已满时可候补', 'Enrol, or wait for a place')
  enrol(@CurrentActor() actor: Actor, @Body() body: EnrolDto): Promise<EnrolmentDetailDto> {
    return this.enrolments.enrol(actor, body);
  }

  @Get(':id')
  @Require('affairs:participation:read', 'affairs:activity:manage')
  @Returns(EnrolmentDetailDto)
  @Summary('查看报名；工作人员查看留有记录', 'See an enrolment; that staff did is recorded')
  getEnrolment(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<EnrolmentDetailDto> {
    return this.enrolments.get(actor, id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Require('affairs:activity:enrol', 'affairs:activity:manage')
  @Returns(EnrolmentDetailDto)
  @Summary('取消报名或候补', 'Cancel an enrolment, or the wait for a place')
  cancelEnrolment(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<EnrolmentDetailDto> {
    return this.enrolments.cancel(actor, id, version);
  }

  @Post(':id/attendance')
  @HttpCode(200)
  @Require('affairs:activity:manage')
  @Returns(EnrolmentDetailDto)
  @Summary(
    '登记是否到场；核定后为更正，随之收回或计入',
    'Record whether the student was there; later on, a correction that takes back or adds what it counts for',
  )
  recordParticipation(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: TurnoutDto,
  ): Promise<EnrolmentDetailDto> {
    return this.enrolments.record(actor, id, version, body);
  }
}
