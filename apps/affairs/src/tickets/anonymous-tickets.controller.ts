import { Body, Controller, HttpCode, Post, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { MayNotFind, Returns, Summary } from '#http';
import { fileAnswer } from '#service';
import { AnonymousTickets } from './anonymous-tickets.service.js';
import { ActByCodeDto, AttachmentByCodeDto, ReportAnonymouslyDto, TicketCodeDto } from './ticket-forms.dto.js';
import { AnonymousTicketDto, SentAnonymouslyDto } from './tickets.dto.js';
import { TICKET_ATTACHMENT } from './tickets.files.js';

const BINARY = { type: 'string', format: 'binary', maxLength: TICKET_ATTACHMENT.maxBytes };

/** Anonymous tickets: opened by a code, which stands in bodies alone, as addresses are logged. */
@ApiTags('anonymous-tickets')
@Controller('affairs/v1/anonymous-tickets')
@Require('affairs:ticket:report-anonymously')
export class AnonymousTicketsController {
  constructor(private readonly tickets: AnonymousTickets) {}

  @Post()
  @MayNotFind()
  @Returns(SentAnonymouslyDto)
  @Summary(
    '匿名提交，仅限应用自身的令牌；查询码只给出一次，重发即为另一件',
    'Send a ticket anonymously, with an app’s own token; the code is told once, and what is sent twice is there twice',
  )
  reportAnonymously(@CurrentActor() actor: Actor, @Body() body: ReportAnonymouslyDto): Promise<SentAnonymouslyDto> {
    return this.tickets.report(actor, body);
  }

  @Post('open')
  @MayNotFind()
  @HttpCode(200)
  @Returns(AnonymousTicketDto)
  @Summary('凭查询码查看', 'See a ticket by its code')
  openByCode(
    @CurrentActor() actor: Actor,
    @Body() { code }: TicketCodeDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<AnonymousTicketDto> {
    return this.tickets.open(actor, code, ip);
  }

  @Post('attachments')
  @MayNotFind()
  @HttpCode(200)
  @ApiProduces(...TICKET_ATTACHMENT.types)
  @ApiOkResponse({
    description: '附件内容 / The content of the attachment',
    content: Object.fromEntries(TICKET_ATTACHMENT.types.map((type) => [type, { schema: BINARY }])),
  })
  @Summary('凭查询码下载附件（留有记录）', 'Download an attachment by the code, which is recorded')
  async openAttachmentByCode(
    @CurrentActor() actor: Actor,
    @Body() body: AttachmentByCodeDto,
    @Req() { ip }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return fileAnswer(await this.tickets.attachment(actor, body, ip), reply);
  }

  @Post('act')
  @MayNotFind()
  @HttpCode(200)
  @Returns(AnonymousTicketDto)
  @Summary(
    '凭查询码补充、撤回、确认、重新打开、评价、催办',
    'Say more, take back, confirm, reopen, rate or urge by the code',
  )
  actByCode(
    @CurrentActor() actor: Actor,
    @Body() body: ActByCodeDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<AnonymousTicketDto> {
    return this.tickets.act(actor, body, ip);
  }
}
