import { Controller, Get, HttpCode, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { AnswerLanguage, IdParam, type Language, Returns, Summary, uploadedFile } from '#http';
import { ErrorSheetQuery, JobDto, ReturnsErrorSheet } from '#service';
import { AppointmentImportOptions } from './imports.dto.js';
import { AppointmentImports } from './imports.service.js';

@ApiTags('appointments')
@Controller('staffing/v1/appointments')
export class AppointmentImportsController {
  constructor(private readonly imports: AppointmentImports) {}

  @Post('import')
  @HttpCode(202)
  @Require('staffing:appointment:write')
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    description:
      'CSV 或 Excel（.xlsx，首个工作表）：工号 staff_number,岗位 kind,单位种类 unit_kind,单位代码 unit_code,专职 full_time,起始日期 from,结束日期 to（中英文表头均可）；' +
      'CSV 可为 UTF-8、UTF-16 或 GB18030；全部写入或全不写入 / CSV or Excel (.xlsx, its first sheet) with exactly these columns, by their Chinese or English header; CSV in UTF-8, UTF-16 or GB18030; all rows or none',
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
  })
  @Returns(JobDto)
  @Summary('批量导入任职', 'Import appointments from a file')
  async importAppointments(
    @CurrentActor() actor: Actor,
    @Query() options: AppointmentImportOptions,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.imports.request(actor, await uploadedFile(request), options);
    reply.header('Location', `/staffing/v1/jobs/${job.id}`);
    return job;
  }

  @Get('imports/:id/errors')
  @Require('staffing:appointment:write')
  @ReturnsErrorSheet()
  @Summary('下载带错误说明的任职表', 'Download the file of appointments with its errors')
  getAppointmentErrorSheet(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: ErrorSheetQuery,
    @AnswerLanguage() language: Language,
  ): Promise<StreamableFile> {
    return this.imports.errorSheet(actor, id, query, language);
  }
}
