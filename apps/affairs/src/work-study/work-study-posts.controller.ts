import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { PostApplications } from './post-applications.service.js';
import {
  ApplyForPostDto,
  DraftPostDto,
  PostApplicationDetailDto,
  PostDto,
  PostFormDto,
  PostsQuery,
  PrioritiesDto,
  PrioritiesTakenDto,
} from './posts.dto.js';
import { Posts } from './posts.service.js';

/** Posts of work-study (勤工助学岗位). */
@ApiTags('work-study')
@Controller('affairs/v1/work-study-posts')
export class WorkStudyPostsController {
  constructor(
    private readonly posts: Posts,
    private readonly applications: PostApplications,
  ) {}

  @Get()
  @Require('affairs:work-study:read')
  @ApiPage(PostDto)
  @Summary('列出勤工助学岗位', 'List posts')
  listWorkStudyPosts(@CurrentActor() actor: Actor, @Query() query: PostsQuery): Promise<Page<PostDto>> {
    return this.posts.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:work-study:manage')
  @Returns(PostDto)
  @Summary('设岗：核对报酬下限，危险工作不予设岗', 'Draft a post: its pay is enough, and it is not dangerous')
  draftWorkStudyPost(@CurrentActor() actor: Actor, @Body() body: DraftPostDto): Promise<PostDto> {
    return this.posts.draft(actor, body);
  }

  @Post('priorities')
  @HttpCode(200)
  @Require('affairs:work-study:prioritise')
  @Returns(PrioritiesTakenDto)
  @Summary('登记优先录用的学生（如家庭经济困难），不再显示', 'Say which students come first; it is never shown again')
  prioritiseStudents(@CurrentActor() actor: Actor, @Body() body: PrioritiesDto): Promise<PrioritiesTakenDto> {
    return this.posts.prioritise(actor, body);
  }

  @Get(':id')
  @Require('affairs:work-study:read')
  @Returns(PostDto)
  @Summary('查看岗位', 'See a post')
  getWorkStudyPost(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<PostDto> {
    return this.posts.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:work-study:manage')
  @Returns(PostDto)
  @Summary('修改岗位；已排班次的报酬不变', 'Change a post; shifts that are booked keep their pay')
  changeWorkStudyPost(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: PostFormDto,
  ): Promise<PostDto> {
    return this.posts.change(actor, id, version, body);
  }

  @Post(':id/open')
  @HttpCode(200)
  @Require('affairs:work-study:manage')
  @Returns(PostDto)
  @Summary('开始招聘', 'Open a post for applications')
  openWorkStudyPost(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<PostDto> {
    return this.posts.open(actor, id, version);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('affairs:work-study:manage')
  @Returns(PostDto)
  @Summary('停止招聘', 'Take no more applications')
  closeWorkStudyPost(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<PostDto> {
    return this.posts.close(actor, id, version);
  }

  @Post(':id/applications')
  @MayNotFind()
  @Require('affairs:work-study:apply')
  @Returns(PostApplicationDetailDto)
  @Summary('申请岗位', 'Apply for a post')
  applyForWorkStudyPost(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: ApplyForPostDto,
  ): Promise<PostApplicationDetailDto> {
    return this.applications.apply(actor, id, body);
  }
}
