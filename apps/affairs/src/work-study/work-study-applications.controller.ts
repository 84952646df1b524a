import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { PostApplications } from './post-applications.service.js';
import { PostApplicationDetailDto, PostApplicationDto, PostApplicationsQuery } from './posts.dto.js';

/** Applications of students for posts of work-study, and the work that comes of them. */
@ApiTags('work-study')
@Controller('affairs/v1/work-study-applications')
export class WorkStudyApplicationsController {
  constructor(private readonly applications: PostApplications) {}

  @Get()
  @Require('affairs:work-study:apply', 'affairs:work-study:manage')
  @ApiPage(PostApplicationDto)
  @Summary(
    '列出本人的，及所负责岗位的申请，按先后',
    'List applications: one’s own, and those for posts one manages, in their turn',
  )
  listWorkStudyApplications(
    @CurrentActor() actor: Actor,
    @Query() query: PostApplicationsQuery,
  ): Promise<Page<PostApplicationDto>> {
    return this.applications.list(actor, query);
  }

  @Get(':id')
  @Require('affairs:work-study:apply', 'affairs:work-study:manage')
  @Returns(PostApplicationDetailDto)
  @Summary('查看岗位申请；工作人员查看留有记录', 'See an application; that staff did is recorded')
  getWorkStudyApplication(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<PostApplicationDetailDto> {
    return this.applications.get(actor, id);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:work-study:apply')
  @Returns(PostApplicationDetailDto)
  @Summary('撤回岗位申请', 'Withdraw an application')
  withdrawWorkStudyApplication(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<PostApplicationDetailDto> {
    return this.applications.act(actor, id, version, 'withdraw');
  }

  @Post(':id/assign')
  @HttpCode(200)
  @Require('affairs:work-study:manage')
  @Returns(PostApplicationDetailDto)
  @Summary('录用', 'Give the student the post')
  assignWorkStudyPost(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<PostApplicationDetailDto> {
    return this.applications.act(actor, id, version, 'assign');
  }

  @Post(':id/decline')
  @HttpCode(200)
  @Require('affairs:work-study:manage')
  @Returns(PostApplicationDetailDto)
  @Summary('不录用', 'Decline an application')
  declineWorkStudyApplication(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<PostApplicationDetailDto> {
    return this.applications.act(actor, id, version, 'decline');
  }

  @Post(':id/end')
  @HttpCode(200)
  @Require('affairs:work-study:apply', 'affairs:work-study:manage')
  @Returns(PostApplicationDetailDto)
  @Summary('离岗', 'End the work in the post')
  endWorkStudyAssignment(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<PostApplicationDetailDto> {
    return this.applications.act(actor, id, version, 'end');
  }
}
