import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  OwnEntriesQuery,
  OwnEntryDetailDto,
  OwnEntryDto,
  OwnEntryFormDto,
  RefuseOwnEntryDto,
  SubmitOwnEntryDto,
} from './own-entries.dto.js';
import { OwnEntries } from './own-entries.service.js';

const EXAMPLE = {
  area: 'intellectual',
  track: 'books',
  happenedOn: '2026-11-20',
  title: '读完《平凡的世界》',
  files: [],
};

/** What students record in their archives themselves. */
@ApiTags('archive-own-entries')
@Controller('early-warning/v1/archive/own-entries')
export class OwnEntriesController {
  constructor(private readonly entries: OwnEntries) {}

  @Get()
  @Require('early-warning:archive:read')
  @ApiPage(OwnEntryDto)
  @Summary('列出学生本人记录', 'List what students recorded themselves')
  listOwnEntries(@CurrentActor() actor: Actor, @Query() query: OwnEntriesQuery): Promise<Page<OwnEntryDto>> {
    return this.entries.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('early-warning:archive:write')
  @BodyExample(EXAMPLE)
  @Returns(OwnEntryDetailDto)
  @Summary(
    '记录一件自己的事，待核实后进入成长档案',
    'Record something of one’s own; once verified it is in the archive',
  )
  submitOwnEntry(@CurrentActor() actor: Actor, @Body() body: SubmitOwnEntryDto): Promise<OwnEntryDetailDto> {
    return this.entries.submit(actor, body);
  }

  @Get(':id')
  @Require('early-warning:archive:read')
  @Returns(OwnEntryDetailDto)
  @Summary('查看本人记录；工作人员查看的留有记录', 'See a record; that staff saw it is recorded')
  getOwnEntry(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<OwnEntryDetailDto> {
    return this.entries.get(actor, id);
  }

  @Put(':id')
  @Require('early-warning:archive:write')
  @BodyExample(EXAMPLE)
  @Returns(OwnEntryDetailDto)
  @Summary('修改并重新提交尚未核实的记录', 'Change a record that is not verified, and submit it again')
  changeOwnEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: OwnEntryFormDto,
  ): Promise<OwnEntryDetailDto> {
    return this.entries.change(actor, id, version, body);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('early-warning:archive:write')
  @Returns(OwnEntryDetailDto)
  @Summary('撤回记录；已进入档案的予以冲销', 'Withdraw a record; its entry in the archive is reversed')
  withdrawOwnEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<OwnEntryDetailDto> {
    return this.entries.withdraw(actor, id, version);
  }

  @Post(':id/verify')
  @HttpCode(200)
  @Require('early-warning:archive:verify')
  @Returns(OwnEntryDetailDto)
  @Summary('核实记录，进入成长档案', 'Verify a record: it enters the archive')
  verifyOwnEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<OwnEntryDetailDto> {
    return this.entries.verify(actor, id, version);
  }

  @Post(':id/refuse')
  @HttpCode(200)
  @Require('early-warning:archive:verify')
  @Returns(OwnEntryDetailDto)
  @Summary('不予核实，或撤回核实，须说明理由', 'Refuse a record, or take its verification back, with a reason')
  refuseOwnEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { reason }: RefuseOwnEntryDto,
  ): Promise<OwnEntryDetailDto> {
    return this.entries.refuse(actor, id, version, reason);
  }
}
