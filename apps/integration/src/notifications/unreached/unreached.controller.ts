import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { UnreachableDto, UnreachableQuery, UnreachedDto, UnreachedQuery } from './unreached.dto.js';
import { UnreachedMessages } from './unreached.service.js';

/** Urgent messages that reached nobody, and who cannot be reached. */
@ApiTags('unreached')
@Controller('integration/v1/unreached')
@Require('integration:unreached:handle')
export class UnreachedController {
  constructor(private readonly unreached: UnreachedMessages) {}

  @Get()
  @ApiPage(UnreachedDto)
  @Summary('列出转给本人的未送达紧急消息', 'List urgent messages that reached nobody and are up to one')
  listUnreached(@CurrentActor() actor: Actor, @Query() query: UnreachedQuery): Promise<Page<UnreachedDto>> {
    return this.unreached.list(actor, query);
  }

  @Get('unreachable-people')
  @ApiPage(UnreachableDto)
  @Summary('当晚应急链条中联系不上的人', "Who of the evening's chain cannot be reached")
  listUnreachable(@CurrentActor() actor: Actor, @Query() query: UnreachableQuery): Promise<Page<UnreachableDto>> {
    return this.unreached.unreachable(actor, query);
  }

  @Get(':id')
  @Returns(UnreachedDto)
  @Summary('查看未送达的紧急消息', 'See one of them')
  getUnreached(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<UnreachedDto> {
    return this.unreached.get(actor, id);
  }

  @Post(':id/take')
  @HttpCode(200)
  @Returns(UnreachedDto)
  @Summary('接手', 'Take it')
  takeUnreached(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<UnreachedDto> {
    return this.unreached.act(actor, id, version, 'take');
  }

  @Post(':id/release')
  @HttpCode(200)
  @Returns(UnreachedDto)
  @Summary('放回', 'Give it back')
  releaseUnreached(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<UnreachedDto> {
    return this.unreached.act(actor, id, version, 'release');
  }

  @Post(':id/finish')
  @HttpCode(200)
  @Returns(UnreachedDto)
  @Summary('处理完毕', 'Say that it is done')
  finishUnreached(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<UnreachedDto> {
    return this.unreached.act(actor, id, version, 'finish');
  }

  @Post(':id/reopen')
  @HttpCode(200)
  @Returns(UnreachedDto)
  @Summary('重新打开', 'Open it again')
  reopenUnreached(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<UnreachedDto> {
    return this.unreached.act(actor, id, version, 'reopen');
  }
}
