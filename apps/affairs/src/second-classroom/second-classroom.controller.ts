import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { Claims } from './claims.service.js';
import {
  ApproveClaimDto,
  ClaimDetailDto,
  ClaimDto,
  ClaimFormDto,
  ClaimNoticeDto,
  ClaimNoticesQuery,
  ClaimsQuery,
  ClaimTextDto,
  SubmitClaimDto,
} from './claims.dto.js';
import { TranscriptDto } from './transcript.dto.js';
import { Transcripts } from './transcripts.service.js';

/** The second classroom (第二课堂): transcripts, and claims of what was done outside of activities. */
@ApiTags('second-classroom')
@Controller('affairs/v1/second-classroom')
export class SecondClassroomController {
  constructor(
    private readonly transcripts: Transcripts,
    private readonly claims: Claims,
  ) {}

  @Get('me')
  @MayNotFind()
  @Require('affairs:participation:read')
  @Returns(TranscriptDto)
  @Summary(
    '本人的第二课堂成绩单：计入了什么、为何未计入',
    'One’s own transcript: what counts, and why something does not',
  )
  getOwnTranscript(@CurrentActor() actor: Actor): Promise<TranscriptDto> {
    return this.transcripts.of(actor, actor.personId);
  }

  @Get('students/:id')
  @Require('affairs:participation:read')
  @Returns(TranscriptDto)
  @Summary('学生的第二课堂成绩单；工作人员查看留有记录', 'A student’s transcript; that staff looked is recorded')
  getTranscript(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TranscriptDto> {
    return this.transcripts.of(actor, id);
  }

  @Get('notices')
  @Require('affairs:activity:read')
  @ApiPage(ClaimNoticeDto)
  @Summary('正在公示的第二课堂申报', 'Claims under public notice')
  listClaimNotices(@Query() query: ClaimNoticesQuery): Promise<Page<ClaimNoticeDto>> {
    return this.claims.notices(query);
  }

  @Get('claims')
  @Require('affairs:participation:read', 'affairs:second-classroom:confirm')
  @ApiPage(ClaimDto)
  @Summary('列出申报', 'List claims')
  listClaims(@CurrentActor() actor: Actor, @Query() query: ClaimsQuery): Promise<Page<ClaimDto>> {
    return this.claims.list(actor, query);
  }

  @Post('claims')
  @MayNotFind()
  @Created()
  @Require('affairs:second-classroom:claim')
  @Returns(ClaimDetailDto)
  @Summary('申报第二课堂学分', 'Claim credits')
  submitClaim(@CurrentActor() actor: Actor, @Body() body: SubmitClaimDto): Promise<ClaimDetailDto> {
    return this.claims.submit(actor, body);
  }

  @Get('claims/:id')
  @Require('affairs:participation:read', 'affairs:second-classroom:confirm')
  @Returns(ClaimDetailDto)
  @Summary('查看申报与材料；工作人员查看留有记录', 'See a claim and its evidence; that staff did is recorded')
  getClaim(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ClaimDetailDto> {
    return this.claims.get(actor, id);
  }

  @Put('claims/:id')
  @Require('affairs:second-classroom:claim')
  @Returns(ClaimDetailDto)
  @Summary('修改申报并重新提交', 'Change a claim and submit it again')
  changeClaim(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ClaimFormDto,
  ): Promise<ClaimDetailDto> {
    return this.claims.change(actor, id, version, body);
  }

  @Post('claims/:id/withdraw')
  @HttpCode(200)
  @Require('affairs:second-classroom:claim')
  @Returns(ClaimDetailDto)
  @Summary('撤回申报', 'Withdraw a claim')
  withdrawClaim(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ClaimDetailDto> {
    return this.claims.withdraw(actor, id, version);
  }

  @Post('claims/:id/approve')
  @HttpCode(200)
  @Require('affairs:second-classroom:review')
  @Returns(ClaimDetailDto)
  @Summary('学院审核通过，进入公示', 'Approve for the college: public notice begins')
  approveClaim(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ApproveClaimDto,
  ): Promise<ClaimDetailDto> {
    return this.claims.approve(actor, id, version, body);
  }

  @Post('claims/:id/return')
  @HttpCode(200)
  @Require('affairs:second-classroom:review')
  @Returns(ClaimDetailDto)
  @Summary('退回学生补充', 'Return a claim to the student')
  returnClaim(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ClaimTextDto,
  ): Promise<ClaimDetailDto> {
    return this.claims.end(actor, id, version, 'return', body.text);
  }

  @Post('claims/:id/refuse')
  @HttpCode(200)
  @Require('affairs:second-classroom:review', 'affairs:second-classroom:confirm')
  @Returns(ClaimDetailDto)
  @Summary('不予认定', 'Refuse a claim')
  refuseClaim(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ClaimTextDto,
  ): Promise<ClaimDetailDto> {
    return this.claims.end(actor, id, version, 'refuse', body.text);
  }

  @Post('claims/:id/confirm')
  @HttpCode(200)
  @Require('affairs:second-classroom:confirm')
  @Returns(ClaimDetailDto)
  @Summary('公示结束后确认，自此计入', 'Confirm after the public notice: it counts from now on')
  confirmClaim(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ClaimDetailDto> {
    return this.claims.confirm(actor, id, version);
  }

  @Post('claims/:id/revoke')
  @HttpCode(200)
  @Require('affairs:second-classroom:confirm')
  @Returns(ClaimDetailDto)
  @Summary('确认后撤销，自此不计', 'Take a confirmed claim back: it counts no more')
  revokeClaim(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ClaimTextDto,
  ): Promise<ClaimDetailDto> {
    return this.claims.end(actor, id, version, 'revoke', body.text);
  }
}
