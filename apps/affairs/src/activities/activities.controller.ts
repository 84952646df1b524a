import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { ActivitiesQuery, ActivityDto, ActivityFormDto, DraftActivityDto } from './activities.dto.js';
import { Activities } from './activities.service.js';
import { RollDto, RollRowResultDto, SignInCodeDto, SignInDto } from './roll.dto.js';
import { EnrolmentDetailDto } from './enrolments.dto.js';
import { Enrolments } from './enrolments.service.js';

/** Activities (活动) that students take part in. */
@ApiTags('activities')
@Controller('affairs/v1/activities')
export class ActivitiesController {
  constructor(
    private readonly activities: Activities,
    private readonly enrolments: Enrolments,
  ) {}

  @Get()
  @Require('affairs:activity:read')
  @ApiPage(ActivityDto)
  @Summary('列出活动；学生只见面向其开放的', 'List activities; a student sees what is for them')
  listActivities(@CurrentActor() actor: Actor, @Query() query: ActivitiesQuery): Promise<Page<ActivityDto>> {
    return this.activities.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:activity:manage')
  @Returns(ActivityDto)
  @Summary('起草活动', 'Draft an activity')
  draftActivity(@CurrentActor() actor: Actor, @Body() body: DraftActivityDto): Promise<ActivityDto> {
    return this.activities.draft(actor, body);
  }

  @Get(':id')
  @Require('affairs:activity:read')
  @Returns(ActivityDto)
  @Summary('查看活动、余位与本人报名', 'See an activity, its places and one’s own enrolment')
  getActivity(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ActivityDto> {
    return this.activities.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:activity:manage')
  @Returns(ActivityDto)
  @Summary('修改活动；已报名的不变', 'Change an activity; who is enrolled stays so')
  changeActivity(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ActivityFormDto,
  ): Promise<ActivityDto> {
    return this.activities.change(actor, id, version, body);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Require('affairs:activity:manage')
  @Returns(ActivityDto)
  @Summary('发布活动', 'Publish an activity')
  publishActivity(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ActivityDto> {
    return this.activities.publish(actor, id, version);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Require('affairs:activity:manage')
  @Returns(ActivityDto)
  @Summary('取消活动，报名随之取消', 'Cancel an activity, and its enrolments with it')
  cancelActivity(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ActivityDto> {
    return this.activities.cancel(actor, id, version);
  }

  @Get(':id/code')
  @Require('affairs:activity:manage')
  @Returns(SignInCodeDto)
  @Summary('当前签到码，供现场显示', 'The code to sign in with now, to be shown on the spot')
  showCode(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<SignInCodeDto> {
    return this.activities.code(actor, id);
  }

  @Post(':id/sign-in')
  @HttpCode(200)
  @Require('affairs:activity:enrol')
  @Returns(EnrolmentDetailDto)
  @Summary('凭现场签到码签到', 'Sign in with the code that is shown')
  signIn(@CurrentActor() actor: Actor, @IdParam() id: string, @Body() body: SignInDto): Promise<EnrolmentDetailDto> {
    return this.enrolments.sign(actor, id, body.code, 'sign_in');
  }

  @Post(':id/sign-out')
  @HttpCode(200)
  @Require('affairs:activity:enrol')
  @Returns(EnrolmentDetailDto)
  @Summary('凭现场签到码签退', 'Sign out with the code that is shown')
  signOut(@CurrentActor() actor: Actor, @IdParam() id: string, @Body() body: SignInDto): Promise<EnrolmentDetailDto> {
    return this.enrolments.sign(actor, id, body.code, 'sign_out');
  }

  @Post(':id/roll')
  @HttpCode(200)
  @Require('affairs:activity:manage')
  @Returns([RollRowResultDto])
  @Summary('点名：逐行登记是否到场', 'Call the roll: record row by row who is there')
  callRoll(@CurrentActor() actor: Actor, @IdParam() id: string, @Body() body: RollDto): Promise<RollRowResultDto[]> {
    return this.activities.roll(actor, id, body);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('affairs:activity:manage')
  @Returns(ActivityDto)
  @Summary('核定名单，学分与时长自此计入', 'Confirm who took part: credits and hours count from now on')
  closeActivity(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<ActivityDto> {
    return this.activities.close(actor, id, version);
  }
}
