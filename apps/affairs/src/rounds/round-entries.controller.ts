import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  ClassReviewsDto,
  EnterDto,
  EntryFormDto,
  EntryResultsDto,
  MarksDto,
  RevokeEntryDto,
  RoundEntriesQuery,
  RoundEntryDetailDto,
  RoundEntryDto,
} from './round-entries.dto.js';
import { RoundEntries } from './round-entries.service.js';
import { RoundReviews } from './round-reviews.service.js';

/** Students in rounds (参评). A student sees their own, staff those of students they answer for, a reviewer those of the round. */
@ApiTags('round-entries')
@Controller('affairs/v1/round-entries')
export class RoundEntriesController {
  constructor(
    private readonly entries: RoundEntries,
    private readonly reviews: RoundReviews,
  ) {}

  @Get()
  @Require('affairs:round:read', 'affairs:round:review')
  @ApiPage(RoundEntryDto)
  @Summary('列出参评', 'List entries of rounds')
  listRoundEntries(@CurrentActor() actor: Actor, @Query() query: RoundEntriesQuery): Promise<Page<RoundEntryDto>> {
    return this.entries.list(actor, query);
  }

  @Post()
  @Created()
  @MayNotFind()
  @Require('affairs:round:enter', 'affairs:round:review')
  @Returns(RoundEntryDetailDto)
  @Summary('本人申请参评，或推荐学生', 'Enter a round oneself, or nominate a student')
  enterRound(@CurrentActor() actor: Actor, @Body() body: EnterDto): Promise<RoundEntryDetailDto> {
    return this.entries.enter(actor, body);
  }

  @Post('marks')
  @HttpCode(200)
  @Require('affairs:round:review')
  @Returns(EntryResultsDto)
  @Summary('评委打分，逐个返回结果', 'Give marks as a reviewer, with a result per entry')
  markRoundEntries(@CurrentActor() actor: Actor, @Body() body: MarksDto): Promise<EntryResultsDto> {
    return this.reviews.mark(actor, body);
  }

  @Post('class-reviews')
  @HttpCode(200)
  @Require('affairs:round:review')
  @Returns(EntryResultsDto)
  @Summary('登记班级民主评议票数，逐个返回结果', 'Record the opinion of the class as counts, with a result per entry')
  recordClassReviews(@CurrentActor() actor: Actor, @Body() body: ClassReviewsDto): Promise<EntryResultsDto> {
    return this.reviews.recordClassReviews(actor, body);
  }

  @Get(':id')
  @Require('affairs:round:read', 'affairs:round:review')
  @Returns(RoundEntryDetailDto)
  @Summary(
    '查看参评：本人可见名次、分数与不得参评的事实',
    'See an entry: its student sees place, scores, and what rules them out',
  )
  getRoundEntry(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<RoundEntryDetailDto> {
    return this.entries.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:round:enter', 'affairs:round:review')
  @Returns(RoundEntryDetailDto)
  @Summary('修改申请表（整体替换）', 'Change what was handed in')
  writeRoundEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: EntryFormDto,
  ): Promise<RoundEntryDetailDto> {
    return this.entries.write(actor, id, version, body);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:round:enter', 'affairs:round:review')
  @Returns(RoundEntryDetailDto)
  @Summary('退出；截止前可再次申请', 'Withdraw; one may come in again while the round is open')
  withdrawRoundEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<RoundEntryDetailDto> {
    return this.entries.withdraw(actor, id, version);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Require('affairs:round:manage')
  @Returns(RoundEntryDetailDto)
  @Summary('撤销已终审的结果', 'Revoke a result that was final')
  revokeRoundEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RevokeEntryDto,
  ): Promise<RoundEntryDetailDto> {
    return this.entries.revoke(actor, id, version, body.reason);
  }

  @Post(':id/reinstate')
  @HttpCode(200)
  @Require('affairs:round:manage')
  @Returns(RoundEntryDetailDto)
  @Summary('恢复被撤销的结果', 'Take the revocation of a result back')
  reinstateRoundEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<RoundEntryDetailDto> {
    return this.entries.reinstate(actor, id, version);
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Require('affairs:round:manage')
  @Returns(RoundEntryDetailDto)
  @Summary(
    '恢复因异议移出的参评（批次已退回评审）',
    'Bring back who was taken out for an objection, while the round is under review',
  )
  restoreRoundEntry(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<RoundEntryDetailDto> {
    return this.entries.restore(actor, id, version);
  }
}
