import { Controller, Get, HttpCode, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { AnswerLanguage, ApiPage, IdParam, type Language, type Page, Summary, uploadedFile, Returns } from '#http';
import { ErrorSheetQuery, JobDto, ReturnsErrorSheet } from '#service';
import type { ImportKind } from './import.entity.js';
import { ImportDto, ImportOptions, ImportsQuery } from './imports.dto.js';
import { Imports } from './imports.service.js';

const FILE = {
  schema: {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary', maxLength: 67_108_864, description: '文件 / The file' } },
  },
};

@ApiTags('imports')
@Controller('directory/v1/imports')
@Require('directory:import:write')
export class ImportsController {
  constructor(private readonly imports: Imports) {}

  @Post('roster')
  @HttpCode(202)
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE)
  @Returns(JobDto)
  @Summary('导入名册（OneRoster CSV 1.2 全量 ZIP）', 'Import a roster (OneRoster CSV 1.2, bulk ZIP)')
  importRoster(
    @CurrentActor() actor: Actor,
    @Query() options: ImportOptions,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    return this.accept(actor, 'roster', options, request, reply);
  }

  @Post('roster-sheet')
  @HttpCode(202)
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE)
  @Returns(JobDto)
  @Summary('导入名册（一张 CSV 或 Excel 表）', 'Import a roster (one table: CSV or Excel)')
  importRosterSheet(
    @CurrentActor() actor: Actor,
    @Query() options: ImportOptions,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    return this.accept(actor, 'roster-sheet', options, request, reply);
  }

  @Post('places')
  @HttpCode(202)
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE)
  @Returns(JobDto)
  @Summary(
    '导入楼栋、寝室、床位、网格与入住（CSV 或 Excel）',
    'Import buildings, rooms, beds, grids and residents (CSV or Excel)',
  )
  importPlaces(
    @CurrentActor() actor: Actor,
    @Query() options: ImportOptions,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    return this.accept(actor, 'places', options, request, reply);
  }

  @Get()
  @ApiPage(ImportDto)
  @Summary('列出历次导入', 'List imports')
  listImports(@Query() query: ImportsQuery): Promise<Page<ImportDto>> {
    return this.imports.list(query);
  }

  @Get(':id')
  @Returns(ImportDto)
  @Summary('查看一次导入', 'See an import')
  getImport(@IdParam() id: string): Promise<ImportDto> {
    return this.imports.get(id);
  }

  @Get(':id/errors')
  @ReturnsErrorSheet()
  @Summary(
    '下载带错误说明的表（场所或单表名册）',
    'Download the table with its errors (places, or a roster in one sheet)',
  )
  getImportErrorSheet(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: ErrorSheetQuery,
    @AnswerLanguage() language: Language,
  ): Promise<StreamableFile> {
    return this.imports.errorSheet(actor, id, query, language);
  }

  private async accept(
    actor: Actor,
    kind: ImportKind,
    options: ImportOptions,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.imports.request(actor, kind, await uploadedFile(request), options);
    reply.header('Location', `/directory/v1/jobs/${job.id}`).header('Retry-After', '1');
    return job;
  }
}
