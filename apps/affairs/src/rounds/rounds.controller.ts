import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { ROUND_EXAMPLE } from './round-example.js';
import { RoundContent } from './round-content.js';
import { NoticeQuery, NoticeRowDto } from './round-notices.dto.js';
import { RoundNotices } from './round-notices.service.js';
import { RoundSteps } from './round-steps.service.js';
import {
  ActOnRoundDto,
  DraftRoundDto,
  QuotaDto,
  ReviewersDto,
  RoundDetailDto,
  RoundDto,
  RoundHistoryDto,
  RoundHistoryQuery,
  RoundsQuery,
  RoundTemplateDto,
} from './rounds.dto.js';
import { Rounds } from './rounds.service.js';
import { SimulationDto } from './simulation.dto.js';

/** Rounds (评选批次). Whom they are about is in their entries. */
@ApiTags('rounds')
@Controller('affairs/v1/rounds')
export class RoundsController {
  constructor(
    private readonly rounds: Rounds,
    private readonly steps: RoundSteps,
    private readonly notices: RoundNotices,
  ) {}

  @Get()
  @Require('affairs:round:read', 'affairs:round:manage')
  @ApiPage(RoundDto)
  @Summary('列出评选批次', 'List rounds')
  listRounds(@CurrentActor() actor: Actor, @Query() query: RoundsQuery): Promise<Page<RoundDto>> {
    return this.rounds.list(actor, query);
  }

  @Post()
  @Created()
  @MayNotFind()
  @Require('affairs:round:manage')
  @BodyExample({ unitId: '00000000-0000-7000-8000-000100000001', content: ROUND_EXAMPLE })
  @Returns(RoundDetailDto)
  @Summary('起草评选批次', 'Draft a round')
  draftRound(@CurrentActor() actor: Actor, @Body() body: DraftRoundDto): Promise<RoundDetailDto> {
    return this.rounds.draft(actor, body);
  }

  @Get('templates')
  @Require('affairs:round:manage')
  @Returns([RoundTemplateDto])
  @Summary('列出可用来起草的批次模板', 'List rounds to begin with')
  listRoundTemplates(): RoundTemplateDto[] {
    return this.rounds.templates();
  }

  @Get(':id')
  @Require('affairs:round:read', 'affairs:round:manage')
  @Returns(RoundDetailDto)
  @Summary('查看评选批次', 'See a round')
  getRound(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<RoundDetailDto> {
    return this.rounds.get(actor, id);
  }

  @Put(':id/content')
  @Require('affairs:round:manage')
  @BodyExample(ROUND_EXAMPLE)
  @Returns(RoundDetailDto)
  @Summary('修改草稿（整体替换）', 'Change a draft: what is sent takes the place of what was there')
  writeRound(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RoundContent,
  ): Promise<RoundDetailDto> {
    return this.rounds.write(actor, id, version, body);
  }

  @Put(':id/quota')
  @Require('affairs:round:manage')
  @BodyExample({ places: [] })
  @Returns(RoundDetailDto)
  @Summary('设定名额（整体替换）', 'Set the places, all of them anew')
  setQuota(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: QuotaDto,
  ): Promise<RoundDetailDto> {
    return this.rounds.setQuota(actor, id, version, body);
  }

  @Put(':id/reviewers')
  @Require('affairs:round:manage')
  @BodyExample({ personIds: [] })
  @Returns(RoundDetailDto)
  @Summary('指定评委（整体替换）', 'Name the reviewers, all of them anew')
  setReviewers(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ReviewersDto,
  ): Promise<RoundDetailDto> {
    return this.rounds.setReviewers(actor, id, version, body);
  }

  @Post(':id/simulate')
  @HttpCode(200)
  @Require('affairs:round:manage')
  @BodyExample({ places: [] })
  @Returns(SimulationDto)
  @Summary(
    '按所给名额试算：入选人数与分数线，不含姓名，不写入',
    'Try places out: who would be in by numbers, no names; writes nothing',
  )
  simulateRound(@CurrentActor() actor: Actor, @IdParam() id: string, @Body() body: QuotaDto): Promise<SimulationDto> {
    return this.rounds.simulate(actor, id, body);
  }

  @Post(':id/actions')
  @HttpCode(200)
  @Require('affairs:round:manage', 'affairs:round:decide')
  @Returns(RoundDetailDto)
  @Summary(
    '办理：actions 所列的任何一项，如开放、截止、提出名单、审核、退回、终审',
    'Do anything that `actions` offers, such as open, close, propose, approve, return, finish',
  )
  actOnRound(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ActOnRoundDto,
  ): Promise<RoundDetailDto> {
    return this.steps.act(actor, id, version, body);
  }

  @Get(':id/history')
  @Require('affairs:round:manage', 'affairs:round:decide')
  @ApiPage(RoundHistoryDto)
  @Summary('查看批次的办理记录', "See a round's history")
  getRoundHistory(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: RoundHistoryQuery,
  ): Promise<Page<RoundHistoryDto>> {
    return this.rounds.history(actor, id, query);
  }

  @Get(':id/notice')
  @Require('affairs:round:read')
  @ApiPage(NoticeRowDto)
  @Summary('查看公示名单；仅含规定公示的内容', 'See the public notice; what its rules show and nothing else')
  getRoundNotice(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: NoticeQuery,
  ): Promise<Page<NoticeRowDto>> {
    return this.notices.list(actor, id, query);
  }
}
