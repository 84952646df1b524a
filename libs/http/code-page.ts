import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Get,
  Post,
  Query,
  Req,
  Res,
  type Type,
  UseFilters,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#problems';
import { languageAsked } from './docs.js';
import { pageHtml } from './docs-pages.js';
import { escapeHtml } from './markdown.js';
import type { Language } from './problem-answer.js';
import { Raw, RawBody, type RawContent } from './raw-body.js';

const FORM = { 'application/x-www-form-urlencoded': { maxBytes: 2_048, schema: { type: 'object' } } };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** `lang`, and what programs add that pass addresses on. */
type Asked = Record<string, string | string[]>;

/** What the page says; a problem stands in the place of what was found. */
export interface CodeShown<F> {
  found?: F;
  problem?: string;
}

/** Words of a page, in one language; `choose` … `hash` are about the file that was issued. */
export type CodePageTexts = Readonly<
  Record<'title' | 'help' | 'code' | 'verify' | 'file' | 'choose' | 'same' | 'changed' | 'hash', string>
>;

/** A page behind the QR code of a printed paper, for its controller to extend. */
export interface CodePage<F> {
  /** What a code opens, for whoever asks from an address. Throws a Problem, which the page shows. */
  verify(code: string, address: string): Promise<F>;
}

/**
 * A page at which anybody verifies a printed paper by its code. The code stands in the address after `#`, which browsers send to nobody; a
 * script puts it into the form, whose body is in no log.
 */
export function codePage<F>(html: (language: Language, shown: CodeShown<F>) => string): Type<object> {
  const send = (request: FastifyRequest, reply: FastifyReply, shown: CodeShown<F>): void => {
    void reply
      .header('Content-Security-Policy', POLICY)
      .header('Cache-Control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html(languageAsked(request), shown));
  };

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

  @UseFilters(ProblemOnPage)
  abstract class Page implements CodePage<F> {
    abstract verify(code: string, address: string): Promise<F>;

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
      send(request, reply.code(200), { found: await this.verify(code, request.ip) });
    }
  }
  return Page as unknown as Type<object>;
}

/** The form for a code, and under it what was said. Works without scripts, but for reading the code of an address and checking a file. */
export function codePageHtml(
  language: Language,
  path: string,
  text: CodePageTexts,
  { problem, result = '' }: { problem?: string | undefined; result?: string | undefined },
): string {
  const said = problem === undefined ? '' : `<p class="verdict revoked" role="alert">${escapeHtml(problem)}</p>`;
  const body = `<main class="text"><h1>${text.title}</h1>
<form id="verify" method="post" action="${path}?lang=${language}">
<p>${text.help}</p>
<p><label>${text.code} <input name="code" required maxlength="100" size="36" autocomplete="off" autocapitalize="characters" spellcheck="false"></label>
<button>${text.verify}</button></p>
</form>
${said}${result}</main>`;
  const head = '<script defer src="/docs/certificates.js"></script>\n<meta name="robots" content="noindex">';
  return pageHtml(language, { title: text.title, path, body, head });
}

/** Rows of what was found, and a place where the file at hand is held against its SHA-256. */
export function foundHtml(text: CodePageTexts, rows: readonly (readonly [string, string])[], sha256: string): string {
  return `<table>
${rows.map(([label, value]) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}
</table>
<section id="file" data-sha256="${sha256}">
<h2>${text.file}</h2>
<div class="drop" hidden>
<p><label>${text.choose}<br><input type="file" accept="application/pdf,.pdf"></label></p>
<p class="verdict valid" role="status" data-when="same" hidden>${text.same}</p>
<p class="verdict revoked" role="alert" data-when="changed" hidden>${text.changed}</p>
</div>
<p>${text.hash}<br><code>${sha256}</code></p>
</section>`;
}
