import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { BodyExample, ApiPage, BodyLimit, IdParam, type Page, Summary, Returns } from '#http';
import { PassBatches } from './pass-batches.service.js';
import { PassBatchDto, PassBatchResultDto, PassDto, PassesQuery, PassRecordDto, VoidPassDto } from './passes.dto.js';
import { Passes } from './passes.service.js';

const BATCH_BYTES = 5 * 1024 * 1024;

@ApiTags('passes')
@Controller('safety/v1/passes')
export class PassesController {
  constructor(
    private readonly passes: Passes,
    private readonly batches: PassBatches,
  ) {}

  @Get()
  @Require('safety:pass:read')
  @ApiPage(PassDto)
  @Summary('列出通行记录，新的在前；查看会记入审计', 'List passes, newest first; reading them is audited')
  listPasses(@CurrentActor() actor: Actor, @Query() query: PassesQuery): Promise<Page<PassDto>> {
    return this.passes.list(actor, query);
  }

  @Post('batches')
  @HttpCode(200)
  @BodyLimit(BATCH_BYTES)
  @Require('safety:pass:write')
  @ApiExtraModels(PassRecordDto)
  @BodyExample({
    passes: [
      {
        deviceCode: 'GATE-B1',
        recordId: '1502',
        studentNumber: '2024000001',
        direction: 'in',
        at: '2026-11-20T22:58:03+08:00',
      },
    ],
  })
  @Returns(PassBatchResultDto)
  @Summary(
    '批量上传通行记录；可重复上传，坏行逐行报告',
    'Deliver passes in a batch; may be sent again, bad rows are reported one by one',
  )
  recordPasses(@CurrentActor() actor: Actor, @Body() body: PassBatchDto): Promise<PassBatchResultDto> {
    return this.batches.record(actor, body);
  }

  @Post(':id/void')
  @HttpCode(200)
  @Require('safety:night-check:write')
  @Returns(PassDto)
  @Summary('作废一条通行记录，相关夜晚重新核查', 'Take a pass back; the nights it counted for are checked again')
  voidPass(@CurrentActor() actor: Actor, @IdParam() id: string, @Body() body: VoidPassDto): Promise<PassDto> {
    return this.passes.void(actor, id, body);
  }
}
