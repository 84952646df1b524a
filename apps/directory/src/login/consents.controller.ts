import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Deprecated, Returns, Summary } from '#http';
import { ConsentParams, ConsentsDto, MyAppsDto } from './consents.dto.js';
import { Consents } from './consents.service.js';

/** The apps that somebody lets act in their name. */
@ApiTags('consents')
@Controller('directory/v1/me/apps')
@Require('directory:consent:own')
export class MyAppsController {
  constructor(private readonly consents: Consents) {}

  @Get()
  @Returns(MyAppsDto)
  @Summary(
    '本人授权的应用：名称、发布方、可代办的事项、最近使用',
    "One's apps: who offers them, what they may do, when they last did",
  )
  listMyApps(@CurrentActor() actor: Actor): Promise<MyAppsDto> {
    return this.consents.apps(actor);
  }

  @Delete(':clientId')
  @Returns(MyAppsDto)
  @Summary(
    '撤回对一个应用的授权：其续期立即失效，已发令牌随即失效',
    'Withdraw the consent to an app: it renews nothing any more, and its tokens are refused within a second',
  )
  withdrawMyApp(@CurrentActor() actor: Actor, @Param() { clientId }: ConsentParams): Promise<MyAppsDto> {
    return this.consents.withdrawApp(actor, clientId);
  }
}

const SINCE = { since: '2026-12-03', sunset: '2027-07-01' };

@ApiTags('consents')
@Controller('directory/v1/consents')
@Require('directory:consent:own')
export class ConsentsController {
  constructor(private readonly consents: Consents) {}

  @Get()
  @Deprecated({ ...SINCE, instead: 'GET /directory/v1/me/apps' })
  @Returns(ConsentsDto)
  @Summary('本人允许哪些应用代办什么', "List which apps one lets act in one's name")
  listConsents(@CurrentActor() actor: Actor): Promise<ConsentsDto> {
    return this.consents.list(actor);
  }

  @Delete(':clientId')
  @Deprecated({ ...SINCE, instead: 'DELETE /directory/v1/me/apps/{clientId}' })
  @Returns(ConsentsDto)
  @Summary(
    '撤回对一个应用的授权，其令牌随即失效',
    "Withdraw one's consent to an app; its tokens are refused within a second",
  )
  withdrawConsent(@CurrentActor() actor: Actor, @Param() { clientId }: ConsentParams): Promise<ConsentsDto> {
    return this.consents.withdraw(actor, clientId);
  }
}
