import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  AddOrganisationMemberDto,
  EndOrganisationMemberDto,
  FoundOrganisationDto,
  GovernanceDto,
  OrganisationMemberDto,
  OrganisationMembersQuery,
  OrganisationDto,
  OrganisationFormDto,
  OrganisationsQuery,
} from './organisations.dto.js';
import { Organisations } from './organisations.service.js';

/** Organisations of students (学生组织与社团). */
@ApiTags('organisations')
@Controller('affairs/v1/organisations')
export class OrganisationsController {
  constructor(private readonly organisations: Organisations) {}

  @Get()
  @Require('affairs:organisation:read')
  @ApiPage(OrganisationDto)
  @Summary('列出学生组织', 'List organisations of students')
  listStudentOrganisations(
    @CurrentActor() actor: Actor,
    @Query() query: OrganisationsQuery,
  ): Promise<Page<OrganisationDto>> {
    return this.organisations.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:organisation:manage')
  @Returns(OrganisationDto)
  @Summary('登记学生组织', 'Enter an organisation of students')
  foundStudentOrganisation(@CurrentActor() actor: Actor, @Body() body: FoundOrganisationDto): Promise<OrganisationDto> {
    return this.organisations.found(actor, body);
  }

  @Get('governance')
  @Require('affairs:organisation:read')
  @Returns(GovernanceDto)
  @Summary('今日参与治理的学生人数，按人计', 'How many students govern themselves today: people, not posts')
  getGovernance(): Promise<GovernanceDto> {
    return this.organisations.governance();
  }

  @Get('members')
  @Require('affairs:participation:read', 'affairs:organisation:manage')
  @ApiPage(OrganisationMemberDto)
  @Summary(
    '列出任职：本人的、所负责学生的、所指导组织的',
    'List memberships: one’s own, of students in one’s charge, of organisations one manages',
  )
  listOrganisationMembers(
    @CurrentActor() actor: Actor,
    @Query() query: OrganisationMembersQuery,
  ): Promise<Page<OrganisationMemberDto>> {
    return this.organisations.members(actor, query);
  }

  @Post('members/:id/end')
  @HttpCode(200)
  @Require('affairs:organisation:manage')
  @Returns(OrganisationMemberDto)
  @Summary('结束任职，或撤销误登记', 'End a membership, or take it back')
  endOrganisationMember(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: EndOrganisationMemberDto,
  ): Promise<OrganisationMemberDto> {
    return this.organisations.end(actor, id, version, body.validTo);
  }

  @Get(':id')
  @Require('affairs:organisation:read')
  @Returns(OrganisationDto)
  @Summary('查看学生组织', 'See an organisation')
  getStudentOrganisation(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<OrganisationDto> {
    return this.organisations.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:organisation:manage')
  @Returns(OrganisationDto)
  @Summary('修改学生组织', 'Change an organisation')
  changeStudentOrganisation(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: OrganisationFormDto,
  ): Promise<OrganisationDto> {
    return this.organisations.change(actor, id, version, body);
  }

  @Post(':id/dissolve')
  @HttpCode(200)
  @Require('affairs:organisation:manage')
  @Returns(OrganisationDto)
  @Summary('解散学生组织', 'Dissolve an organisation')
  dissolveStudentOrganisation(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<OrganisationDto> {
    return this.organisations.dissolve(actor, id, version);
  }

  @Post(':id/members')
  @Require('affairs:organisation:manage')
  @Returns(OrganisationMemberDto)
  @Summary('登记成员与任期', 'Add a member, from when to when')
  addOrganisationMember(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: AddOrganisationMemberDto,
  ): Promise<OrganisationMemberDto> {
    return this.organisations.add(actor, id, body);
  }
}
