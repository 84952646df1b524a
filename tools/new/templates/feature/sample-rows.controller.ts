import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { RegisterSampleRowDto, SampleRowDto, SampleRowsQuery } from './sample-rows.dto.js';
import { SampleRows } from './sample-rows.service.js';

@ApiTags('sample-rows')
@Controller('home-service/v1/sample-rows')
export class SampleRowsController {
  constructor(private readonly sampleRows: SampleRows) {}

  @Get()
  @Require('home-service:sample-row:read')
  @ApiPage(SampleRowDto)
  @Summary('列出样本，新的在前', 'List sample rows, newest first')
  listSampleRows(@CurrentActor() actor: Actor, @Query() query: SampleRowsQuery): Promise<Page<SampleRowDto>> {
    return this.sampleRows.list(actor, query);
  }

  @Get(':id')
  @Require('home-service:sample-row:read')
  @Returns(SampleRowDto)
  @Summary('查看样本', 'See a sample row')
  getSampleRow(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<SampleRowDto> {
    return this.sampleRows.get(actor, id);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('home-service:sample-row:write')
  @Returns(SampleRowDto)
  @Summary('登记样本', 'Register a sample row')
  registerSampleRow(@CurrentActor() actor: Actor, @Body() body: RegisterSampleRowDto): Promise<SampleRowDto> {
    return this.sampleRows.register(actor, body);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('home-service:sample-row:write')
  @Returns(SampleRowDto)
  @Summary('关闭样本', 'Close a sample row')
  closeSampleRow(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<SampleRowDto> {
    return this.sampleRows.close(actor, id, version);
  }
}
