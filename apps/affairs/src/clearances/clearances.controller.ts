import { Body, Controller, Get, HttpCode, Post, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { AnswerLanguage, ApiPage, IdParam, type Language, type Page, Returns, Summary } from '#http';
import { ErrorSheetQuery, ReturnsErrorSheet } from '#service';
import { ClearanceImports } from './clearance-imports.service.js';
import { ClearanceDetailDto, ClearanceDto, ClearancesQuery, ClearanceStepDto } from './clearances.dto.js';
import { Clearances } from './clearances.service.js';
import { ClearanceReports } from './reports.service.js';
import { ReportDto, SignOffResultDto } from './sign-offs.dto.js';

/** Clearances of students (报到、离校办理). */
@ApiTags('clearances')
@Controller('affairs/v1')
export class ClearancesController {
  constructor(
    private readonly clearances: Clearances,
    private readonly reports: ClearanceReports,
    private readonly imports: ClearanceImports,
  ) {}

  @Get('clearances')
  @Require('affairs:clearance:read', 'affairs:clearance:sign')
  @ApiPage(ClearanceDto)
  @Summary(
    '列出本人的、所负责学生的，或待本部门办理的',
    'List one’s own, those of one’s students, or of one’s department',
  )
  listClearances(@CurrentActor() actor: Actor, @Query() query: ClearancesQuery): Promise<Page<ClearanceDto>> {
    return this.clearances.list(actor, query);
  }

  @Get('clearances/:id')
  @Require('affairs:clearance:read', 'affairs:clearance:sign')
  @Returns(ClearanceDetailDto)
  @Summary('查看办理情况；工作人员查看留有记录', 'See how a student’s clearance stands; that staff did is recorded')
  getClearance(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ClearanceDetailDto> {
    return this.clearances.get(actor, id);
  }

  @Get('clearances/:id/history')
  @Require('affairs:clearance:read', 'affairs:clearance:sign')
  @Returns([ClearanceStepDto])
  @Summary('查看办理经过', 'See what was done, by whom and when')
  getClearanceHistory(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ClearanceStepDto[]> {
    return this.clearances.history(actor, id);
  }

  @Post('clearance-reports')
  @HttpCode(200)
  @Require('affairs:clearance:report')
  @Returns([SignOffResultDto])
  @Summary(
    '系统反馈自动事项的结果；重复反馈不改变什么',
    'Results of automatic entries from a system; the same twice changes nothing',
  )
  reportClearances(@CurrentActor() actor: Actor, @Body() body: ReportDto): Promise<SignOffResultDto[]> {
    return this.reports.take(actor, body);
  }

  @Get('clearance-imports/:id/errors')
  @Require('affairs:clearance:sign')
  @ReturnsErrorSheet()
  @Summary('下载带错误说明的表格', 'Download the sheet with its errors')
  getClearanceErrorSheet(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: ErrorSheetQuery,
    @AnswerLanguage() language: Language,
  ): Promise<StreamableFile> {
    return this.imports.errorSheet(actor, id, query, language);
  }
}
