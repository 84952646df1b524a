import { Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { CSV_TYPE, XLSX_TYPE } from '#exchange';
import { JSON_TYPE, Raw, RawBody, type RawContent, Summary, Returns } from '#http';
import { CHARSETS } from './formats.js';
import { BatchQuery, BatchResultDto, ObservationBatchDto } from './observations.dto.js';
import { NDJSON_TYPE, Observations } from './observations.service.js';

const MB = 1_048_576;
const LINES = { type: 'string', maxLength: 16 * MB };

@ApiTags('observations')
@ApiExtraModels(ObservationBatchDto)
@Controller('early-warning/v1/observations')
export class ObservationsController {
  constructor(private readonly observations: Observations) {}

  @Post('batches')
  @HttpCode(200)
  @RawBody({
    [JSON_TYPE]: { maxBytes: 4 * MB, schema: { $ref: getSchemaPath(ObservationBatchDto) } },
    [NDJSON_TYPE]: {
      maxBytes: 16 * MB,
      schema: {
        ...LINES,
        pattern: '^\\s*\\{',
        description: '每行一条观测（JSON），最多 100,000 行 / An observation (JSON) per line, 100,000 at most',
        example: '{"studentNumber":"2024000001","metric":"library_visits","day":"2026-11-20","value":1}\n',
      },
    },
    [CSV_TYPE]: {
      maxBytes: 16 * MB,
      charsets: Object.keys(CHARSETS),
      schema: {
        ...LINES,
        pattern: '^[^\\r\\n]*student',
        description:
          '首行为列名，最多 100,000 行；编码可用 charset 声明：utf-8（默认）、gb18030、gbk / ' +
          'The first line names the columns, 100,000 rows at most; charset may declare utf-8 (default), gb18030 or gbk',
        example: 'studentNumber,metric,day,value\n2024000001,library_visits,2026-11-20,1\n',
      },
    },
    [XLSX_TYPE]: {
      maxBytes: 16 * MB,
      schema: {
        type: 'string',
        format: 'binary',
        maxLength: 16 * MB,
        description:
          '首个工作表，列名与 CSV 相同，最多 100,000 行 / The first sheet, with the columns of the CSV, 100,000 rows at most',
      },
    },
  })
  @Require('early-warning:observation:write')
  @Returns(BatchResultDto)
  @Summary('上传一批观测（按 batchKey 幂等）', 'Deliver a batch of observations (idempotent by batchKey)')
  deliverObservations(
    @CurrentActor() actor: Actor,
    @Query() query: BatchQuery,
    @Raw() content: RawContent,
  ): Promise<BatchResultDto> {
    return this.observations.ingest(actor, content, query);
  }
}
