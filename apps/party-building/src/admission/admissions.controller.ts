import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import { AdmissionViews } from './admission-views.js';
import {
  AdmissionDto,
  AdmissionEntryDto,
  AdmissionsQuery,
  ApplyDto,
  ContactDto,
  ContactsQuery,
  MoveAdmissionDto,
  OpenAdmissionDto,
  ReasonDto,
  RecordedAdmissionDto,
  RecordStepDto,
} from './admissions.dto.js';
import { Admissions } from './admissions.service.js';
import { RuleSetDto, TimelineDto } from './timeline.dto.js';

@ApiTags('admissions')
@Controller('party-building/v1')
export class AdmissionsController {
  constructor(
    private readonly admissions: Admissions,
    private readonly views: AdmissionViews,
  ) {}

  @Post('applications')
  @Require('party-building:admission:apply')
  @Returns(RecordedAdmissionDto)
  @Summary('本人递交入党申请', 'Hand in one’s own application')
  async apply(
    @CurrentActor() actor: Actor,
    @Body() body: ApplyDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RecordedAdmissionDto> {
    const admission = await this.admissions.apply(actor, body);
    reply.header('Location', `/party-building/v1/admissions/${admission.id}`);
    return admission;
  }

  @Get('admissions')
  @Require('party-building:admission:read')
  @ApiPage(AdmissionDto)
  @Summary('列出发展党员记录', 'List admissions')
  listAdmissions(@CurrentActor() actor: Actor, @Query() query: AdmissionsQuery): Promise<Page<AdmissionDto>> {
    return this.views.list(actor, query);
  }

  @Post('admissions')
  @Created()
  @Require('party-building:admission:write')
  @Returns(RecordedAdmissionDto)
  @Summary('登记收到的入党申请', 'Enter an application that was received')
  receiveApplication(@CurrentActor() actor: Actor, @Body() body: OpenAdmissionDto): Promise<RecordedAdmissionDto> {
    return this.admissions.receive(actor, body);
  }

  @Get('admissions/:id')
  @Require('party-building:admission:read')
  @Returns(AdmissionDto)
  @Summary('查看发展党员记录', 'See an admission')
  getAdmission(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<AdmissionDto> {
    return this.views.get(actor, id);
  }

  @Get('admissions/:id/timeline')
  @Require('party-building:admission:read')
  @Returns(TimelineDto)
  @Summary('二十五步的时间与规定', 'The 25 steps with their dates and gates')
  getTimeline(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TimelineDto> {
    return this.views.timeline(actor, id);
  }

  @Get('admissions/:id/entries')
  @Require('party-building:admission:read')
  @Returns([AdmissionEntryDto])
  @Summary('全部办理记录，含已撤销的', 'Everything that was entered, what was reversed included')
  listEntries(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<AdmissionEntryDto[]> {
    return this.views.entries(actor, id);
  }

  @Post('admissions/:id/steps/:step')
  @HttpCode(200)
  @Require('party-building:admission:write')
  @ApiParam({
    name: 'step',
    description: '步骤 1–25 / Step',
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 25 },
    example: 2,
  })
  @Returns(RecordedAdmissionDto)
  @Summary('办理一步', 'Record that a step was taken')
  recordStep(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Param('step') step: string,
    @IfMatch() version: number,
    @Body() body: RecordStepDto,
  ): Promise<RecordedAdmissionDto> {
    return this.admissions.record(actor, id, step, version, body);
  }

  @Post('admissions/:id/entries/:entryId/reverse')
  @HttpCode(200)
  @Require('party-building:admission:write')
  @Returns(AdmissionDto)
  @Summary('撤销最近一次办理', 'Reverse the latest record')
  reverseEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('entryId') entryId: string,
    @IfMatch() version: number,
    @Body() body: ReasonDto,
  ): Promise<AdmissionDto> {
    return this.admissions.reverse(actor, id, entryId, version, body.reason);
  }

  @Post('admissions/:id/move')
  @HttpCode(200)
  @Require('party-building:admission:write')
  @Returns(AdmissionDto)
  @Summary('转到另一党支部，已有时间保留', 'Move to another branch; the time served is kept')
  moveAdmission(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: MoveAdmissionDto,
  ): Promise<AdmissionDto> {
    return this.admissions.move(actor, id, version, body);
  }

  @Get('contacts')
  @Require('party-building:admission:read')
  @ApiPage(ContactDto)
  @Summary('列出培养联系人及其联系人数', 'List cultivation contacts and how many each accompanies')
  listContacts(@CurrentActor() actor: Actor, @Query() query: ContactsQuery): Promise<Page<ContactDto>> {
    return this.views.contacts(actor, query);
  }

  @Get('admission-rules')
  @Require('party-building:admission:read')
  @Returns([RuleSetDto])
  @Summary('各版本《细则》的步骤与规定', 'The steps and gates of every text of the rules')
  listAdmissionRules(): RuleSetDto[] {
    return this.views.ruleSets();
  }
}
