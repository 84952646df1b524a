import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import { SourceNotices } from './source-notices.service.js';
import {
  HeartbeatDto,
  HeartbeatTakenDto,
  NewSourceDto,
  SourceChangeDto,
  SourceCodeParams,
  SourceDto,
  SourceNoticeDto,
  SourceNoticesQuery,
  SourcesQuery,
} from './sources.dto.js';
import { Sources } from './sources.service.js';

@ApiTags('sources')
@Controller('early-warning/v1')
export class SourcesController {
  constructor(
    private readonly sources: Sources,
    private readonly notices: SourceNotices,
  ) {}

  @Get('sources')
  @Require('early-warning:source:read')
  @ApiPage(SourceDto)
  @Summary('列出数据源及现状', 'List sources with how they are')
  listSources(@Query() query: SourcesQuery): Promise<Page<SourceDto>> {
    return this.sources.list(query);
  }

  @Get('sources/:id')
  @Require('early-warning:source:read')
  @Returns(SourceDto)
  @Summary('查看数据源', 'See a source')
  getSource(@IdParam() id: string): Promise<SourceDto> {
    return this.sources.get(id);
  }

  @Post('sources')
  @Created()
  @Require('early-warning:source:write')
  @Returns(SourceDto)
  @Summary('登记数据源', 'Declare a source')
  createSource(@CurrentActor() actor: Actor, @Body() body: NewSourceDto): Promise<SourceDto> {
    return this.sources.create(actor, body);
  }

  @Put('sources/:id')
  @Require('early-warning:source:write')
  @Returns(SourceDto)
  @Summary('修改数据源（代码不可改）', 'Change a source (its code stays)')
  updateSource(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SourceChangeDto,
  ): Promise<SourceDto> {
    return this.sources.update(actor, id, version, body);
  }

  @Delete('sources/:id')
  @HttpCode(204)
  @Require('early-warning:source:write')
  @Summary('删除数据源的登记', 'Take a source off the list')
  deleteSource(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.sources.delete(actor, id, version);
  }

  @Post('sources/:code/heartbeat')
  @HttpCode(200)
  @Require('early-warning:observation:write')
  @Returns(HeartbeatTakenDto)
  @Summary('数据源报告自身正常（当日无数据时）', 'A source says that it is alive, on days without data')
  sendHeartbeat(
    @CurrentActor() actor: Actor,
    @Param() { code }: SourceCodeParams,
    @Body() body: HeartbeatDto,
  ): Promise<HeartbeatTakenDto> {
    return this.sources.heartbeat(actor, code, body);
  }

  @Get('source-notices')
  @Require('early-warning:source:read')
  @ApiPage(SourceNoticeDto)
  @Summary('列出数据源中断通知，新的在前', 'List notices of silent sources, newest first')
  listSourceNotices(@Query() query: SourceNoticesQuery): Promise<Page<SourceNoticeDto>> {
    return this.notices.list(query);
  }
}
