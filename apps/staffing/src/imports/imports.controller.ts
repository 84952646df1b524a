import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { Summary, uploadedFile } from '#http';
import { JobDto } from '#service';
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
      'CSV：staff_number,kind,unit_kind,unit_code,full_time,from,to；UTF-8 或 GB18030；全部写入或全不写入 / ' +
      'CSV in UTF-8 or GB18030 with exactly these columns; all rows or none',
    schema: {
      type: 'object',
      required: ['file'],
      additionalProperties: false,
      properties: {
        file: { type: 'string', format: 'binary', maxLength: 8_388_608, description: 'CSV 文件 / The CSV file' },
      },
    },
  })
  @ApiAcceptedResponse({ type: JobDto, description: '已受理 / Accepted' })
  @Summary('批量导入任职', 'Import appointments from a file')
  async importAppointments(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.imports.request(actor, await uploadedFile(request));
    reply.header('Location', `/staffing/v1/jobs/${job.id}`);
    return job;
  }
}
