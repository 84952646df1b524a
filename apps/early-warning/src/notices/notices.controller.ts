import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, type Page, Returns, Summary } from '#http';
import { NoticeDto, NoticesQuery } from './notices.dto.js';
import { Notices } from './notices.service.js';

/** What students are told about themselves (告知). */
@ApiTags('notices')
@Controller('early-warning/v1/notices')
@Require('early-warning:notice:read')
export class NoticesController {
  constructor(private readonly notices: Notices) {}

  @Get()
  @ApiPage(NoticeDto)
  @Summary('列出给本人的告知', 'List notices about oneself')
  listNotices(@CurrentActor() actor: Actor, @Query() query: NoticesQuery): Promise<Page<NoticeDto>> {
    return this.notices.list(actor, query);
  }

  @Post(':id/seen')
  @HttpCode(200)
  @Returns(NoticeDto)
  @Summary('标记已看到；不因此了结', 'Say that one has seen it; that closes nothing')
  seeNotice(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<NoticeDto> {
    return this.notices.seen(actor, id);
  }
}
