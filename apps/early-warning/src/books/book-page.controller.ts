import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '#auth';
import { languageAsked, Raw, RawBody, type RawContent } from '#http';
import { Problem } from '#problems';
import { bookPage, type Verified } from './book-page.js';
import { Books } from './books.service.js';

const FORM = { 'application/x-www-form-urlencoded': { maxBytes: 2_048, schema: { type: 'object' } } };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** `lang`, and what programs add that pass addresses on. */
type Asked = Record<string, string | string[]>;

/** Says on the page what is wrong. */
@Catch(Problem)
class ProblemOnPage implements ExceptionFilter {
  catch({ text, kind, details }: Problem, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (details.retryAfter !== undefined) reply.header('Retry-After', details.retryAfter);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    send(request, reply.code(kind.status), { problem: text[languageAsked(request)] });
  }
}

/** `/books`: the page behind the QR code of a graduation book; the code stands after `#`, as in that of a certificate. */
@ApiExcludeController()
@Controller('books')
@Public()
@UseFilters(ProblemOnPage)
export class BookPageController {
  constructor(private readonly books: Books) {}

  @Get()
  showForm(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() _query: Asked): void {
    send(request, reply, {});
  }

  @Post()
  @RawBody(FORM)
  async showVerified(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Raw() { bytes }: RawContent,
    @Query() _query: Asked,
  ): Promise<void> {
    const code = new URLSearchParams(bytes.toString('utf8')).get('code') ?? '';
    send(request, reply.code(200), { found: await this.books.verify({ code }, request.ip) });
  }
}

function send(request: FastifyRequest, reply: FastifyReply, verified: Verified): void {
  void reply
    .header('Content-Security-Policy', POLICY)
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(bookPage(languageAsked(request), verified));
}
