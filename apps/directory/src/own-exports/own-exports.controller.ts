import { Controller, Get, Header, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { OwnExportDto, OwnExportsQuery } from './own-exports.dto.js';
import { OwnExports } from './own-exports.service.js';

const ZIP = 'application/zip';

/** Copies of everything that the house has of oneself (个人信息保护法 art. 45). */
@ApiTags('me')
@Controller('directory/v1/me/exports')
@Require('directory:own-data:export')
export class OwnExportsController {
  constructor(private readonly exports: OwnExports) {}

  @Get()
  @ApiPage(OwnExportDto)
  @Summary('列出本人申请过的个人信息副本', 'List the copies of one’s data that one has asked for')
  listOwnExports(@CurrentActor() actor: Actor, @Query() query: OwnExportsQuery): Promise<Page<OwnExportDto>> {
    return this.exports.list(actor, query);
  }

  @Post()
  @HttpCode(202)
  @MayNotFind()
  @Returns(OwnExportDto)
  @Summary('申请个人信息副本，由各服务分别汇集', 'Ask for a copy of one’s data, to which each service gives its part')
  requestOwnExport(@CurrentActor() actor: Actor): Promise<OwnExportDto> {
    return this.exports.request(actor);
  }

  @Get(':id')
  @Returns(OwnExportDto)
  @Summary('查看副本', 'See a copy')
  getOwnExport(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<OwnExportDto> {
    return this.exports.get(actor, id);
  }

  // No GET: it can be done once, and a page that is loaded ahead would use it up.
  @Post(':id/fetch')
  @HttpCode(200)
  @Header('content-disposition', 'attachment; filename="own-data.zip"')
  @ApiProduces(ZIP)
  @ApiOkResponse({
    description: '各表为 JSON，附目录页 / A JSON file for each table, with an index as a page',
    content: { [ZIP]: { schema: { type: 'string', format: 'binary', maxLength: 1_073_741_824 } } },
  })
  @Summary('下载副本，仅一次，随即删除', 'Fetch a copy, once: it is deleted with that')
  async fetchOwnExport(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<StreamableFile> {
    return new StreamableFile(await this.exports.fetch(actor, id), { type: ZIP });
  }

  @Post(':id/discard')
  @HttpCode(200)
  @Returns(OwnExportDto)
  @Summary('放弃副本并删除', 'Discard a copy: it is deleted')
  discardOwnExport(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<OwnExportDto> {
    return this.exports.discard(actor, id, version);
  }
}
