import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, type Page, Summary } from '#http';
import { OwnObservationDto, OwnObservationsQuery, OwnWarningDto, OwnWarningsQuery } from './own.dto.js';
import { OwnData } from './own.service.js';

/** What students see of themselves. Their growth archive: `GET /early-warning/v1/archive/entries?mine=true`. */
@ApiTags('own-data')
@Controller('early-warning/v1/me')
@Require('early-warning:own-data:read')
export class OwnController {
  constructor(private readonly own: OwnData) {}

  @Get('observations')
  @ApiPage(OwnObservationDto)
  @Summary('列出本人每日的记录', 'List what was recorded of oneself, day by day')
  listOwnObservations(
    @CurrentActor() actor: Actor,
    @Query() query: OwnObservationsQuery,
  ): Promise<Page<OwnObservationDto>> {
    return this.own.observations(actor, query);
  }

  @Get('warnings')
  @ApiPage(OwnWarningDto)
  @Summary('列出与本人有关的提示', 'List warnings about oneself, in words for students')
  listOwnWarnings(@CurrentActor() actor: Actor, @Query() query: OwnWarningsQuery): Promise<Page<OwnWarningDto>> {
    return this.own.warnings(actor, query);
  }
}
