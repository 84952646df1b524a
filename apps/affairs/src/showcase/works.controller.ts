import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { Nominations } from './nominations.service.js';
import {
  ChangeWorkDto,
  GiveReviewDto,
  HandInWorkDto,
  NominateDto,
  NominationDetailDto,
  NominationDto,
  NominationsQuery,
  WorkDetailDto,
  WorkDto,
  WorksQuery,
} from './showcase.dto.js';
import { Works } from './works.service.js';

/** Works of the showcase; those that were selected are the case library (案例库). */
@ApiTags('showcase')
@Controller('affairs/v1/showcase/works')
export class WorksController {
  constructor(
    private readonly works: Works,
    private readonly nominations: Nominations,
  ) {}

  @Get()
  @Require('affairs:showcase:read')
  @ApiPage(WorkDto)
  @Summary('列出与查找成果；selected=true 即案例库', 'List and find works; with selected=true the case library')
  listWorks(@CurrentActor() actor: Actor, @Query() query: WorksQuery): Promise<Page<WorkDto>> {
    return this.works.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:showcase:submit')
  @Returns(WorkDetailDto)
  @Summary('提交成果，数量不限', 'Hand a work in, as many as one likes')
  handInWork(@CurrentActor() actor: Actor, @Body() body: HandInWorkDto): Promise<WorkDetailDto> {
    return this.works.handIn(actor, body);
  }

  @Get(':id')
  @Require('affairs:showcase:read')
  @Returns(WorkDetailDto)
  @Summary('查看成果', 'See a work')
  getWork(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<WorkDetailDto> {
    return this.works.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:showcase:submit')
  @Returns(WorkDetailDto)
  @Summary('修改成果；被推荐后不再修改', 'Change a work, until it is nominated')
  changeWork(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ChangeWorkDto,
  ): Promise<WorkDetailDto> {
    return this.works.change(actor, id, version, body);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:showcase:submit')
  @Returns(WorkDetailDto)
  @Summary('撤回成果', 'Take a work back')
  withdrawWork(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<WorkDetailDto> {
    return this.works.withdraw(actor, id, version);
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Require('affairs:showcase:submit')
  @Returns(WorkDetailDto)
  @Summary('恢复已撤回的成果', 'Show a work again that was taken back')
  restoreWork(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<WorkDetailDto> {
    return this.works.restore(actor, id, version);
  }

  @Post(':id/nominations')
  @HttpCode(201)
  @Require('affairs:showcase:manage')
  @Returns(NominationDetailDto)
  @Summary('推荐成果；每校、每单元有名额', 'Nominate a work; the school and each section have so many places')
  nominateWork(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: NominateDto,
  ): Promise<NominationDetailDto> {
    return this.nominations.nominate(actor, id, body);
  }
}

/** What the school nominates: for who sees to campaigns, and the reviewers whom a campaign names. */
@ApiTags('showcase')
@Controller('affairs/v1/showcase/nominations')
export class NominationsController {
  constructor(private readonly nominations: Nominations) {}

  @Get()
  @Require('affairs:showcase:read')
  @ApiPage(NominationDto)
  @Summary('列出推荐；评审只见其活动的', 'List nominations; reviewers see those of their campaigns')
  listNominations(@CurrentActor() actor: Actor, @Query() query: NominationsQuery): Promise<Page<NominationDto>> {
    return this.nominations.list(actor, query);
  }

  @Get(':id')
  @Require('affairs:showcase:read')
  @Returns(NominationDetailDto)
  @Summary('查看推荐', 'See a nomination')
  getNomination(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<NominationDetailDto> {
    return this.nominations.get(actor, id);
  }

  @Put(':id/review')
  @Require('affairs:showcase:read')
  @Returns(NominationDetailDto)
  @Summary('评分并说明意见；可更改，不评本人的', 'Score it and say why; it may be said anew, and not of one’s own')
  reviewNomination(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: GiveReviewDto,
  ): Promise<NominationDetailDto> {
    return this.nominations.review(actor, id, body);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:showcase:manage')
  @Returns(NominationDetailDto)
  @Summary('撤回推荐，空出名额', 'Take a nomination back; its place is free')
  withdrawNomination(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<NominationDetailDto> {
    return this.nominations.withdraw(actor, id, version);
  }

  @Post(':id/select')
  @HttpCode(200)
  @Require('affairs:showcase:manage')
  @Returns(NominationDetailDto)
  @Summary('入选案例库', 'Select it into the case library')
  selectNomination(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<NominationDetailDto> {
    return this.nominations.choose(actor, id, version, true);
  }

  @Post(':id/deselect')
  @HttpCode(200)
  @Require('affairs:showcase:manage')
  @Returns(NominationDetailDto)
  @Summary('取消入选', 'Take the selection back')
  deselectNomination(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<NominationDetailDto> {
    return this.nominations.choose(actor, id, version, false);
  }
}
