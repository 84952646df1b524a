import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary, uploadedFile } from '#http';
import { JobDto } from '#service';
import { ClearanceImports } from './clearance-imports.service.js';
import {
  BoardDto,
  ClearanceFindingsDto,
  ClearanceListContentDto,
  ClearanceListDto,
  ClearanceListsQuery,
} from './lists.dto.js';
import { ClearanceLists } from './lists.service.js';

/** Lists of what departments clear for students who arrive or leave (报到、离校清单). */
@ApiTags('clearance-lists')
@Controller('affairs/v1/clearance-lists')
export class ClearanceListsController {
  constructor(
    private readonly lists: ClearanceLists,
    private readonly imports: ClearanceImports,
  ) {}

  @Get()
  @Require('affairs:clearance:read', 'affairs:clearance:sign')
  @ApiPage(ClearanceListDto)
  @Summary('列出报到、离校清单；学生只见本人的', 'List clearance lists; a student sees those that are for them')
  listClearanceLists(
    @CurrentActor() actor: Actor,
    @Query() query: ClearanceListsQuery,
  ): Promise<Page<ClearanceListDto>> {
    return this.lists.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:clearance-list:manage')
  @Returns(ClearanceListDto)
  @Summary('起草清单', 'Draft a list')
  draftClearanceList(@CurrentActor() actor: Actor, @Body() body: ClearanceListContentDto): Promise<ClearanceListDto> {
    return this.lists.draft(actor, body);
  }

  @Get(':id')
  @Require('affairs:clearance:read', 'affairs:clearance:sign')
  @Returns(ClearanceListDto)
  @Summary('查看清单', 'See a list')
  getClearanceList(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ClearanceListDto> {
    return this.lists.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:clearance-list:manage')
  @Returns(ClearanceListDto)
  @Summary('修改草稿', 'Change a draft')
  changeClearanceList(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ClearanceListContentDto,
  ): Promise<ClearanceListDto> {
    return this.lists.change(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Require('affairs:clearance-list:manage')
  @Summary('删除草稿', 'Discard a draft')
  discardClearanceList(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.lists.discard(actor, id, version);
  }

  @Get(':id/findings')
  @Require('affairs:clearance-list:manage')
  @Returns(ClearanceFindingsDto)
  @Summary('检查清单：须改正之处', 'Check a list: what is wrong with it')
  getClearanceListFindings(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ClearanceFindingsDto> {
    return this.lists.check(actor, id);
  }

  @Post(':id/open')
  @HttpCode(202)
  @Require('affairs:clearance-list:manage')
  @Returns(JobDto)
  @Summary('开放清单：为所有适用的学生建立', 'Open a list: its students get their clearances')
  async openClearanceList(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.lists.open(actor, id, version);
    reply.header('Location', `/affairs/v1/jobs/${job.id}`);
    return job;
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('affairs:clearance-list:manage')
  @Returns(ClearanceListDto)
  @Summary('结束清单：不再办理', 'Close a list: nothing is decided any more')
  closeClearanceList(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ClearanceListDto> {
    return this.lists.close(actor, id, version);
  }

  @Post(':id/reopen')
  @HttpCode(200)
  @Require('affairs:clearance-list:manage')
  @Returns(ClearanceListDto)
  @Summary('重新开放清单', 'Open a list again')
  reopenClearanceList(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ClearanceListDto> {
    return this.lists.reopen(actor, id, version);
  }

  @Get(':id/board')
  @Require('affairs:clearance:read')
  @Returns(BoardDto)
  @Summary('进度：按学院与事项', 'How far it is, by college and by entry')
  getClearanceBoard(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<BoardDto> {
    return this.lists.board(actor, id);
  }

  @Post(':id/sign-offs/import')
  @HttpCode(202)
  @Require('affairs:clearance:sign')
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    description:
      'CSV 或 Excel（.xlsx，首个工作表）：学号 student_number,事项 entry,结果 decision,原因 reason（中英文表头均可）；全部写入或全不写入 / ' +
      'CSV or Excel (.xlsx, its first sheet) with these columns, by their Chinese or English header; all rows or none',
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
  @Summary('从表格批量办理本部门的事项', 'Decide on one’s department’s entries from a sheet')
  async importSignOffs(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.imports.request(actor, id, await uploadedFile(request));
    reply.header('Location', `/affairs/v1/jobs/${job.id}`);
    return job;
  }
}
