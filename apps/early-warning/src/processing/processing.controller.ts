import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, MayNotFind, type Page, Returns, Summary } from '#http';
import { ProcessingChoices } from './choices.service.js';
import { Objections } from './objections.service.js';
import {
  AnswerObjectionDto,
  ProcessingChoiceDto,
  ChoicesQuery,
  ChooseProcessingDto,
  ObjectionDto,
  ObjectionsQuery,
  OwnProcessingDto,
  OwnProcessingQuery,
} from './processing.dto.js';

/** What one's data is processed for, and what one says about it. */
@ApiTags('processing')
@Controller('early-warning/v1/me/processing')
@Require('early-warning:processing:choose')
export class OwnProcessingController {
  constructor(private readonly choices: ProcessingChoices) {}

  @Get()
  @MayNotFind()
  @Returns([OwnProcessingDto])
  @Summary(
    '本人信息用于哪些处理、依据为何、可作哪些选择',
    'What one’s data is processed for, what that rests on, and what can be chosen',
  )
  listOwnProcessing(
    @CurrentActor() actor: Actor,
    @Query() { studentId }: OwnProcessingQuery,
  ): Promise<OwnProcessingDto[]> {
    return this.choices.own(actor, studentId);
  }

  @Post()
  @HttpCode(200)
  @MayNotFind()
  @Returns(OwnProcessingDto)
  @Summary('同意、反对，或撤回', 'Consent, object, or take it back')
  chooseProcessing(@CurrentActor() actor: Actor, @Body() body: ChooseProcessingDto): Promise<OwnProcessingDto> {
    return this.choices.choose(actor, body);
  }

  @Get('choices')
  @ApiPage(ProcessingChoiceDto)
  @Summary('列出本人历次的选择与答复', 'List what one has chosen, and the answers')
  listOwnChoices(@CurrentActor() actor: Actor, @Query() query: ChoicesQuery): Promise<Page<ProcessingChoiceDto>> {
    return this.choices.history(actor, query);
  }
}

/** Objections that the school weighs. */
@ApiTags('processing')
@Controller('early-warning/v1/objections')
@Require('early-warning:processing:decide')
export class ObjectionsController {
  constructor(private readonly objections: Objections) {}

  @Get()
  @ApiPage(ObjectionDto)
  @Summary('列出学生对处理的反对', 'List objections of students to processing')
  listObjections(@CurrentActor() actor: Actor, @Query() query: ObjectionsQuery): Promise<Page<ObjectionDto>> {
    return this.objections.list(actor, query);
  }

  @Get(':id')
  @Returns(ObjectionDto)
  @Summary('查看反对；查看留有记录', 'See an objection; recorded')
  getObjection(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ObjectionDto> {
    return this.objections.get(actor, id);
  }

  @Post(':id/uphold')
  @HttpCode(200)
  @Returns(ObjectionDto)
  @Summary('认定反对成立，停止这类处理', 'Uphold an objection: the processing ends')
  upholdObjection(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() { answer }: AnswerObjectionDto,
  ): Promise<ObjectionDto> {
    return this.objections.answer(actor, id, 'uphold', answer);
  }

  @Post(':id/refuse')
  @HttpCode(200)
  @Returns(ObjectionDto)
  @Summary('认定反对不成立，说明理由', 'Refuse an objection, with a reason')
  refuseObjection(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() { answer }: AnswerObjectionDto,
  ): Promise<ObjectionDto> {
    return this.objections.answer(actor, id, 'refuse', answer);
  }
}
