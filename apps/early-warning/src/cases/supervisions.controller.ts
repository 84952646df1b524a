import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { AnswerSupervisionDto, SupervisionDto, SupervisionsQuery } from './supervisions.dto.js';
import { Supervisions } from './supervisions.service.js';

/** Supervision (督办) of overdue care cases, warnings and referrals. */
@ApiTags('supervisions')
@Controller('early-warning/v1/supervisions')
@Require('early-warning:case:take-part')
export class SupervisionsController {
  constructor(private readonly supervisions: Supervisions) {}

  @Get()
  @ApiPage(SupervisionDto)
  @Summary('列出由本人督办的事项；查看留有记录', 'List what is up to oneself to supervise; recorded')
  listSupervisions(@CurrentActor() actor: Actor, @Query() query: SupervisionsQuery): Promise<Page<SupervisionDto>> {
    return this.supervisions.list(actor, query);
  }

  @Post(':id/answer')
  @HttpCode(200)
  @Returns(SupervisionDto)
  @Summary('填写督办意见', 'Say what is to be done')
  answerSupervision(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: AnswerSupervisionDto,
  ): Promise<SupervisionDto> {
    return this.supervisions.answer(actor, id, version, body.text);
  }
}
