import { Body, Controller, Get, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import { AddMemberDto, DescribeMemberDto, MemberDto, MembersQuery } from './members.dto.js';
import { Members } from './members.service.js';

@ApiTags('members')
@Controller('party-building/v1/members')
export class MembersController {
  constructor(private readonly members: Members) {}

  @Get()
  @Require('party-building:organization:read')
  @ApiPage(MemberDto)
  @Summary('列出党员', 'List members')
  listMembers(@CurrentActor() actor: Actor, @Query() query: MembersQuery): Promise<Page<MemberDto>> {
    return this.members.list(actor, query);
  }

  @Post()
  @Require('party-building:organization:write')
  @Returns(MemberDto)
  @Summary('登记党员', 'Add a member to a branch')
  addMember(@CurrentActor() actor: Actor, @Body() body: AddMemberDto): Promise<MemberDto> {
    return this.members.add(actor, body);
  }

  @Put(':id')
  @Require('party-building:organization:write')
  @Returns(MemberDto)
  @Summary('修改党员登记，或记录转出', 'Change a membership, or end it')
  changeMember(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DescribeMemberDto,
  ): Promise<MemberDto> {
    return this.members.change(actor, id, version, body);
  }
}
