import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, type Page, Summary, Returns } from '#http';
import {
  MembershipDto,
  MembershipsQuery,
  PeopleQuery,
  PeopleSearchDto,
  PersonDetailDto,
  PersonDto,
} from './people.dto.js';
import { People } from './people.service.js';

@ApiTags('people')
@Controller('directory/v1/people')
@Require('directory:person:read')
export class PeopleController {
  constructor(private readonly people: People) {}

  @Get()
  @ApiPage(PersonDto)
  @Summary('列出本人负责范围内的人员', 'List the people one answers for')
  listPeople(@CurrentActor() actor: Actor, @Query() query: PeopleQuery): Promise<Page<PersonDto>> {
    return this.people.list(actor, query);
  }

  @Post('search')
  @HttpCode(200)
  @ApiPage(PersonDto)
  @Summary('按姓名或学工号查找本人负责范围内的人员', 'Find people one answers for by name or number')
  searchPeople(@CurrentActor() actor: Actor, @Body() body: PeopleSearchDto): Promise<Page<PersonDto>> {
    return this.people.search(actor, body);
  }

  @Get(':id')
  @Returns(PersonDetailDto)
  @Summary('查看一名人员', 'See a person')
  getPerson(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<PersonDetailDto> {
    return this.people.get(actor, id);
  }

  @Get(':id/memberships')
  @ApiPage(MembershipDto)
  @Summary('查看人员某日所属的单位与场所', 'See which units and places a person belongs to on a date')
  listMemberships(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: MembershipsQuery,
  ): Promise<Page<MembershipDto>> {
    return this.people.memberships(actor, id, query);
  }
}
