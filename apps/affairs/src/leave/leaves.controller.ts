import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns, MayNotFind } from '#http';
import { ActDto } from '#workflow';
import { DecideManyDto } from '../tasks/decide-many.dto.js';
import { LeaveDecisionResultsDto } from './decide-leaves.dto.js';
import { LeaveDecisions } from './leave-decisions.service.js';
import {
  AttachmentsDto,
  CloseLeaveDto,
  CommentDto,
  ExtendLeaveDto,
  LeaveFormDto,
  LeavesQuery,
  LeaveSummaryQuery,
  PrecheckLeaveDto,
  RequiredCommentDto,
  SubmitLeaveDto,
  SubmitLeaveOnBehalfDto,
} from './leave-forms.dto.js';
import { LeaveActionDto, LeaveDetailDto, LeaveDto, LeaveHistoryQuery, LeavePrecheckDto } from './leaves.dto.js';
import { LeaveSummaryDto } from './leave-summary.dto.js';
import { Leaves } from './leaves.service.js';

/**
 * Leave (请假). What both the student and staff may do asks for `affairs:leave:read`, because it answers the leave, and in the
 * use case for `affairs:leave:submit` (one's own) or `affairs:leave:decide` (of students one answers for).
 */
@ApiTags('leaves')
@Controller('affairs/v1/leaves')
export class LeavesController {
  constructor(
    private readonly leaves: Leaves,
    private readonly decisions: LeaveDecisions,
  ) {}

  @Get()
  @Require('affairs:leave:read')
  @ApiPage(LeaveDto)
  @Summary('列出请假', 'List leaves')
  listLeaves(@CurrentActor() actor: Actor, @Query() query: LeavesQuery): Promise<Page<LeaveDto>> {
    return this.leaves.list(actor, query);
  }

  @Post('precheck')
  @MayNotFind()
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeavePrecheckDto)
  @Summary(
    '请假预检：由谁审批、缺什么、与什么冲突；不写入',
    'Pre-check a leave: who will decide, what is missing, what collides',
  )
  precheckLeave(@CurrentActor() actor: Actor, @Body() body: PrecheckLeaveDto): Promise<LeavePrecheckDto> {
    return this.leaves.precheck(actor, body);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:leave:submit')
  @Returns(LeaveDetailDto)
  @Summary('提交请假', 'Submit a leave')
  submitLeave(@CurrentActor() actor: Actor, @Body() body: SubmitLeaveDto): Promise<LeaveDetailDto> {
    return this.leaves.submit(actor, body);
  }

  @Post('on-behalf')
  @MayNotFind()
  @Require('affairs:leave:decide')
  @Returns(LeaveDetailDto)
  @Summary('代学生提交请假', 'Submit a leave on behalf of a student')
  submitLeaveOnBehalf(@CurrentActor() actor: Actor, @Body() body: SubmitLeaveOnBehalfDto): Promise<LeaveDetailDto> {
    return this.leaves.submitOnBehalf(actor, body);
  }

  @Post('decide')
  @HttpCode(200)
  @Require('affairs:leave:decide')
  @Returns(LeaveDecisionResultsDto)
  @Summary(
    '批量审批：逐条同意、不同意或退回补正，逐条返回结果',
    'Decide many: approve, reject or return each, with a result per row',
  )
  decideLeaves(@CurrentActor() actor: Actor, @Body() body: DecideManyDto): Promise<LeaveDecisionResultsDto> {
    return this.decisions.decideMany(actor, body);
  }

  @Get('summary')
  @Require('affairs:leave:read')
  @Returns(LeaveSummaryDto)
  @Summary('请假统计与一次办结率', 'Leave indicators: counts, first-time completion rate')
  summarizeLeaves(@CurrentActor() actor: Actor, @Query() query: LeaveSummaryQuery): Promise<LeaveSummaryDto> {
    return this.leaves.summary(actor, query);
  }

  @Get(':id')
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary('查看请假', 'See a leave')
  getLeave(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<LeaveDetailDto> {
    return this.leaves.get(actor, id);
  }

  @Get(':id/history')
  @Require('affairs:leave:read')
  @ApiPage(LeaveActionDto)
  @Summary('查看请假的办理记录', "See a leave's history")
  getLeaveHistory(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: LeaveHistoryQuery,
  ): Promise<Page<LeaveActionDto>> {
    return this.leaves.history(actor, id, query);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Require('affairs:leave:decide')
  @Returns(LeaveDetailDto)
  @Summary('同意当前环节', 'Approve the step that is due')
  approveLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: CommentDto,
  ): Promise<LeaveDetailDto> {
    return this.decisions.decide(actor, id, version, 'approve', body.comment ?? null);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Require('affairs:leave:decide')
  @Returns(LeaveDetailDto)
  @Summary('不同意请假（或续假）', 'Reject the leave, or its extension')
  rejectLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RequiredCommentDto,
  ): Promise<LeaveDetailDto> {
    return this.decisions.decide(actor, id, version, 'reject', body.comment);
  }

  @Post(':id/return')
  @HttpCode(200)
  @Require('affairs:leave:decide')
  @Returns(LeaveDetailDto)
  @Summary('退回补正', 'Return the leave for correction')
  returnLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RequiredCommentDto,
  ): Promise<LeaveDetailDto> {
    return this.decisions.decide(actor, id, version, 'return', body.comment);
  }

  @Post(':id/actions')
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary(
    '办理：答案中 actions 所列的任何一项，如转办、委派、加签、拿回、催办',
    'Do anything that `actions` of the leave offers, such as transfer, delegate, add a signer, take back, urge',
  )
  actOnLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ActDto,
  ): Promise<LeaveDetailDto> {
    return this.decisions.doAny(actor, id, version, body);
  }

  @Post(':id/resubmit')
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary('补正后重新提交', 'Submit a returned leave again')
  resubmitLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: LeaveFormDto,
  ): Promise<LeaveDetailDto> {
    return this.leaves.resubmit(actor, id, version, body);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary('撤回未批准的请假或续假', 'Withdraw a leave or an extension that is not decided yet')
  withdrawLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<LeaveDetailDto> {
    return this.leaves.withdraw(actor, id, version);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary('撤销已批准、尚未开始的请假', 'Cancel an approved leave before it begins')
  cancelLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: CommentDto,
  ): Promise<LeaveDetailDto> {
    return this.leaves.cancel(actor, id, version, body.comment ?? null);
  }

  @Post(':id/extend')
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary('申请续假', 'Ask for an extension')
  extendLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ExtendLeaveDto,
  ): Promise<LeaveDetailDto> {
    return this.leaves.extend(actor, id, version, body);
  }

  @Post(':id/attachments')
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary('补交证明材料', 'Hand proofs in later')
  addLeaveAttachments(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: AttachmentsDto,
  ): Promise<LeaveDetailDto> {
    return this.leaves.attach(actor, id, version, body);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('affairs:leave:read')
  @Returns(LeaveDetailDto)
  @Summary('销假', 'Report the return')
  closeLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: CloseLeaveDto,
  ): Promise<LeaveDetailDto> {
    return this.leaves.close(actor, id, version, body);
  }
}
