import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import { BulkTriageDto, BulkTriageResultDto } from './bulk-triage.dto.js';
import {
  CloseDto,
  ConfirmDto,
  DismissDto,
  WarningDetailDto,
  WarningDto,
  WarningsQuery,
  WarningSummaryDto,
} from './warnings.dto.js';
import { WarnedStudentDto, WarnedStudentsQuery } from './warned-students.dto.js';
import { Warnings } from './warnings.service.js';

@ApiTags('warnings')
@Controller('early-warning/v1/warnings')
export class WarningsController {
  constructor(private readonly warnings: Warnings) {}

  @Get()
  @Require('early-warning:warning:read')
  @ApiPage(WarningDto)
  @Summary('列出预警', 'List warnings')
  listWarnings(@CurrentActor() actor: Actor, @Query() query: WarningsQuery): Promise<Page<WarningDto>> {
    return this.warnings.list(actor, query);
  }

  @Get('summary')
  @Require('early-warning:warning:read')
  @Returns(WarningSummaryDto)
  @Summary('按级别汇总预警', 'Count warnings by level')
  summarizeWarnings(@CurrentActor() actor: Actor): Promise<WarningSummaryDto> {
    return this.warnings.summary(actor);
  }

  @Get('students')
  @Require('early-warning:warning:read')
  @ApiPage(WarnedStudentDto)
  @Summary('按学生列出未了的预警', 'List students with warnings that are not settled')
  listWarnedStudents(
    @CurrentActor() actor: Actor,
    @Query() query: WarnedStudentsQuery,
  ): Promise<Page<WarnedStudentDto>> {
    return this.warnings.students(actor, query);
  }

  @Post('triage')
  @HttpCode(200)
  @Require('early-warning:warning:triage')
  @Returns(BulkTriageResultDto)
  @Summary(
    '批量研判：逐条确认、排除或关闭，逐条返回结果',
    'Triage many: confirm, dismiss or close each, with a result per row',
  )
  triageWarnings(@CurrentActor() actor: Actor, @Body() body: BulkTriageDto): Promise<BulkTriageResultDto> {
    return this.warnings.triage(actor, body);
  }

  @Get(':id')
  @Require('early-warning:warning:read')
  @Returns(WarningDetailDto)
  @Summary('查看预警及其依据', 'See a warning with its evidence')
  getWarning(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<WarningDetailDto> {
    return this.warnings.get(actor, id);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Require('early-warning:warning:triage')
  @Returns(WarningDetailDto)
  @Summary('确认预警', 'Confirm a warning')
  confirmWarning(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ConfirmDto,
  ): Promise<WarningDetailDto> {
    return this.warnings.confirm(actor, id, version, body);
  }

  @Post(':id/dismiss')
  @HttpCode(200)
  @Require('early-warning:warning:triage')
  @Returns(WarningDetailDto)
  @Summary('排除预警', 'Dismiss a warning')
  dismissWarning(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DismissDto,
  ): Promise<WarningDetailDto> {
    return this.warnings.dismiss(actor, id, version, body);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('early-warning:warning:triage')
  @Returns(WarningDetailDto)
  @Summary('关闭已确认的预警', 'Close a confirmed warning')
  closeWarning(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: CloseDto,
  ): Promise<WarningDetailDto> {
    return this.warnings.close(actor, id, version, body);
  }

  @Post(':id/mute')
  @HttpCode(200)
  @Require('early-warning:warning:triage')
  @Returns(WarningDetailDto)
  @Summary('不再提示告知，至其随学期结束', 'Mute a notice until it ends with its term')
  muteWarning(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<WarningDetailDto> {
    return this.warnings.mute(actor, id, version, true);
  }

  @Post(':id/unmute')
  @HttpCode(200)
  @Require('early-warning:warning:triage')
  @Returns(WarningDetailDto)
  @Summary('恢复提示告知', 'Take the muting of a notice back')
  unmuteWarning(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<WarningDetailDto> {
    return this.warnings.mute(actor, id, version, false);
  }
}
