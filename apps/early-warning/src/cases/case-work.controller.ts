import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { IdParam, IfMatch, Returns, Summary } from '#http';
import { CaseDecisions } from './case-decisions.service.js';
import {
  AddMeasureDto,
  AddCareMemberDto,
  AnswerDto,
  OfferTransferDto,
  ProposeDto,
  SettleMeasureDto,
} from './case-forms.dto.js';
import { CaseTeam } from './case-team.service.js';
import { CaseTransfers } from './case-transfers.service.js';
import { CareCaseDetailDto } from './cases.dto.js';

/** What is done with a care case: its level and its end, its team, its measures, and who owns it. */
@ApiTags('cases')
@Controller('early-warning/v1/cases/:id')
@Require('early-warning:case:read', 'early-warning:case:take-part')
export class CaseWorkController {
  constructor(
    private readonly decisions: CaseDecisions,
    private readonly team: CaseTeam,
    private readonly transfers: CaseTransfers,
  ) {}

  @Post('proposals')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('提议级别或结案', 'Propose a level, or that the case is closed')
  proposeForCase(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ProposeDto,
  ): Promise<CareCaseDetailDto> {
    return this.decisions.propose(actor, id, version, body);
  }

  @Post('proposals/:proposalId/confirm')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('确认提议；提议人本人不能确认', 'Confirm a proposal; never who proposed it')
  confirmProposal(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('proposalId') proposalId: string,
    @IfMatch() version: number,
    @Body() body: AnswerDto,
  ): Promise<CareCaseDetailDto> {
    return this.decisions.confirm(actor, id, proposalId, version, body.answer);
  }

  @Post('proposals/:proposalId/decline')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('不同意提议', 'Decline a proposal')
  declineProposal(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('proposalId') proposalId: string,
    @IfMatch() version: number,
    @Body() body: AnswerDto,
  ): Promise<CareCaseDetailDto> {
    return this.decisions.decline(actor, id, proposalId, version, body.answer);
  }

  @Post('proposals/:proposalId/withdraw')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('撤回本人的提议', 'Take back what one proposed')
  withdrawProposal(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('proposalId') proposalId: string,
    @IfMatch() version: number,
  ): Promise<CareCaseDetailDto> {
    return this.decisions.withdraw(actor, id, proposalId, version);
  }

  @Post('members')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('加入专班：指定人员，或由任职找到', 'Take somebody into the team: named, or found by their post')
  addCareMember(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: AddCareMemberDto,
  ): Promise<CareCaseDetailDto> {
    return this.team.join(actor, id, version, body);
  }

  @Post('members/:memberId/end')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('退出专班', 'Somebody leaves the team')
  endCareMember(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('memberId') memberId: string,
    @IfMatch() version: number,
  ): Promise<CareCaseDetailDto> {
    return this.team.leave(actor, id, memberId, version);
  }

  @Post('measures')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('安排措施', 'Plan a measure')
  addMeasure(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: AddMeasureDto,
  ): Promise<CareCaseDetailDto> {
    return this.team.addMeasure(actor, id, version, body);
  }

  @Post('measures/:measureId/done')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('措施完成', 'A measure is done')
  finishMeasure(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('measureId') measureId: string,
    @IfMatch() version: number,
    @Body() body: SettleMeasureDto,
  ): Promise<CareCaseDetailDto> {
    return this.team.settleMeasure(actor, id, measureId, version, 'done', body.result);
  }

  @Post('measures/:measureId/drop')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('取消措施', 'Drop a measure')
  dropMeasure(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('measureId') measureId: string,
    @IfMatch() version: number,
    @Body() body: SettleMeasureDto,
  ): Promise<CareCaseDetailDto> {
    return this.team.settleMeasure(actor, id, measureId, version, 'dropped', body.result);
  }

  @Post('measures/:measureId/restore')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('收回误登的完成或取消', 'Take back that a measure was done or dropped')
  restoreMeasure(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('measureId') measureId: string,
    @IfMatch() version: number,
  ): Promise<CareCaseDetailDto> {
    return this.team.settleMeasure(actor, id, measureId, version, 'open', null);
  }

  @Post('transfers')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary(
    '转接他人；对方接收前仍由原负责人负责',
    'Offer the case to another owner; until then it stays with its owner',
  )
  offerCaseTransfer(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: OfferTransferDto,
  ): Promise<CareCaseDetailDto> {
    return this.transfers.offer(actor, id, version, body);
  }

  @Post('transfers/:transferId/accept')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('接收转接', 'Accept a transfer')
  acceptCaseTransfer(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('transferId') transferId: string,
    @IfMatch() version: number,
    @Body() body: AnswerDto,
  ): Promise<CareCaseDetailDto> {
    return this.transfers.accept(actor, id, transferId, version, body.answer);
  }

  @Post('transfers/:transferId/refuse')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('拒绝转接：转由转出人的上一级负责', 'Refuse a transfer: the sender’s head owns the case')
  refuseCaseTransfer(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('transferId') transferId: string,
    @IfMatch() version: number,
    @Body() body: AnswerDto,
  ): Promise<CareCaseDetailDto> {
    return this.transfers.refuse(actor, id, transferId, version, body.answer);
  }

  @Post('transfers/:transferId/withdraw')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('撤回转接', 'Take a transfer back')
  withdrawCaseTransfer(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('transferId') transferId: string,
    @IfMatch() version: number,
  ): Promise<CareCaseDetailDto> {
    return this.transfers.withdraw(actor, id, transferId, version);
  }
}
