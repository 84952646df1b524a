import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { HonourDetailDto, HonourDto, HonoursQuery, RecordHonourDto } from './honours.dto.js';
import { Honours } from './honours.service.js';

/** Honours (荣誉) of units and students. */
@ApiTags('honours')
@Controller('affairs/v1/honours')
export class HonoursController {
  constructor(private readonly honours: Honours) {}

  @Get()
  @Require('affairs:honour:read')
  @ApiPage(HonourDto)
  @Summary('列出与查找荣誉', 'List and find honours')
  listHonours(@CurrentActor() actor: Actor, @Query() query: HonoursQuery): Promise<Page<HonourDto>> {
    return this.honours.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:honour:record')
  @BodyExample({
    unitId: '00000000-0000-7000-8000-000200000001',
    title: '全国先进班集体',
    level: 'national',
    year: 2025,
    awardedBy: '教育部',
  })
  @Returns(HonourDetailDto)
  @Summary('登记荣誉，待他人核实', 'Record an honour; somebody else verifies it')
  recordHonour(@CurrentActor() actor: Actor, @Body() body: RecordHonourDto): Promise<HonourDetailDto> {
    return this.honours.record(actor, body);
  }

  @Get(':id')
  @Require('affairs:honour:read')
  @Returns(HonourDetailDto)
  @Summary('查看荣誉；工作人员查看学生的留有记录', 'See an honour; that staff saw a student’s is recorded')
  getHonour(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<HonourDetailDto> {
    return this.honours.get(actor, id);
  }

  @Post(':id/verify')
  @HttpCode(200)
  @Require('affairs:honour:verify')
  @Returns(HonourDetailDto)
  @Summary('核实荣誉', 'Verify an honour')
  verifyHonour(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HonourDetailDto> {
    return this.honours.act(actor, id, version, 'verify');
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:honour:record', 'affairs:honour:verify')
  @Returns(HonourDetailDto)
  @Summary('撤回荣誉', 'Withdraw an honour')
  withdrawHonour(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HonourDetailDto> {
    return this.honours.act(actor, id, version, 'withdraw');
  }
}
