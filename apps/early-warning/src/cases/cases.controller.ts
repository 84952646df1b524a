import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require, RequireReason } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { CaseEntries } from './case-entries.service.js';
import { AddEntryDto, OpenCaseDto, PlanDto, TakeWarningsDto } from './case-forms.dto.js';
import { CareCaseDetailDto, CareCaseDto, CareChoicesDto, CasesQuery } from './cases.dto.js';
import { Cases } from './cases.service.js';
import { HandOverDto, HappeningDto, PsychologyEntriesDto, TimelineQuery } from './timeline.dto.js';
import { CaseTimeline } from './timeline.service.js';

/** Care cases (帮扶个案). */
@ApiTags('cases')
@Controller('early-warning/v1/cases')
@Require('early-warning:case:read', 'early-warning:case:take-part')
export class CasesController {
  constructor(
    private readonly cases: Cases,
    private readonly entries: CaseEntries,
    private readonly timeline: CaseTimeline,
  ) {}

  @Get()
  @ApiPage(CareCaseDto)
  @Summary(
    '列出帮扶个案：所负责学生的，或本人参与的；查看留有记录',
    'List care cases of one’s students, or that one takes part in; recorded',
  )
  listCases(@CurrentActor() actor: Actor, @Query() query: CasesQuery): Promise<Page<CareCaseDto>> {
    return this.cases.list(actor, query);
  }

  @Get('choices')
  @Returns(CareChoicesDto)
  @Summary('列出个案的种类、级别与成效', 'List the kinds, levels and effects that cases may have')
  listCaseChoices(): Promise<CareChoicesDto> {
    return this.cases.choices();
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('early-warning:case:write')
  @Returns(CareCaseDetailDto)
  @Summary('立案；同一学生同时只有一个进行中的个案', 'Open a case; of a student one is open at a time')
  openCase(@CurrentActor() actor: Actor, @Body() body: OpenCaseDto): Promise<CareCaseDetailDto> {
    return this.cases.open(actor, body);
  }

  @Get(':id')
  @Returns(CareCaseDetailDto)
  @Summary('查看个案；查看留有记录', 'See a case; recorded')
  getCase(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<CareCaseDetailDto> {
    return this.cases.get(actor, id);
  }

  @Get(':id/timeline')
  @ApiPage(HappeningDto)
  @Summary('个案经过：一份清单，按读者过滤', 'Everything that happened with a case, as far as it is for the reader')
  getCaseTimeline(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: TimelineQuery,
  ): Promise<Page<HappeningDto>> {
    return this.timeline.list(actor, id, query);
  }

  @Get(':id/hand-over')
  @Returns(HandOverDto)
  @Summary('交接材料：个案与经过', 'What the receiver of a case needs')
  getCaseHandOver(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<HandOverDto> {
    return this.timeline.handOver(actor, id);
  }

  @Get(':id/psychology-entries')
  @RequireReason()
  @Require('early-warning:psychology:read')
  @Returns(PsychologyEntriesDto)
  @Summary('查看仅心理教师可见的记录；须说明事由', 'Read the entries for psychologists alone; needs a reason')
  getPsychologyEntries(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<PsychologyEntriesDto> {
    return this.entries.psychology(actor, id);
  }

  @Post(':id/warnings')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('并入预警；待研判的随之确认', 'Take warnings in; open ones are confirmed by that')
  takeWarnings(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: TakeWarningsDto,
  ): Promise<CareCaseDetailDto> {
    return this.cases.takeWarnings(actor, id, version, body.warningIds);
  }

  @Put(':id/plan')
  @Returns(CareCaseDetailDto)
  @Summary('制定或修订帮扶目标', 'Say what the goals are')
  planCase(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: PlanDto,
  ): Promise<CareCaseDetailDto> {
    return this.cases.plan(actor, id, version, body.goals);
  }

  @Post(':id/entries')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('登记谈话、走访、帮扶、复核与记录', 'Record a talk, visit, call, action, review or note')
  addCaseEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: AddEntryDto,
  ): Promise<CareCaseDetailDto> {
    return this.entries.add(actor, id, body);
  }

  @Post(':id/entries/:entryId/void')
  @HttpCode(200)
  @Returns(CareCaseDetailDto)
  @Summary('作废本人的记录', 'Take an entry of one’s own back')
  voidCaseEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('entryId') entryId: string,
  ): Promise<CareCaseDetailDto> {
    return this.entries.void(actor, id, entryId);
  }
}
