import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Require } from '#auth';
import { ApiPage, IdParam, type Page, Summary, Returns } from '#http';
import { PlaceDetailDto, PlaceDto, PlacesQuery } from './places.dto.js';
import { Places } from './places.service.js';

@ApiTags('places')
@Controller('directory/v1/places')
@Require('directory:unit:read')
export class PlacesController {
  constructor(private readonly places: Places) {}

  @Get()
  @ApiPage(PlaceDto)
  @Summary('列出场所', 'List places')
  listPlaces(@Query() query: PlacesQuery): Promise<Page<PlaceDto>> {
    return this.places.list(query);
  }

  @Get(':id')
  @Returns(PlaceDetailDto)
  @Summary('查看一个场所及其上级', 'See a place and those above it')
  getPlace(@IdParam() id: string): Promise<PlaceDetailDto> {
    return this.places.get(id);
  }
}
