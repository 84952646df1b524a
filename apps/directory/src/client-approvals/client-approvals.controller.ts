import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { ApproveClientDto, ClientApprovalDto, ClientApprovalsQuery } from './client-approvals.dto.js';
import { ClientApprovals } from './client-approvals.service.js';

@ApiTags('clients')
@Controller('directory/v1/client-approvals')
export class ClientApprovalsController {
  constructor(private readonly approvals: ClientApprovals) {}

  @Get()
  @Require('directory:client:read', 'directory:client:approve')
  @ApiPage(ClientApprovalDto)
  @Summary('列出应用的敏感权限及其批准', 'List sensitive permissions of apps, and their approvals')
  listClientApprovals(
    @CurrentActor() actor: Actor,
    @Query() query: ClientApprovalsQuery,
  ): Promise<Page<ClientApprovalDto>> {
    return this.approvals.list(actor, query);
  }

  @Get(':id')
  @Require('directory:client:read', 'directory:client:approve')
  @Returns(ClientApprovalDto)
  @Summary('查看一项批准', 'See an approval')
  getClientApproval(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ClientApprovalDto> {
    return this.approvals.get(actor, id);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Require('directory:client:approve')
  @Returns(ClientApprovalDto)
  @Summary(
    '批准应用的敏感权限（须为申请人以外的人员），写明用途与截止日期；再次批准即延长',
    'Approve a sensitive permission of an app, as somebody else than who asked: what for and until when; once more moves the end',
  )
  approveClientPermission(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ApproveClientDto,
  ): Promise<ClientApprovalDto> {
    return this.approvals.approve(actor, id, version, body);
  }

  @Post(':id/refuse')
  @HttpCode(200)
  @Require('directory:client:approve')
  @Returns(ClientApprovalDto)
  @Summary('不批准应用的敏感权限', 'Refuse a sensitive permission of an app')
  refuseClientPermission(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ClientApprovalDto> {
    return this.approvals.refuse(actor, id, version);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('directory:client:approve', 'directory:client:write')
  @Returns(ClientApprovalDto)
  @Summary(
    '收回应用的敏感权限，已发令牌随即失效',
    "Withdraw a sensitive permission; the app's tokens are refused within a second",
  )
  withdrawClientPermission(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ClientApprovalDto> {
    return this.approvals.withdraw(actor, id, version);
  }
}
