import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { RequiredCommentDto } from '../leave/leave-forms.dto.js';
import {
  EndGroupLeaveDto,
  GroupAttachmentsDto,
  GroupLeaveDetailDto,
  GroupLeaveDto,
  GroupLeavesQuery,
  SubmitGroupLeaveDto,
} from './group-leaves.dto.js';
import { GroupLeaves } from './group-leaves.service.js';

/** Leave for many students at once (集体请假): a competition, a field trip. */
@ApiTags('group-leaves')
@Controller('affairs/v1/group-leaves')
export class GroupLeavesController {
  constructor(private readonly groups: GroupLeaves) {}

  @Get()
  @Require('affairs:leave:read', 'affairs:group-leave:submit')
  @ApiPage(GroupLeaveDto)
  @Summary('列出集体请假', 'List group leaves')
  listGroupLeaves(@CurrentActor() actor: Actor, @Query() query: GroupLeavesQuery): Promise<Page<GroupLeaveDto>> {
    return this.groups.list(actor, query);
  }

  @Post()
  @Created()
  @Require('affairs:group-leave:submit')
  @Returns(GroupLeaveDetailDto)
  @Summary('提出集体请假，逐人给出结果', 'Ask for leave for a list of students, with a result for each')
  submitGroupLeave(@CurrentActor() actor: Actor, @Body() body: SubmitGroupLeaveDto): Promise<GroupLeaveDetailDto> {
    return this.groups.submit(actor, body);
  }

  @Get(':id')
  @Require('affairs:leave:read', 'affairs:group-leave:submit')
  @Returns(GroupLeaveDetailDto)
  @Summary('查看集体请假；只见职责范围内的学生', 'See a group leave, with the students within one’s scope')
  getGroupLeave(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<GroupLeaveDetailDto> {
    return this.groups.get(actor, id);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Require('affairs:leave:decide')
  @Returns(GroupLeaveDetailDto)
  @Summary('同意：名单中的每名学生各有一条请假', 'Approve: each student of the list is on leave')
  approveGroupLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<GroupLeaveDetailDto> {
    return this.groups.approve(actor, id, version);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Require('affairs:leave:decide')
  @Returns(GroupLeaveDetailDto)
  @Summary('不同意，写明理由', 'Reject, with why')
  rejectGroupLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RequiredCommentDto,
  ): Promise<GroupLeaveDetailDto> {
    return this.groups.reject(actor, id, version, body.comment);
  }

  @Post(':id/attachments')
  @HttpCode(200)
  @Require('affairs:group-leave:submit')
  @Returns(GroupLeaveDetailDto)
  @Summary('补交证明材料', 'Hand proofs in later')
  addGroupLeaveAttachments(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: GroupAttachmentsDto,
  ): Promise<GroupLeaveDetailDto> {
    return this.groups.attach(actor, id, version, body.attachments);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Require('affairs:leave:decide', 'affairs:group-leave:submit')
  @Returns(GroupLeaveDetailDto)
  @Summary('撤回或撤销：全部收回', 'Withdraw it, or cancel it before it begins: all leaves are taken back')
  cancelGroupLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<GroupLeaveDetailDto> {
    return this.groups.cancel(actor, id, version);
  }

  @Post(':id/end')
  @HttpCode(200)
  @Require('affairs:leave:decide', 'affairs:group-leave:submit')
  @Returns(GroupLeaveDetailDto)
  @Summary('提前结束：全体返校', 'End it early: everybody is back')
  endGroupLeave(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: EndGroupLeaveDto,
  ): Promise<GroupLeaveDetailDto> {
    return this.groups.end(actor, id, version, body);
  }

  @Post(':id/leave')
  @HttpCode(200)
  @Require('affairs:leave:submit')
  @Returns(GroupLeaveDetailDto)
  @Summary('本人退出，开始之前', 'Leave the group, oneself, before it begins')
  leaveGroup(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<GroupLeaveDetailDto> {
    return this.groups.leave(actor, id, version);
  }
}
