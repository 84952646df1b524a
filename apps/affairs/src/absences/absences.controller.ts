import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { AbsenceDto, AbsencesQuery, RecordAbsenceDto } from './absences.dto.js';
import { Absences } from './absences.service.js';

/** Absences (离岗) of those who decide. `affairs:absence:manage` reaches those of others, and is asked for in the use case. */
@ApiTags('absences')
@Controller('affairs/v1/absences')
export class AbsencesController {
  constructor(private readonly absences: Absences) {}

  @Get()
  @Require('affairs:absence:record')
  @ApiPage(AbsenceDto)
  @Summary(
    '列出离岗：本人的、由本人代办的、所辖人员的',
    'List absences: one’s own, those one stands in for, those of one’s staff',
  )
  listAbsences(@CurrentActor() actor: Actor, @Query() query: AbsencesQuery): Promise<Page<AbsenceDto>> {
    return this.absences.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:absence:record')
  @Returns(AbsenceDto)
  @Summary('登记离岗及代办人', 'Record an absence, and who stands in')
  recordAbsence(@CurrentActor() actor: Actor, @Body() body: RecordAbsenceDto): Promise<AbsenceDto> {
    return this.absences.record(actor, body);
  }

  @Get(':id')
  @Require('affairs:absence:record')
  @Returns(AbsenceDto)
  @Summary('查看离岗', 'See an absence')
  getAbsence(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<AbsenceDto> {
    return this.absences.get(actor, id);
  }

  @Post(':id/end')
  @HttpCode(200)
  @Require('affairs:absence:record')
  @Returns(AbsenceDto)
  @Summary('提前结束离岗；尚未开始的即取消', 'End an absence early; one that has not begun is called off')
  endAbsence(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<AbsenceDto> {
    return this.absences.end(actor, id, version);
  }
}
