import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require, RequireReason } from '#auth';
import { CSV_TYPE, XLSX_TYPE } from '#exchange';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  HolidayBoardDto,
  HolidayCampaignContentDto,
  HolidayCampaignDto,
  HolidayCampaignsQuery,
  HolidayExportQuery,
  RemindDto,
  RemindedDto,
  UnregisteredDto,
  UnregisteredQuery,
} from './campaigns.dto.js';
import { HolidayCampaigns } from './campaigns.service.js';
import { HolidayReports } from './reports.service.js';

const CSV = {
  schema: { type: 'string', format: 'csv', maxLength: 134_217_728 },
  example: '学号,姓名,去向\r\n2024000001,张三,回家\r\n',
} as const;
const BINARY = { schema: { type: 'string', format: 'binary', maxLength: 134_217_728 } } as const;

/** Campaigns of registration for a holiday (节假日去向登记). */
@ApiTags('holiday-campaigns')
@Controller('affairs/v1/holiday-campaigns')
export class HolidayCampaignsController {
  constructor(
    private readonly campaigns: HolidayCampaigns,
    private readonly reports: HolidayReports,
  ) {}

  @Get()
  @Require('affairs:holiday-registration:read')
  @ApiPage(HolidayCampaignDto)
  @Summary('列出节假日去向登记活动；学生只见本人的', 'List campaigns; a student sees those that are for them')
  listHolidayCampaigns(
    @CurrentActor() actor: Actor,
    @Query() query: HolidayCampaignsQuery,
  ): Promise<Page<HolidayCampaignDto>> {
    return this.campaigns.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:holiday-campaign:manage')
  @Returns(HolidayCampaignDto)
  @Summary('起草登记活动', 'Draft a campaign')
  draftHolidayCampaign(
    @CurrentActor() actor: Actor,
    @Body() body: HolidayCampaignContentDto,
  ): Promise<HolidayCampaignDto> {
    return this.campaigns.draft(actor, body);
  }

  @Get(':id')
  @Require('affairs:holiday-registration:read')
  @Returns(HolidayCampaignDto)
  @Summary('查看登记活动', 'See a campaign')
  getHolidayCampaign(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<HolidayCampaignDto> {
    return this.campaigns.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:holiday-campaign:manage')
  @Returns(HolidayCampaignDto)
  @Summary(
    '修改草稿；开放后只能改名称与登记截止日',
    'Change a draft; once open, its title and last day of registration',
  )
  changeHolidayCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: HolidayCampaignContentDto,
  ): Promise<HolidayCampaignDto> {
    return this.campaigns.change(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Require('affairs:holiday-campaign:manage')
  @Summary('删除草稿', 'Discard a draft')
  discardHolidayCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<void> {
    return this.campaigns.discard(actor, id, version);
  }

  @Post(':id/open')
  @HttpCode(200)
  @Require('affairs:holiday-campaign:manage')
  @Returns(HolidayCampaignDto)
  @Summary('开放登记', 'Open a campaign')
  openHolidayCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HolidayCampaignDto> {
    return this.campaigns.open(actor, id, version);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('affairs:holiday-campaign:manage')
  @Returns(HolidayCampaignDto)
  @Summary('结束登记活动', 'Close a campaign')
  closeHolidayCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HolidayCampaignDto> {
    return this.campaigns.close(actor, id, version);
  }

  @Post(':id/reopen')
  @HttpCode(200)
  @Require('affairs:holiday-campaign:manage')
  @Returns(HolidayCampaignDto)
  @Summary('重新开放', 'Open a campaign again')
  reopenHolidayCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HolidayCampaignDto> {
    return this.campaigns.reopen(actor, id, version);
  }

  @Get(':id/board')
  @Require('affairs:holiday-registration:decide')
  @Returns(HolidayBoardDto)
  @Summary('进度：按学院与班级', 'How far it is, by college and class')
  getHolidayBoard(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<HolidayBoardDto> {
    return this.reports.board(actor, id);
  }

  @Get(':id/unregistered')
  @Require('affairs:holiday-registration:decide')
  @ApiPage(UnregisteredDto)
  @Summary('列出未登记的学生', 'List students who have not registered')
  listUnregistered(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: UnregisteredQuery,
  ): Promise<Page<UnregisteredDto>> {
    return this.reports.unregistered(actor, id, query);
  }

  @Post(':id/reminders')
  @HttpCode(200)
  @Require('affairs:holiday-registration:decide')
  @Returns(RemindedDto)
  @Summary('提醒未登记的学生；每人每天至多一次', 'Remind students who have not registered, each at most once a day')
  remindUnregistered(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: RemindDto,
  ): Promise<RemindedDto> {
    return this.reports.remind(actor, id, body);
  }

  @Get(':id/export')
  @Require('affairs:holiday-registration:decide')
  @RequireReason()
  @ApiProduces(XLSX_TYPE, CSV_TYPE)
  @ApiOkResponse({
    description:
      '所辖学生的登记（.xlsx 或 CSV） / What students within the caller’s scope have registered, as .xlsx or CSV',
    content: { [XLSX_TYPE]: BINARY, [CSV_TYPE]: CSV },
  })
  @Summary('导出登记表，须说明事由并留有记录', 'Export what students have registered; the reason is recorded')
  async exportHolidayCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() { format }: HolidayExportQuery,
  ): Promise<StreamableFile> {
    const content = await this.reports.export(actor, id, format);
    const type = format === 'xlsx' ? XLSX_TYPE : CSV_TYPE;
    return new StreamableFile(content, { type, disposition: `attachment; filename="holiday.${format}"` });
  }
}
