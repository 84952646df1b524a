import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import {
  FittingDto,
  RESOURCE_EXAMPLE,
  ResourceCountsDto,
  ResourceDto,
  ResourceFormDto,
  ResourcesQuery,
} from './resources.dto.js';
import { Resources } from './resources.service.js';

/** What the school has for students whom it fits (党团、学业、就业创业、心理). */
@ApiTags('resources')
@Controller('early-warning/v1/resources')
export class ResourcesController {
  constructor(private readonly resources: Resources) {}

  @Get()
  @Require('early-warning:resource:read')
  @ApiPage(ResourceDto)
  @Summary(
    '列出资源；维护资源者以外只见现在提供的',
    'List resources; others than who maintains them see what is on offer now',
  )
  listResources(@CurrentActor() actor: Actor, @Query() query: ResourcesQuery): Promise<Page<ResourceDto>> {
    return this.resources.list(actor, query);
  }

  @Post()
  @Created()
  @Require('early-warning:resource:write')
  @BodyExample(RESOURCE_EXAMPLE)
  @Returns(ResourceDto)
  @Summary('起草资源', 'Draft a resource')
  draftResource(@CurrentActor() actor: Actor, @Body() body: ResourceFormDto): Promise<ResourceDto> {
    return this.resources.draft(actor, body);
  }

  @Get(':id')
  @Require('early-warning:resource:read')
  @Returns(ResourceDto)
  @Summary('查看资源', 'See a resource')
  getResource(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ResourceDto> {
    return this.resources.get(actor, id);
  }

  @Put(':id')
  @Require('early-warning:resource:write')
  @BodyExample(RESOURCE_EXAMPLE)
  @Returns(ResourceDto)
  @Summary('修改草稿', 'Edit a draft')
  editResource(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ResourceFormDto,
  ): Promise<ResourceDto> {
    return this.resources.edit(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Require('early-warning:resource:write')
  @Summary('删除草稿', 'Delete a draft')
  deleteResource(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.resources.delete(actor, id, version);
  }

  @Get(':id/fitting')
  @Require('early-warning:resource:write')
  @Returns(FittingDto)
  @Summary('现在适合多少学生；人数过少的不显示', 'How many students it fits now; too small a number is not told')
  getResourceFitting(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<FittingDto> {
    return this.resources.fitting(actor, id);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Require('early-warning:resource:write')
  @Returns(ResourceDto)
  @Summary('发布他人的草稿，并推送给适合的学生', 'Publish a draft of others, and offer it to whom it fits')
  publishResource(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ResourceDto> {
    return this.resources.publish(actor, id, version);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('early-warning:resource:write')
  @Returns(ResourceDto)
  @Summary('撤下资源；已使用的不受影响', 'Withdraw a resource; who took it up keeps it')
  withdrawResource(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ResourceDto> {
    return this.resources.withdraw(actor, id, version);
  }

  @Get(':id/counts')
  @Require('early-warning:resource:read')
  @Returns(ResourceCountsDto)
  @Summary('按学院统计推送与使用；人数过少的不显示', 'Count offers and uptake by college; small numbers are not told')
  countResource(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ResourceCountsDto> {
    return this.resources.counts(actor, id);
  }
}
