import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#problems';
import { type Page, policyOf, problemPage } from './sign-in-pages.js';

/** Tells people in a browser what went wrong on a page; programs get the problem as everywhere. */
@Catch(Problem)
export class ProblemPageFilter implements ExceptionFilter {
  catch(problem: Problem, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (!(request.headers.accept ?? '').includes('text/html')) throw problem;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    sendPage(reply, problemPage(problem));
  }
}

export function sendPage(reply: FastifyReply, page: Page): void {
  if (page.retryAfter !== undefined) reply.header('Retry-After', page.retryAfter);
  void reply
    .code(page.status)
    .header('Content-Security-Policy', policyOf(page))
    .type('text/html; charset=utf-8')
    .send(page.html);
}
