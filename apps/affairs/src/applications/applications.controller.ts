import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { ActDto } from '#workflow';
import {
  ApplicationDecisionResultsDto,
  ApplicationFormDto,
  ApplicationHistoryQuery,
  ApplicationsQuery,
  BeginApplicationDto,
  PrecheckApplicationDto,
} from './application-forms.dto.js';
import { ApplicationActionDto, ApplicationReplayDto } from './application-history.dto.js';
import { ApplicationDetailDto, ApplicationDto, ApplicationPrecheckDto } from './applications.dto.js';
import { DecideManyDto } from '../tasks/decide-many.dto.js';
import { ApplicationReads } from './application-reads.service.js';
import { Applications } from './applications.service.js';

/**
 * Applications for items of the catalogue (办件). `affairs:application:read` reaches the students one answers for (a student: oneself);
 * `affairs:application:decide` what one signs. What the student does asks for `affairs:application:submit` in the use case.
 */
@ApiTags('applications')
@Controller('affairs/v1/applications')
export class ApplicationsController {
  constructor(
    private readonly applications: Applications,
    private readonly reads: ApplicationReads,
  ) {}

  @Get()
  @Require('affairs:application:read', 'affairs:application:decide')
  @ApiPage(ApplicationDto)
  @Summary('列出办件', 'List applications')
  listApplications(@CurrentActor() actor: Actor, @Query() query: ApplicationsQuery): Promise<Page<ApplicationDto>> {
    return this.reads.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:application:submit', 'affairs:application:decide')
  @Returns(ApplicationDetailDto)
  @Summary('起草办件：免填字段由系统填写', 'Begin an application as a draft; what is known is filled in')
  beginApplication(@CurrentActor() actor: Actor, @Body() body: BeginApplicationDto): Promise<ApplicationDetailDto> {
    return this.applications.begin(actor, body);
  }

  @Post('decide')
  @HttpCode(200)
  @Require('affairs:application:decide')
  @Returns(ApplicationDecisionResultsDto)
  @Summary(
    '批量办理：逐件同意、不同意或退回补正，逐件返回结果',
    'Decide many: approve, reject or return each, with a result per row',
  )
  decideApplications(
    @CurrentActor() actor: Actor,
    @Body() body: DecideManyDto,
  ): Promise<ApplicationDecisionResultsDto> {
    return this.applications.decideMany(actor, body);
  }

  @Get(':id')
  @Require('affairs:application:read', 'affairs:application:decide')
  @Returns(ApplicationDetailDto)
  @Summary('查看办件', 'See an application')
  getApplication(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ApplicationDetailDto> {
    return this.reads.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:application:read', 'affairs:application:decide')
  @Returns(ApplicationDetailDto)
  @Summary('保存草稿（整体替换）', 'Save a draft: what is sent takes the place of what was there')
  saveApplication(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ApplicationFormDto,
  ): Promise<ApplicationDetailDto> {
    return this.applications.write(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Require('affairs:application:submit', 'affairs:application:decide')
  @Summary('删除草稿', 'Discard a draft')
  discardApplication(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.applications.discard(actor, id, version);
  }

  @Post(':id/precheck')
  @HttpCode(200)
  @Require('affairs:application:read', 'affairs:application:decide')
  @Returns(ApplicationPrecheckDto)
  @Summary(
    '预检：能否提交、缺什么、由谁办理、何时办结；不写入',
    'Pre-check: will it pass, what is missing, who decides, by when',
  )
  precheckApplication(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: PrecheckApplicationDto,
  ): Promise<ApplicationPrecheckDto> {
    return this.applications.precheck(actor, id, body);
  }

  @Post(':id/submit')
  @HttpCode(200)
  @Require('affairs:application:read', 'affairs:application:decide')
  @Returns(ApplicationDetailDto)
  @Summary('提交办件；无环节的即时办结', 'Submit an application; one without steps is done at once')
  submitApplication(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ApplicationDetailDto> {
    return this.applications.submit(actor, id, version);
  }

  @Post(':id/resubmit')
  @HttpCode(200)
  @Require('affairs:application:read', 'affairs:application:decide')
  @Returns(ApplicationDetailDto)
  @Summary(
    '补正后重新提交：仅可改动 correctable 所列',
    'Submit a returned application again: only what `correctable` names may differ',
  )
  resubmitApplication(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ApplicationFormDto,
  ): Promise<ApplicationDetailDto> {
    return this.applications.resubmit(actor, id, version, body);
  }

  @Post(':id/actions')
  @HttpCode(200)
  @Require('affairs:application:read', 'affairs:application:decide')
  @Returns(ApplicationDetailDto)
  @Summary(
    '办理：答案中 actions 所列的任何一项，如同意、退回、转办、加签、拿回、撤回、催办',
    'Do anything that `actions` of the application offers, such as approve, return, transfer, add a signer, take back, withdraw, urge',
  )
  actOnApplication(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ActDto,
  ): Promise<ApplicationDetailDto> {
    return this.applications.doAny(actor, id, version, body);
  }

  @Get(':id/history')
  @Require('affairs:application:read', 'affairs:application:decide')
  @ApiPage(ApplicationActionDto)
  @Summary('查看办件的办理记录', "See an application's history")
  getApplicationHistory(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: ApplicationHistoryQuery,
  ): Promise<Page<ApplicationActionDto>> {
    return this.reads.history(actor, id, query);
  }

  @Get(':id/replay')
  @Require('affairs:application:replay')
  @Returns(ApplicationReplayDto)
  @Summary(
    '复核：按当时的流程版本与依据重算每一步，与所存对照',
    'Replay: every decision worked out anew from what it was based on, held against what is stored',
  )
  replayApplication(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ApplicationReplayDto> {
    return this.reads.replay(actor, id);
  }
}
