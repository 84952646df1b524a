import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '#config';
import { sqlState } from '#database';
import { Internal, MethodNotAllowed, NotFound, NotImplemented, Problem } from '#problems';
import { errorForLog } from './logging.js';
import { sendProblem } from './problem-answer.js';
import { RateLimit } from './rate-limit.js';
import { Routes } from './routes.js';
import { toProblem } from './to-problem.js';

const USUAL_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Everything that leaves with an error leaves here, as problem+json. The unexpected is logged and answered as a bare 500. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly config: Config,
    private readonly rateLimit: RateLimit,
    private readonly routes: Routes,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    let problem = this.problemOf(error, request);
    try {
      this.rateLimit.count(request, reply);
    } catch (tooMany) {
      if (tooMany instanceof Problem && problem.kind.status < 500) problem = tooMany;
    }
    sendProblem(request, reply, problem, this.config.origin);
  }

  private problemOf(error: unknown, request: FastifyRequest): Problem {
    const problem = toProblem(error);
    if (request.raw.destroyed && !request.raw.complete)
      request.log.warn('the client went away before its request was whole');
    else if (error instanceof Problem && error.kind.status === 503)
      request.log.warn({ code: error.kind.code }, 'refused: busy');
    else if (!problem || problem.kind.status === 503) request.log.error({ err: errorForLog(error) }, 'request failed');
    // Validation or the use case should have met it first: told to the caller, and to those who can mend it.
    else if (sqlState(error)) request.log.error({ err: errorForLog(error) }, 'met by the database alone');
    if (!problem) return new Internal();
    // Where there is no such route, what is wrong with the request's body or type does not matter.
    return problem.kind.status < 429 && this.isUnrouted(request) ? this.unrouted(request) : problem;
  }

  /** Also where a word of the address was taken for the `:id` of a neighbour. */
  private isUnrouted(request: FastifyRequest): boolean {
    if (request.is404) return true;
    const path = (request.raw.url ?? '/').split('?', 1)[0]!;
    return !this.routes.methodsOf(path).includes(request.method);
  }

  private unrouted(request: FastifyRequest): Problem {
    const path = (request.raw.url ?? '/').split('?', 1)[0]!;
    const allowed = this.routes.methodsOf(path);
    if (allowed.includes(request.method)) return new NotFound({ what: 'route' });
    if (allowed.length > 0) return new MethodNotAllowed({ headers: { Allow: allowed.join(', ') } });
    return USUAL_METHODS.has(request.method) ? new NotFound({ what: 'route' }) : new NotImplemented();
  }
}
