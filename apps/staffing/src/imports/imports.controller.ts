import { Controller, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary, uploadedFile } from '#http';
import { JobDto } from '#service';
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
      'CSV：工号 staff_number,岗位 kind,单位种类 unit_kind,单位代码 unit_code,专职 full_time,起始日期 from,结束日期 to（中英文表头均可）；' +
      'UTF-8、UTF-16 或 GB18030；全部写入或全不写入 / CSV with exactly these columns, by their Chinese or English header, in UTF-8, UTF-16 or GB18030; all rows or none',
    schema: {
      type: 'object',
      required: ['file'],
      additionalProperties: false,
      properties: {
        file: { type: 'string', format: 'binary', maxLength: 8_388_608, description: 'CSV 文件 / The CSV file' },
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
}
