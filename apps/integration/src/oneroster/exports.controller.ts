import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Flag, Instant } from '#fields';
import { Summary } from '#http';
import { RosterExports } from './exports.service.js';
import { ROSTER } from './routes.js';

const ZIP = 'application/zip';

class RosterExportQuery {
  @Instant({
    zh: '只含此后的变更（增量，delta），不填则为全量（bulk）',
    en: 'Only what changed after it (delta); left out: everything (bulk)',
    optional: true,
    example: '2026-11-01T00:00:00Z',
  })
  since?: string;

  @Flag({
    zh: '含出生日期与性别，另需 roster-demographics.readonly',
    en: 'With dates of birth and sexes; takes roster-demographics.readonly too',
    optional: true,
    example: false,
  })
  demographics?: boolean;

  @Flag({
    zh: '含评分类别、评分项与成绩，另需 gradebook.readonly',
    en: 'With categories, line items and results; takes gradebook.readonly too',
    optional: true,
    example: false,
  })
  gradebook?: boolean;
}

/** The roster as files, for systems that take no calls. */
@ApiTags('oneroster')
@Controller('integration/v1/oneroster/exports')
export class RosterExportsController {
  constructor(private readonly exports: RosterExports) {}

  @Get()
  @Require(ROSTER)
  @Header('content-disposition', 'attachment; filename="oneroster.zip"')
  @ApiProduces(ZIP)
  @ApiOkResponse({
    description: 'OneRoster CSV 1.2',
    content: { [ZIP]: { schema: { type: 'string', format: 'binary', maxLength: 1_073_741_824 } } },
  })
  @Summary('导出 OneRoster CSV 1.2 文件集（ZIP）', 'Get the roster as a set of OneRoster CSV 1.2 (ZIP)')
  async getRosterExport(@CurrentActor() actor: Actor, @Query() query: RosterExportQuery): Promise<StreamableFile> {
    return new StreamableFile(await this.exports.make(actor, query), { type: ZIP });
  }
}
