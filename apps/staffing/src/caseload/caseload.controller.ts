import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, type Page, Summary, Returns, MayNotFind } from '#http';
import { CaseloadDto, CaseloadQuery, RatioDto, RatioQuery } from './caseload.dto.js';
import { Caseload } from './caseload.service.js';

@ApiTags('caseload')
@Controller('staffing/v1')
export class CaseloadController {
  constructor(private readonly caseload: Caseload) {}

  @Get('ratio')
  @Require('staffing:ratio:read')
  @Returns(RatioDto)
  @Summary(
    '各单位师生比与缺口，每名学生只计入其主要所属单位',
    'Students per counselor and shortfall by unit; each student counts in the unit they mainly belong to',
  )
  getRatio(@CurrentActor() actor: Actor, @Query() query: RatioQuery): Promise<RatioDto> {
    return this.caseload.ratio(actor, query);
  }

  @Get('caseload')
  @MayNotFind()
  @Require('staffing:ratio:read')
  @ApiPage(CaseloadDto)
  @Summary('列出每名辅导员的负荷', 'List the caseload of each counselor')
  listCaseload(@CurrentActor() actor: Actor, @Query() query: CaseloadQuery): Promise<Page<CaseloadDto>> {
    return this.caseload.caseload(actor, query);
  }
}
