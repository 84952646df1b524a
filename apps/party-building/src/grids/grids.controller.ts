import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { IdParam, IfMatch, Summary, Returns } from '#http';
import { BranchGridsDto, CoverageQuery, CoverGridsDto, GridCoverageDto } from './grids.dto.js';
import { Grids } from './grids.service.js';

@ApiTags('grids')
@Controller('party-building/v1')
export class GridsController {
  constructor(private readonly grids: Grids) {}

  @Put('branches/:id/grids')
  @Require('party-building:organization:write')
  @Returns(BranchGridsDto)
  @Summary('设定党支部覆盖的网格（1+N）', 'Set the grids a branch covers (1+N)')
  coverGrids(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: CoverGridsDto,
  ): Promise<BranchGridsDto> {
    return this.grids.cover(actor, id, version, body);
  }

  @Get('grids/coverage')
  @Require('party-building:organization:read')
  @Returns(GridCoverageDto)
  @Summary('网格的党支部覆盖情况', 'Which grids are covered by a branch, and which are not')
  getGridCoverage(@CurrentActor() actor: Actor, @Query() query: CoverageQuery): Promise<GridCoverageDto> {
    return this.grids.coverage(actor, query);
  }
}
