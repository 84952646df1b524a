import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  EntriesQuery,
  ArchiveEntryDto,
  ArchiveEntrySettingsDto,
  ArchiveSummaryDto,
  SummaryQuery,
} from './archive.dto.js';
import { Archive } from './archive.service.js';

/** The growth archive (成长档案). */
@ApiTags('archive')
@Controller('early-warning/v1/archive')
export class ArchiveController {
  constructor(private readonly archive: Archive) {}

  @Get('entries')
  @Require('early-warning:archive:read')
  @ApiPage(ArchiveEntryDto)
  @Summary(
    '列出成长档案的条目；工作人员查看某学生的留有记录',
    'List entries of growth archives; that staff asked for a student’s is recorded',
  )
  listArchiveEntries(@CurrentActor() actor: Actor, @Query() query: EntriesQuery): Promise<Page<ArchiveEntryDto>> {
    return this.archive.list(actor, query);
  }

  @Get('entries/:id')
  @Require('early-warning:archive:read')
  @Returns(ArchiveEntryDto)
  @Summary('查看条目', 'See an entry')
  getArchiveEntry(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ArchiveEntryDto> {
    return this.archive.get(actor, id);
  }

  @Put('entries/:id/settings')
  @Require('early-warning:archive:write')
  @BodyExample({ visibility: 'counselor', inBook: true })
  @Returns(ArchiveEntryDto)
  @Summary(
    '本人决定谁可见、是否收入毕业纪念册',
    'Say who sees an entry of one’s own, and whether it goes into the book',
  )
  setArchiveEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ArchiveEntrySettingsDto,
  ): Promise<ArchiveEntryDto> {
    return this.archive.set(actor, id, version, body);
  }

  @Get('summary')
  @MayNotFind()
  @Require('early-warning:archive:read')
  @Returns(ArchiveSummaryDto)
  @Summary(
    '成长档案汇总：按学期与领域，及四个一百',
    'What a growth archive comes to, by term and area, and the four hundreds',
  )
  getArchiveSummary(@CurrentActor() actor: Actor, @Query() { studentId }: SummaryQuery): Promise<ArchiveSummaryDto> {
    return this.archive.summary(actor, studentId ?? actor.personId);
  }
}
