import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#http';
import { type Page, problemPage } from './sign-in-pages.js';

/** Tells people in a browser what went wrong on a page; programs get the problem as everywhere. */
@Catch(Problem)
export class ProblemPageFilter implements ExceptionFilter {
  catch(problem: Problem, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (!(request.headers.accept ?? '').includes('text/html')) throw problem;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { retryAfter } = problem.details;
    if (retryAfter !== undefined) reply.header('Retry-After', retryAfter);
    sendPage(reply, problemPage(problem.text, problem.kind.status));
  }
}

/** Nothing but our own style, and forms that lead where the page says. */
export function sendPage(reply: FastifyReply, { html, status, formAction }: Page): void {
  void reply
    .code(status)
    .header(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'self'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
    )
    .type('text/html; charset=utf-8')
    .send(html);
}
