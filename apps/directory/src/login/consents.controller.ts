import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { ConsentParams, ConsentsDto } from './consents.dto.js';
import { Consents } from './consents.service.js';

@ApiTags('consents')
@Controller('directory/v1/consents')
@Require('directory:consent:own')
export class ConsentsController {
  constructor(private readonly consents: Consents) {}

  @Get()
  @Returns(ConsentsDto)
  @Summary('本人允许哪些应用代办什么', "List which apps one lets act in one's name")
  listConsents(@CurrentActor() actor: Actor): Promise<ConsentsDto> {
    return this.consents.list(actor);
  }

  @Delete(':clientId')
  @Returns(ConsentsDto)
  @Summary(
    '撤回对一个应用的授权，其令牌随即失效',
    "Withdraw one's consent to an app; its tokens are refused within a second",
  )
  withdrawConsent(@CurrentActor() actor: Actor, @Param() { clientId }: ConsentParams): Promise<ConsentsDto> {
    return this.consents.withdraw(actor, clientId);
  }
}
