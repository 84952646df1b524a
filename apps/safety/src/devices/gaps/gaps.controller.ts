import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, type Page, Returns, Summary } from '#http';
import { AskGapDto, GapDto, GapsQuery } from './gaps.dto.js';
import { Gaps } from './gaps.service.js';

/** What devices did not send. */
@ApiTags('devices')
@Controller('safety/v1/devices/:id/gaps')
export class GapsController {
  constructor(private readonly gaps: Gaps) {}

  @Get()
  @Require('safety:device:read')
  @ApiPage(GapDto)
  @Summary('列出记录缺口及补取情况，新的在前', 'List times of which events are missing, newest first')
  listGaps(@CurrentActor() actor: Actor, @IdParam() id: string, @Query() query: GapsQuery): Promise<Page<GapDto>> {
    return this.gaps.list(actor, id, query);
  }

  @Post()
  @Created()
  @Require('safety:device:write')
  @Returns(GapDto)
  @Summary('向所负责楼栋的设备补取一段时间的记录', 'Have a device of a building one answers for asked for what it kept')
  askGap(@CurrentActor() actor: Actor, @IdParam() id: string, @Body() body: AskGapDto): Promise<GapDto> {
    return this.gaps.ask(actor, id, body);
  }
}
