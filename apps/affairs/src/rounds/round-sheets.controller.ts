import { applyDecorators, Controller, Get, HttpCode, Param, Post, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require, RequireReason } from '#auth';
import { XLSX_TYPE } from '#exchange';
import { AnswerLanguage, IdParam, type Language, Returns, Summary, uploadedFile } from '#http';
import { ReturnsErrorSheet } from '#service';
import { RoundExports } from './round-exports.service.js';
import { SheetQuery, SheetResultDto } from './round-sheets.dto.js';
import { RoundSheets } from './round-sheets.service.js';

const Sheet = (): MethodDecorator =>
  applyDecorators(
    ApiConsumes('multipart/form-data'),
    ApiBody({
      description:
        'CSV 或 Excel（.xlsx，首个工作表），首列学号 number；figures 的其余列为批次的各项数据，automatic 为类别 group，accounts 为银行账号 account / ' +
        'CSV or Excel (.xlsx, its first sheet): student number, then the figures of the round by code or name, a group, or an account',
      schema: {
        type: 'object',
        required: ['file'],
        additionalProperties: false,
        properties: {
          file: {
            type: 'string',
            format: 'binary',
            maxLength: 8_388_608,
            description: 'CSV 或 .xlsx 文件 / The CSV or .xlsx file',
          },
        },
      },
    }),
  );

/** What goes into a round, and out of it, as sheets. */
@ApiTags('rounds')
@Controller('affairs/v1/rounds')
export class RoundSheetsController {
  constructor(
    private readonly sheets: RoundSheets,
    private readonly exports: RoundExports,
  ) {}

  @Post(':id/sheets')
  @HttpCode(200)
  @Require('affairs:round:manage')
  @Sheet()
  @Returns(SheetResultDto)
  @Summary(
    '导入表格：分数与数据、直接列入名单、银行账号；全部写入或全不写入',
    'Bring a sheet in: figures, a list, or accounts; all rows or none',
  )
  async bringInSheet(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() { kind }: SheetQuery,
    @Req() request: FastifyRequest,
  ): Promise<SheetResultDto> {
    return this.sheets.bringIn(actor, id, kind, await uploadedFile(request));
  }

  @Post(':id/sheets/check')
  @HttpCode(200)
  @Require('affairs:round:manage')
  @Sheet()
  @ReturnsErrorSheet()
  @Summary(
    '检查表格，返回带「错误」列的原表，不写入',
    'Check a sheet: it comes back with a column of errors; nothing is written',
  )
  async checkSheet(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() { kind }: SheetQuery,
    @AnswerLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    return this.sheets.check(actor, id, kind, await uploadedFile(request), language);
  }

  @Get(':id/exports/:code')
  @Require('affairs:round:export')
  @RequireReason()
  @ApiParam({
    name: 'code',
    description: '导出表代码 / Code of the export',
    schema: { type: 'string', maxLength: 30, pattern: '^[a-z][a-z0-9_]*$' },
    example: 'bank',
  })
  @ApiProduces(XLSX_TYPE)
  @ApiOkResponse({
    description: '入选名单（.xlsx） / Those who are in, as .xlsx',
    content: { [XLSX_TYPE]: { schema: { type: 'string', format: 'binary', maxLength: 134_217_728 } } },
  })
  @Summary(
    '导出入选名单（银行、上报），须说明事由并留有记录',
    'Export those who are in, for the bank or the province; the reason is recorded',
  )
  async exportRound(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Param('code') code: string,
  ): Promise<StreamableFile> {
    const content = await this.exports.export(actor, id, code);
    return new StreamableFile(content, { type: XLSX_TYPE, disposition: 'attachment; filename="round.xlsx"' });
  }
}
