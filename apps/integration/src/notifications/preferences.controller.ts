import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { EmailAddressDto, EmailCodeDto, OwnIdentityDto } from './channels/channels.dto.js';
import { Identities } from './channels/identities.service.js';
import { PreferenceChangeDto, PreferenceDto } from './preferences.dto.js';
import { Preferences } from './preferences.service.js';

/** How the person who asks wants to be told, and where. */
@ApiTags('notification-preferences')
@Controller('integration/v1/notification-preferences')
@Require('integration:message:own')
export class PreferencesController {
  constructor(
    private readonly preferences: Preferences,
    private readonly identities: Identities,
  ) {}

  @Get()
  @Returns(PreferenceDto)
  @Summary('查看本人的接收方式', 'See how one is told')
  getPreferences(@CurrentActor() actor: Actor): Promise<PreferenceDto> {
    return this.preferences.own(actor);
  }

  @Put()
  @Returns(PreferenceDto)
  @Summary('设置本人的接收方式', 'Say how one wants to be told')
  putPreferences(@CurrentActor() actor: Actor, @Body() body: PreferenceChangeDto): Promise<PreferenceDto> {
    return this.preferences.put(actor, body);
  }

  @Delete()
  @HttpCode(204)
  @Summary('恢复学校默认的接收方式', 'Be told as the school says again')
  forgetPreferences(@CurrentActor() actor: Actor): Promise<void> {
    return this.preferences.forget(actor);
  }

  @Get('channels')
  @Returns([OwnIdentityDto])
  @Summary('本人在各渠道的标识', "One's addresses at the channels")
  listOwnIdentities(@CurrentActor() actor: Actor): Promise<OwnIdentityDto[]> {
    return this.identities.own(actor);
  }

  @Post('email')
  @HttpCode(204)
  @Summary('向邮箱发送验证码', 'Send a code to an e-mail address')
  sendEmailCode(@CurrentActor() actor: Actor, @Body() { address }: EmailAddressDto): Promise<void> {
    return this.identities.sendCode(actor, address);
  }

  @Post('email/confirm')
  @HttpCode(200)
  @Returns([OwnIdentityDto])
  @Summary('凭验证码确认邮箱', 'Confirm the e-mail address with the code')
  confirmEmail(@CurrentActor() actor: Actor, @Body() { code }: EmailCodeDto): Promise<OwnIdentityDto[]> {
    return this.identities.confirm(actor, code);
  }

  @Delete('email')
  @HttpCode(204)
  @Summary('不再用邮箱接收', 'Be told by e-mail no more')
  forgetEmail(@CurrentActor() actor: Actor): Promise<void> {
    return this.identities.forgetEmail(actor);
  }
}
