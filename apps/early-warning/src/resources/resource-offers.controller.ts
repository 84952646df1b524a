import { Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { ResourceKindParams, ResourceKindsDto, ResourceOfferDto, ResourceOffersQuery } from './resource-offers.dto.js';
import { ResourceOffers } from './resource-offers.service.js';

/** Resources as students are offered them. */
@ApiTags('resource-offers')
@Controller('early-warning/v1')
export class ResourceOffersController {
  constructor(private readonly offers: ResourceOffers) {}

  @Get('resource-offers')
  @Require('early-warning:resource:read')
  @ApiPage(ResourceOfferDto)
  @Summary(
    '列出推送：本人的，或所负责学生已使用的；查看留有记录',
    'List offers: one’s own, or what students in one’s charge took up; recorded',
  )
  listResourceOffers(
    @CurrentActor() actor: Actor,
    @Query() query: ResourceOffersQuery,
  ): Promise<Page<ResourceOfferDto>> {
    return this.offers.list(actor, query);
  }

  @Get('resource-offers/:id')
  @Require('early-warning:resource:read')
  @Returns(ResourceOfferDto)
  @Summary('查看推送；工作人员查看留有记录', 'See an offer; that staff did is recorded')
  getResourceOffer(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ResourceOfferDto> {
    return this.offers.get(actor, id);
  }

  @Post('resource-offers/:id/take-up')
  @HttpCode(200)
  @Require('early-warning:resource:use')
  @Returns(ResourceOfferDto)
  @Summary('使用推送的资源', 'Take up what is offered')
  takeUpResourceOffer(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ResourceOfferDto> {
    return this.offers.takeUp(actor, id, version);
  }

  @Post('resource-offers/:id/decline')
  @HttpCode(200)
  @Require('early-warning:resource:use')
  @Returns(ResourceOfferDto)
  @Summary(
    '谢绝，或退回已得的名额；本学期不再推送',
    'Decline it, or give the place back; it is not offered again this term',
  )
  declineResourceOffer(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ResourceOfferDto> {
    return this.offers.decline(actor, id, version);
  }

  @Post('resources/:id/take-up')
  @HttpCode(200)
  @Require('early-warning:resource:use')
  @Returns(ResourceOfferDto)
  @Summary('从目录中选用资源', 'Take up a resource of the catalogue')
  takeUpResource(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ResourceOfferDto> {
    return this.offers.take(actor, id);
  }

  @Get('resource-kinds')
  @Require('early-warning:resource:read')
  @Returns(ResourceKindsDto)
  @Summary('列出资源种类，及本人是否接收', 'List the kinds of resources, and whether one wants them')
  listResourceKinds(@CurrentActor() actor: Actor): Promise<ResourceKindsDto> {
    return this.offers.kinds(actor);
  }

  @Put('resource-kinds/:kind/opt-out')
  @MayNotFind()
  @Require('early-warning:resource:use')
  @Returns(ResourceKindsDto)
  @Summary('不再接收某一种类的推送', 'Want no more offers of a kind')
  optOutOfResources(@CurrentActor() actor: Actor, @Param() { kind }: ResourceKindParams): Promise<ResourceKindsDto> {
    return this.offers.optOut(actor, kind);
  }

  @Delete('resource-kinds/:kind/opt-out')
  @MayNotFind()
  @Require('early-warning:resource:use')
  @Returns(ResourceKindsDto)
  @Summary('重新接收某一种类的推送', 'Want offers of a kind again')
  optInToResources(@CurrentActor() actor: Actor, @Param() { kind }: ResourceKindParams): Promise<ResourceKindsDto> {
    return this.offers.optIn(actor, kind);
  }
}
