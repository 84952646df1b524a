import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { Messages } from './messages.service.js';
import {
  IssuedWebhookDto,
  MessageDto,
  MessagesQuery,
  RegisterWebhookDto,
  ReplayDto,
  ReplayedDto,
  TestedDto,
  WebhookChangeDto,
  WebhookDto,
  WebhooksQuery,
} from './webhooks.dto.js';
import { Webhooks } from './webhooks.service.js';

/** Webhooks of the app that asks (Standard Webhooks 1.0.0). */
@ApiTags('webhooks')
@Controller('integration/v1/webhooks')
@Require('integration:webhook:manage')
export class WebhooksController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly messages: Messages,
  ) {}

  @Get()
  @ApiPage(WebhookDto)
  @Summary('列出本应用的事件推送', 'List the webhooks of the app')
  listWebhooks(@CurrentActor() actor: Actor, @Query() query: WebhooksQuery): Promise<Page<WebhookDto>> {
    return this.webhooks.list(actor, query);
  }

  @Get(':id')
  @Returns(WebhookDto)
  @Summary('查看事件推送', 'See a webhook')
  getWebhook(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<WebhookDto> {
    return this.webhooks.get(actor, id);
  }

  @Post()
  @Created()
  @Returns(IssuedWebhookDto)
  @Summary('登记事件推送，签名密钥只显示这一次', 'Register a webhook; its secret is shown this once')
  registerWebhook(@CurrentActor() actor: Actor, @Body() body: RegisterWebhookDto): Promise<IssuedWebhookDto> {
    return this.webhooks.register(actor, body);
  }

  @Put(':id')
  @Returns(WebhookDto)
  @Summary('修改接收地址、事件与说明', 'Change the receiver, the events and the description')
  changeWebhook(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: WebhookChangeDto,
  ): Promise<WebhookDto> {
    return this.webhooks.change(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Summary('删除事件推送及其消息', 'Delete a webhook with its messages')
  removeWebhook(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.webhooks.remove(actor, id, version);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @Returns(WebhookDto)
  @Summary('停用，消息保留待启用后发送', 'Disable it; messages wait until it is enabled')
  disableWebhook(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<WebhookDto> {
    return this.webhooks.disable(actor, id, version);
  }

  @Post(':id/enable')
  @HttpCode(200)
  @Returns(WebhookDto)
  @Summary('启用，发送停用期间的消息', 'Enable it, and send what has waited')
  enableWebhook(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<WebhookDto> {
    return this.webhooks.enable(actor, id, version);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Returns(IssuedWebhookDto)
  @Summary('更换签名密钥，旧密钥再签一天', 'Replace the secret; the old one signs too for a day')
  rotateWebhookSecret(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<IssuedWebhookDto> {
    return this.webhooks.rotate(actor, id, version);
  }

  @Post(':id/test')
  @HttpCode(200)
  @Returns(TestedDto)
  @Summary('发送一条测试消息', 'Send a test message')
  testWebhook(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TestedDto> {
    return this.webhooks.test(actor, id);
  }

  @Get(':id/messages')
  @MayNotFind()
  @ApiPage(MessageDto)
  @Summary('列出消息及各次发送', 'List messages with their attempts')
  listMessages(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: MessagesQuery,
  ): Promise<Page<MessageDto>> {
    return this.messages.list(actor, id, query);
  }

  @Post(':id/messages/:messageId/resend')
  @HttpCode(200)
  @Returns(MessageDto)
  @Summary('重新发送一条消息', 'Send a message again')
  resendMessage(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('messageId') messageId: string,
  ): Promise<MessageDto> {
    return this.messages.resend(actor, id, messageId);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Returns(ReplayedDto)
  @Summary('重新发送一段时间内的消息', 'Send the messages of a time again')
  replayMessages(@CurrentActor() actor: Actor, @IdParam() id: string, @Body() body: ReplayDto): Promise<ReplayedDto> {
    return this.messages.replay(actor, id, body);
  }
}
