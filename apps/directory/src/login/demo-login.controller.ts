import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Header, Param, Redirect, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '#auth';
import { DemoLogin } from './demo-login.service.js';

interface Raw<T> {
  raw: T;
}

/**
 * The login page of the demo; where there is no demo, it says that campus SSO is not configured. Choosing is a link, as the
 * API reads no forms; its address holds the login's unguessable id, so nobody else can make a browser follow it.
 */
@ApiExcludeController()
@Controller('directory/oauth/interaction/:uid')
@Public()
export class DemoLoginController {
  constructor(private readonly login: DemoLogin) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  showPersonas(
    @Req() request: Raw<IncomingMessage>,
    @Res({ passthrough: true }) reply: Raw<ServerResponse>,
  ): Promise<string> {
    return this.login.page(request.raw, reply.raw);
  }

  @Get(':persona')
  @Redirect()
  async choosePersona(
    @Req() request: Raw<IncomingMessage>,
    @Res({ passthrough: true }) reply: Raw<ServerResponse>,
    @Param('persona') persona: string,
  ): Promise<{ url: string; statusCode: number }> {
    return { url: await this.login.choose(request.raw, reply.raw, persona), statusCode: 303 };
  }
}
