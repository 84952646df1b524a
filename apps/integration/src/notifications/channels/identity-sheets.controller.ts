import { applyDecorators, Controller, HttpCode, Post, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { AnswerLanguage, type Language, Returns, Summary, uploadedFile } from '#http';
import { ReturnsErrorSheet } from '#service';
import { IdentitySheetQuery, IdentitySheetResultDto } from './identity-sheets.dto.js';
import { IdentitySheets } from './identity-sheets.service.js';

const Sheet = (): MethodDecorator =>
  applyDecorators(
    ApiConsumes('multipart/form-data'),
    ApiBody({
      description:
        'CSV 或 Excel（.xlsx，首个工作表）：学工号 number,渠道 channel（企业微信 wecom、钉钉 dingtalk、邮件 email）,标识 address（留空为删除）；' +
        'CSV 可为 UTF-8、UTF-16 或 GB18030；全部写入或全不写入 / CSV or Excel (.xlsx, its first sheet): number, channel, address (none: it is removed), ' +
        'by their Chinese or English header; CSV in UTF-8, UTF-16 or GB18030; all rows or none',
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

/** Who people are at channels, as the school has it in a list. */
@ApiTags('notification-channels')
@Controller('integration/v1/notification-channels/identity-sheet')
@Require('integration:channel:manage')
export class IdentitySheetsController {
  constructor(private readonly sheets: IdentitySheets) {}

  @Post()
  @HttpCode(200)
  @Sheet()
  @Returns(IdentitySheetResultDto)
  @Summary(
    '导入人员在各渠道的标识：全部写入或全不写入',
    'Bring in a sheet of who people are at the channels: all rows or none',
  )
  async importIdentities(
    @CurrentActor() actor: Actor,
    @Query() { dryRun }: IdentitySheetQuery,
    @Req() request: FastifyRequest,
  ): Promise<IdentitySheetResultDto> {
    return this.sheets.bringIn(actor, await uploadedFile(request), dryRun);
  }

  @Post('check')
  @HttpCode(200)
  @Sheet()
  @ReturnsErrorSheet()
  @Summary(
    '检查标识表，返回带「错误」列的原表，不写入',
    'Check a sheet of addresses: it comes back with a column of errors; nothing is written',
  )
  async checkIdentities(
    @CurrentActor() actor: Actor,
    @AnswerLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    return this.sheets.check(actor, await uploadedFile(request), language);
  }
}
