import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import {
  DescribeOrganizationDto,
  DissolveDto,
  FoundOrganizationDto,
  OrganizationDto,
  OrganizationsQuery,
} from './organizations.dto.js';
import { Organizations } from './organizations.service.js';

@ApiTags('organizations')
@Controller('party-building/v1/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: Organizations) {}

  @Get()
  @Require('party-building:organization:read')
  @ApiPage(OrganizationDto)
  @Summary('列出党组织', 'List party organizations')
  listOrganizations(@CurrentActor() actor: Actor, @Query() query: OrganizationsQuery): Promise<Page<OrganizationDto>> {
    return this.organizations.list(actor, query);
  }

  @Post()
  @Created()
  @Require('party-building:organization:write')
  @Returns(OrganizationDto)
  @Summary('成立党组织', 'Found a party organization')
  foundOrganization(@CurrentActor() actor: Actor, @Body() body: FoundOrganizationDto): Promise<OrganizationDto> {
    return this.organizations.found(actor, body);
  }

  @Get(':id')
  @Require('party-building:organization:read')
  @Returns(OrganizationDto)
  @Summary('查看党组织', 'See a party organization')
  getOrganization(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<OrganizationDto> {
    return this.organizations.get(actor, id);
  }

  @Put(':id')
  @Require('party-building:organization:write')
  @Returns(OrganizationDto)
  @Summary('修改党组织', 'Change a party organization')
  changeOrganization(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DescribeOrganizationDto,
  ): Promise<OrganizationDto> {
    return this.organizations.change(actor, id, version, body);
  }

  @Post(':id/dissolve')
  @HttpCode(200)
  @Require('party-building:organization:write')
  @Returns(OrganizationDto)
  @Summary('撤销党组织', 'Dissolve a party organization')
  dissolveOrganization(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DissolveDto,
  ): Promise<OrganizationDto> {
    return this.organizations.dissolve(actor, id, version, body.on);
  }
}
