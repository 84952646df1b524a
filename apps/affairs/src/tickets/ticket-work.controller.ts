import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { IdParam, IfMatch, MayNotFind, Returns, Summary } from '#http';
import {
  AnswerTicketDto,
  AssignManyDto,
  AssignmentResultsDto,
  AssignTicketDto,
  DispatchTicketDto,
  MergeTicketDto,
  RefuseTicketDto,
  TicketMessageDto,
  TicketTextDto,
} from './ticket-forms.dto.js';
import { TicketWork } from './ticket-work.service.js';
import { TicketDetailDto } from './tickets.dto.js';

/** Tickets (工单), as the departments deal with them. */
@ApiTags('tickets')
@Controller('affairs/v1/tickets')
@Require('affairs:ticket:handle')
export class TicketWorkController {
  constructor(private readonly work: TicketWork) {}

  @Post('assignments')
  @MayNotFind()
  @HttpCode(200)
  @Returns(AssignmentResultsDto)
  @Summary('批量指派，逐件返回结果', 'Assign many, each by itself, with a result for each')
  assignTickets(@CurrentActor() actor: Actor, @Body() body: AssignManyDto): Promise<AssignmentResultsDto> {
    return this.work.assignMany(actor, body);
  }

  @Post(':id/take')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('受理；先到者得', 'Take it; the first one has it')
  takeTicket(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TicketDetailDto> {
    return this.work.take(actor, id);
  }

  @Post(':id/release')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('放回队列', 'Put it back into the queue')
  releaseTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<TicketDetailDto> {
    return this.work.release(actor, id, version);
  }

  @Post(':id/assign')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('指派给本部门人员', 'Assign it to somebody of the department')
  assignTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { personId }: AssignTicketDto,
  ): Promise<TicketDetailDto> {
    return this.work.assign(actor, id, version, personId);
  }

  @Post(':id/answer')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('答复，或请提交人补充', 'Answer, or ask the sender for more')
  answerTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: AnswerTicketDto,
  ): Promise<TicketDetailDto> {
    return this.work.answer(actor, id, version, body);
  }

  @Post(':id/done')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('办结并说明办理情况', 'Say that it is done, and how')
  finishTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: TicketMessageDto,
  ): Promise<TicketDetailDto> {
    return this.work.finish(actor, id, version, body);
  }

  @Post(':id/not-done')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('收回办结', 'Say that it is not done after all')
  takeDoneBack(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { text }: TicketTextDto,
  ): Promise<TicketDetailDto> {
    return this.work.takeDoneBack(actor, id, version, text);
  }

  @Post(':id/dispatch')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('改派给其他部门或楼栋', 'Send it to another department, or to a building')
  dispatchTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DispatchTicketDto,
  ): Promise<TicketDetailDto> {
    return this.work.dispatch(actor, id, version, body);
  }

  @Post(':id/refuse')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('退回总服务台，每部门一次', 'Send it back to the desk, once for each department')
  refuseTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { reason }: RefuseTicketDto,
  ): Promise<TicketDetailDto> {
    return this.work.refuse(actor, id, version, reason);
  }

  @Post(':id/note')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('内部备注，提交人不可见', 'Leave a note that the sender does not see')
  noteOnTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { text }: TicketTextDto,
  ): Promise<TicketDetailDto> {
    return this.work.note(actor, id, version, text);
  }

  @Post(':id/merge')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('并入另一工单：答复与办结同时告知', 'Merge it into another one: answers go to both senders')
  mergeTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { mainId }: MergeTicketDto,
  ): Promise<TicketDetailDto> {
    return this.work.merge(actor, id, version, mainId);
  }

  @Post(':id/unmerge')
  @HttpCode(200)
  @Returns(TicketDetailDto)
  @Summary('解除合并', 'Undo the merging')
  unmergeTicket(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<TicketDetailDto> {
    return this.work.unmerge(actor, id, version);
  }
}
