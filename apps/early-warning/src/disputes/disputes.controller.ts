import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { DisputeDecisions } from './dispute-decisions.service.js';
import {
  AskAgainDto,
  DisputeDetailDto,
  DisputeDto,
  DisputesQuery,
  RaiseDisputeDto,
  RejectDisputeDto,
  UpholdDisputeDto,
} from './disputes.dto.js';
import { Disputes } from './disputes.service.js';

const EXAMPLE = { metric: 'absent_class', day: '2026-11-20', kind: 'wrong_data', text: '那天我在校医院，有就诊记录。' };

/** Students' disputes of what is recorded, or said, of them (异议). */
@ApiTags('disputes')
@Controller('early-warning/v1/disputes')
export class DisputesController {
  constructor(
    private readonly disputes: Disputes,
    private readonly decisions: DisputeDecisions,
  ) {}

  @Get()
  @Require('early-warning:dispute:raise', 'early-warning:dispute:decide')
  @ApiPage(DisputeDto)
  @Summary('列出异议：本人的，或所负责学生的', 'List disputes: one’s own, or of one’s students')
  listDisputes(@CurrentActor() actor: Actor, @Query() query: DisputesQuery): Promise<Page<DisputeDto>> {
    return this.disputes.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('early-warning:dispute:raise')
  @BodyExample(EXAMPLE)
  @Returns(DisputeDetailDto)
  @Summary(
    '对预警或记录提出异议；复核期间相关时限暂停',
    'Dispute a warning or a record; time limits stand still until it is decided',
  )
  raiseDispute(@CurrentActor() actor: Actor, @Body() body: RaiseDisputeDto): Promise<DisputeDetailDto> {
    return this.disputes.raise(actor, body);
  }

  @Get(':id')
  @Require('early-warning:dispute:raise', 'early-warning:dispute:decide')
  @Returns(DisputeDetailDto)
  @Summary('查看异议；工作人员查看的留有记录', 'See a dispute; that staff saw it is recorded')
  getDispute(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<DisputeDetailDto> {
    return this.disputes.get(actor, id);
  }

  @Post(':id/uphold')
  @HttpCode(200)
  @Require('early-warning:dispute:decide')
  @BodyExample({ answer: '已核实就诊记录，予以更正。' })
  @Returns(DisputeDetailDto)
  @Summary(
    '认定异议成立：更正记录，据此重新判断',
    'Uphold a dispute: records are put right and what rests on them is evaluated anew',
  )
  upholdDispute(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: UpholdDisputeDto,
  ): Promise<DisputeDetailDto> {
    return this.decisions.uphold(actor, id, version, body);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Require('early-warning:dispute:decide')
  @Returns(DisputeDetailDto)
  @Summary('认定异议不成立，说明理由', 'Reject a dispute, with a reason')
  rejectDispute(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { answer }: RejectDisputeDto,
  ): Promise<DisputeDetailDto> {
    return this.decisions.reject(actor, id, version, answer);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('early-warning:dispute:raise')
  @Returns(DisputeDetailDto)
  @Summary('撤回异议', 'Withdraw a dispute')
  withdrawDispute(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<DisputeDetailDto> {
    return this.disputes.withdraw(actor, id, version);
  }

  @Post(':id/ask-again')
  @HttpCode(200)
  @Require('early-warning:dispute:raise')
  @Returns(DisputeDetailDto)
  @Summary('不成立后申请由他人再看一次，仅一次', 'Ask for a second look by somebody else, once, after a rejection')
  askAgainOnDispute(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: AskAgainDto,
  ): Promise<DisputeDetailDto> {
    return this.disputes.askAgain(actor, id, version, body);
  }
}
