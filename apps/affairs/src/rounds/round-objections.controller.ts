import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  DecideObjectionDto,
  ObjectDto,
  RoundObjectionDetailDto,
  RoundObjectionDto,
  RoundObjectionsQuery,
} from './round-objections.dto.js';
import { RoundObjections } from './round-objections.service.js';

/** Objections (公示异议): seen by who raised them and who decides; the student they are about sees none of it. */
@ApiTags('round-objections')
@Controller('affairs/v1/round-objections')
export class RoundObjectionsController {
  constructor(private readonly objections: RoundObjections) {}

  @Get()
  @Require('affairs:round:enter', 'affairs:round:decide')
  @ApiPage(RoundObjectionDto)
  @Summary('列出异议', 'List objections')
  listRoundObjections(
    @CurrentActor() actor: Actor,
    @Query() query: RoundObjectionsQuery,
  ): Promise<Page<RoundObjectionDto>> {
    return this.objections.list(actor, query);
  }

  @Post()
  @Created()
  @MayNotFind()
  @Require('affairs:round:enter')
  @Returns(RoundObjectionDetailDto)
  @Summary('公示期内提出异议', 'Object while the notice runs')
  raiseRoundObjection(@CurrentActor() actor: Actor, @Body() body: ObjectDto): Promise<RoundObjectionDetailDto> {
    return this.objections.raise(actor, body);
  }

  @Get(':id')
  @Require('affairs:round:enter', 'affairs:round:decide')
  @Returns(RoundObjectionDetailDto)
  @Summary('查看异议', 'See an objection')
  getRoundObjection(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<RoundObjectionDetailDto> {
    return this.objections.get(actor, id);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:round:enter')
  @Returns(RoundObjectionDetailDto)
  @Summary('撤回异议', 'Withdraw an objection')
  withdrawRoundObjection(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<RoundObjectionDetailDto> {
    return this.objections.withdraw(actor, id, version);
  }

  @Post(':id/decide')
  @HttpCode(200)
  @Require('affairs:round:decide')
  @Returns(RoundObjectionDetailDto)
  @Summary(
    '处理异议，须给理由；成立则移出并递补，递补者另行公示',
    'Decide on an objection, with reasons; upheld, the next moves up and has a notice of its own',
  )
  decideRoundObjection(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DecideObjectionDto,
  ): Promise<RoundObjectionDetailDto> {
    return this.objections.decide(actor, id, version, body);
  }
}
