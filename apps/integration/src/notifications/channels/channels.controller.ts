import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { IdParam, IfMatch, Returns, Summary } from '#http';
import { ChannelChangeDto, ChannelDto, IdentityResultsDto, IdentityRowsDto } from './channels.dto.js';
import { Channels } from './channels.service.js';
import { Identities } from './identities.service.js';

/** Ways out of the house, and who people are there. */
@ApiTags('notification-channels')
@Controller('integration/v1/notification-channels')
@Require('integration:channel:manage')
export class ChannelsController {
  constructor(
    private readonly channels: Channels,
    private readonly identities: Identities,
  ) {}

  @Get()
  @Returns([ChannelDto])
  @Summary('列出消息渠道', 'List the channels')
  listChannels(): Promise<ChannelDto[]> {
    return this.channels.list();
  }

  @Get(':id')
  @Returns(ChannelDto)
  @Summary('查看消息渠道', 'See a channel')
  getChannel(@IdParam() id: string): Promise<ChannelDto> {
    return this.channels.get(id);
  }

  @Put(':id')
  @Returns(ChannelDto)
  @Summary('设置、启用或停用消息渠道', 'Set up a channel, or switch it on or off')
  changeChannel(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ChannelChangeDto,
  ): Promise<ChannelDto> {
    return this.channels.change(actor, id, version, body);
  }

  @Post(':id/identities')
  @HttpCode(200)
  @Returns(IdentityResultsDto)
  @Summary('成批设置人员在该渠道的标识', 'Say who people are at the channel')
  setIdentities(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: IdentityRowsDto,
  ): Promise<IdentityResultsDto> {
    return this.identities.setAll(actor, id, body);
  }
}
