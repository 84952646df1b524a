import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, type Page, Summary, Returns, MayNotFind } from '#http';
import { LatePassDto, LatePassesQuery, RegisterLatePassDto, RevokeLatePassDto } from './late-passes.dto.js';
import { LatePasses } from './late-passes.service.js';

@ApiTags('late-passes')
@Controller('safety/v1/late-passes')
export class LatePassesController {
  constructor(private readonly latePasses: LatePasses) {}

  @Get()
  @Require('safety:night-check:read')
  @ApiPage(LatePassDto)
  @Summary('列出晚归报备，新的在前', 'List late passes, newest first')
  listLatePasses(@CurrentActor() actor: Actor, @Query() query: LatePassesQuery): Promise<Page<LatePassDto>> {
    return this.latePasses.list(actor, query);
  }

  @Get(':id')
  @Require('safety:night-check:read')
  @Returns(LatePassDto)
  @Summary('查看晚归报备', 'Get a late pass')
  getLatePass(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<LatePassDto> {
    return this.latePasses.get(actor, id);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('safety:night-check:write')
  @Returns(LatePassDto)
  @Summary('登记晚归报备', 'Register a late pass')
  registerLatePass(@CurrentActor() actor: Actor, @Body() body: RegisterLatePassDto): Promise<LatePassDto> {
    return this.latePasses.register(actor, body);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Require('safety:night-check:write')
  @Returns(LatePassDto)
  @Summary('撤销晚归报备', 'Revoke a late pass')
  revokeLatePass(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: RevokeLatePassDto,
  ): Promise<LatePassDto> {
    return this.latePasses.revoke(actor, id, body);
  }
}
