import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { BodyExample, IdParam, IfMatch, Returns, Summary } from '#http';
import {
  DeferSignOffDto,
  SignOffEvidenceDto,
  SignOffDecisionsDto,
  SignOffDetailDto,
  SignOffDto,
  SignOffReasonDto,
  SignOffResultDto,
} from './sign-offs.dto.js';
import { SignOffs } from './sign-offs.service.js';

/** Entries of students' clearances, and what departments decide on them. */
@ApiTags('clearances')
@Controller('affairs/v1/clearance-sign-offs')
export class SignOffsController {
  constructor(private readonly signOffs: SignOffs) {}

  @Post('decisions')
  @HttpCode(200)
  @Require('affairs:clearance:sign')
  @Returns([SignOffResultDto])
  @Summary('批量办理，逐项给出结果', 'Decide on many, with a result for each')
  decideSignOffs(@CurrentActor() actor: Actor, @Body() body: SignOffDecisionsDto): Promise<SignOffResultDto[]> {
    return this.signOffs.decideMany(actor, body);
  }

  @Get(':id')
  @Require('affairs:clearance:read', 'affairs:clearance:sign')
  @Returns(SignOffDetailDto)
  @Summary('查看学生的一个事项；工作人员查看留有记录', 'See an entry of a student; that staff did is recorded')
  getSignOff(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<SignOffDetailDto> {
    return this.signOffs.get(actor, id);
  }

  @Post(':id/clear')
  @HttpCode(200)
  @Require('affairs:clearance:sign')
  @Returns(SignOffDto)
  @Summary('办结', 'Clear an entry')
  clearSignOff(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<SignOffDto> {
    return this.signOffs.decide(actor, id, version, { decision: 'clear' });
  }

  @Post(':id/refuse')
  @HttpCode(200)
  @Require('affairs:clearance:sign')
  @Returns(SignOffDto)
  @Summary('不通过，写明理由', 'Refuse an entry, with why')
  refuseSignOff(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SignOffReasonDto,
  ): Promise<SignOffDto> {
    return this.signOffs.decide(actor, id, version, { decision: 'refuse', reason: body.reason });
  }

  @Post(':id/waive')
  @HttpCode(200)
  @Require('affairs:clearance:sign')
  @Returns(SignOffDto)
  @Summary('免办，写明理由', 'Waive an entry, with why')
  waiveSignOff(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SignOffReasonDto,
  ): Promise<SignOffDto> {
    return this.signOffs.decide(actor, id, version, { decision: 'waive', reason: body.reason });
  }

  @Post(':id/take-back')
  @HttpCode(200)
  @Require('affairs:clearance:sign', 'affairs:clearance:defer')
  @Returns(SignOffDto)
  @Summary('收回决定或缓办', 'Take back a decision, or a deferral')
  takeBackSignOff(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<SignOffDto> {
    return this.signOffs.decide(actor, id, version, { decision: 'take_back' });
  }

  @Post(':id/evidence')
  @HttpCode(200)
  @Require('affairs:clearance:answer')
  @BodyExample({ text: '已于 6 月 3 日归还' })
  @Returns(SignOffDto)
  @Summary('学生提交材料', 'A student hands in what is asked for')
  giveEvidence(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SignOffEvidenceDto,
  ): Promise<SignOffDto> {
    return this.signOffs.giveEvidence(actor, id, version, body);
  }

  @Post(':id/ask-deferral')
  @HttpCode(200)
  @Require('affairs:clearance:answer')
  @Returns(SignOffDto)
  @Summary('学生申请缓办', 'A student asks for a deferral')
  askDeferral(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SignOffReasonDto,
  ): Promise<SignOffDto> {
    return this.signOffs.askDeferral(actor, id, version, body.reason);
  }

  @Post(':id/defer')
  @HttpCode(200)
  @Require('affairs:clearance:defer')
  @Returns(SignOffDto)
  @Summary('准予缓办（绿色通道）', 'Defer an entry: until then it does not block')
  deferSignOff(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DeferSignOffDto,
  ): Promise<SignOffDto> {
    return this.signOffs.defer(actor, id, version, body.until, body.reason);
  }

  @Post(':id/decline-deferral')
  @HttpCode(200)
  @Require('affairs:clearance:defer')
  @Returns(SignOffDto)
  @Summary('不予缓办', 'Decline a deferral that was asked for')
  declineDeferral(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SignOffReasonDto,
  ): Promise<SignOffDto> {
    return this.signOffs.declineDeferral(actor, id, version, body.reason);
  }
}
