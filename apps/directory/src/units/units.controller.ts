import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Require } from '#auth';
import { ApiPage, IdParam, type Page, Summary, Returns } from '#http';
import { UnitDetailDto, UnitDto, UnitsQuery } from './units.dto.js';
import { Units } from './units.service.js';

@ApiTags('units')
@Controller('directory/v1/units')
@Require('directory:unit:read')
export class UnitsController {
  constructor(private readonly units: Units) {}

  @Get()
  @ApiPage(UnitDto)
  @Summary('列出单位', 'List units')
  listUnits(@Query() query: UnitsQuery): Promise<Page<UnitDto>> {
    return this.units.list(query);
  }

  @Get(':id')
  @Returns(UnitDetailDto)
  @Summary('查看一个单位及其上级', 'See a unit and those above it')
  getUnit(@IdParam() id: string): Promise<UnitDetailDto> {
    return this.units.get(id);
  }
}
