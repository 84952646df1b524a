import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { AnswerLanguage, ApiPage, IdParam, type Language, type Page, Returns, Summary } from '#http';
import { InboxMessageDto, InboxQuery, ReadUntilDto, UnreadDto } from './inbox.dto.js';
import { Inbox } from './inbox.service.js';

/** Messages to the person who asks. */
@ApiTags('messages')
@Controller('integration/v1/messages')
@Require('integration:message:own')
export class InboxController {
  constructor(private readonly inbox: Inbox) {}

  @Get()
  @ApiPage(InboxMessageDto)
  @Summary('列出本人的消息', "List one's messages")
  listInbox(
    @CurrentActor() actor: Actor,
    @AnswerLanguage() language: Language,
    @Query() query: InboxQuery,
  ): Promise<Page<InboxMessageDto>> {
    return this.inbox.list(actor, language, query);
  }

  @Get('unread')
  @Returns(UnreadDto)
  @Summary('未读消息数', 'How many are unread')
  countUnread(@CurrentActor() actor: Actor): Promise<UnreadDto> {
    return this.inbox.unread(actor);
  }

  @Get(':id')
  @Returns(InboxMessageDto)
  @Summary('查看一条消息', 'See a message')
  getInboxMessage(
    @CurrentActor() actor: Actor,
    @AnswerLanguage() language: Language,
    @IdParam() id: string,
  ): Promise<InboxMessageDto> {
    return this.inbox.get(actor, language, id);
  }

  @Post('read')
  @HttpCode(200)
  @Returns(UnreadDto)
  @Summary('把某一时间之前的全部标为已读', 'Mark all until a time as read')
  readAll(@CurrentActor() actor: Actor, @Body() { until }: ReadUntilDto): Promise<UnreadDto> {
    return this.inbox.readAll(actor, until);
  }

  @Post(':id/read')
  @HttpCode(200)
  @Returns(InboxMessageDto)
  @Summary('标为已读', 'Mark it as read')
  readMessage(
    @CurrentActor() actor: Actor,
    @AnswerLanguage() language: Language,
    @IdParam() id: string,
  ): Promise<InboxMessageDto> {
    return this.inbox.read(actor, language, id);
  }

  @Post(':id/unread')
  @HttpCode(200)
  @Returns(InboxMessageDto)
  @Summary('标为未读', 'Mark it as unread')
  unreadMessage(
    @CurrentActor() actor: Actor,
    @AnswerLanguage() language: Language,
    @IdParam() id: string,
  ): Promise<InboxMessageDto> {
    return this.inbox.unmark(actor, language, id);
  }
}
