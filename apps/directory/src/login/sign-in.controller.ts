import { Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '#auth';
import { Raw, RawBody, type RawContent } from '#http';
import { ProblemPageFilter, sendPage } from './problem-page.filter.js';
import { type Browser, SignIn } from './sign-in.service.js';
import type { Page } from './sign-in-pages.js';

type Sent = Record<string, string | string[]>;

/** What browsers post; read by the routes of the sign-in alone. */
const FORM = { 'application/x-www-form-urlencoded': { maxBytes: 65_536, schema: { type: 'object' } } };

/** Shows a page, or sends the browser on. */
const ForBrowsers = () => Header('Content-Type', 'text/html; charset=utf-8');

/**
 * The pages between an app and its code. Each address holds the id of a sign-in, and the browser that began it has the cookie
 * of exactly that address (SameSite=Lax): nobody else can open it, or make the browser post to it.
 */
@ApiExcludeController()
@Controller('directory/oauth/interaction/:uid')
@Public()
@UseFilters(ProblemPageFilter)
export class SignInController {
  constructor(private readonly signIn: SignIn) {}

  @Get()
  @ForBrowsers()
  async beginSignIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, await this.signIn.begin(browserOf(request, reply)));
  }

  @Get('as/:persona')
  @ForBrowsers()
  async choosePersona(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('persona') persona: string,
  ): Promise<void> {
    answer(reply, await this.signIn.choosePersona(browserOf(request, reply), persona));
  }

  @Get('callback')
  @ForBrowsers()
  async finishAtCampus(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Sent,
  ): Promise<void> {
    answer(reply, await this.signIn.finishAtCampus(browserOf(request, reply), parametersOf(query)));
  }

  @Get('to/:site')
  @ForBrowsers()
  async choose(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('site') site: string): Promise<void> {
    answer(reply, await this.signIn.choose(browserOf(request, reply), site));
  }

  @Post('password')
  @RawBody(FORM)
  @ForBrowsers()
  async usePassword(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Raw() content: RawContent,
  ): Promise<void> {
    const form = formOf(content);
    const [name, password] = [form.get('name') ?? '', form.get('password') ?? ''];
    answer(reply, await this.signIn.usePassword(browserOf(request, reply), name, password));
  }

  @Post('code')
  @RawBody(FORM)
  @ForBrowsers()
  async useCode(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Raw() content: RawContent): Promise<void> {
    answer(reply, await this.signIn.useCode(browserOf(request, reply), formOf(content).get('code') ?? ''));
  }

  @Post('approve')
  @RawBody(FORM)
  @ForBrowsers()
  async approve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, await this.signIn.approve(browserOf(request, reply)));
  }

  @Post('refuse')
  @RawBody(FORM)
  @ForBrowsers()
  async refuse(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, await this.signIn.refuse(browserOf(request, reply)));
  }
}

/** What the campus's single sign-on is told: where people come back to, and where its notices go. */
@ApiExcludeController()
@Controller('directory/sso')
@Public()
@UseFilters(ProblemPageFilter)
export class SsoController {
  constructor(private readonly signIn: SignIn) {}

  @Get('callback')
  @ForBrowsers()
  async backFromCampus(@Res() reply: FastifyReply, @Query() query: Sent): Promise<void> {
    answer(reply, await this.signIn.backFromCampus(parametersOf(query)));
  }

  /** The service that a ticket is made for. The state is in its path, as there are servers that compare services without their query. */
  @Get('cas/:state')
  @ForBrowsers()
  async backFromCas(@Res() reply: FastifyReply, @Param('state') state: string, @Query() query: Sent): Promise<void> {
    const parameters = parametersOf(query);
    parameters.set('state', state);
    answer(reply, await this.signIn.backFromCampus(parameters));
  }

  /** CAS posts its logout notices to the service. Answered alike whether they end something or not. */
  @Post('cas/:state')
  @HttpCode(200)
  @RawBody(FORM)
  endByCas(@Raw() content: RawContent, @Query() _query: Sent): Promise<void> {
    return this.signIn.endByNotice(formOf(content));
  }

  /** OpenID Connect Back-Channel Logout 1.0. */
  @Post('logout')
  @HttpCode(200)
  @RawBody(FORM)
  endByOidc(@Raw() content: RawContent): Promise<void> {
    return this.signIn.endByNotice(formOf(content));
  }
}

function answer(reply: FastifyReply, next: Page | URL): void {
  if (next instanceof URL) void reply.redirect(next.href, 303);
  else sendPage(reply, next);
}

function browserOf(request: FastifyRequest, reply: FastifyReply): Browser {
  const { 'user-agent': userAgent = '', accept = '' } = request.headers;
  return {
    ...{ request: request.raw, response: reply.raw, requestId: String(request.id), address: request.ip },
    ...{ userAgent, html: accept.includes('text/html') },
  };
}

function parametersOf(query: Sent): URLSearchParams {
  // A parameter that stands twice could be read one way here and the other way there: it is left out.
  return new URLSearchParams(
    Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function formOf({ bytes }: RawContent): URLSearchParams {
  return new URLSearchParams(bytes.toString('utf8'));
}
