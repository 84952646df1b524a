import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { sendProblem } from './problem-answer.js';
import { Overloaded } from './problems.js';

/** Always answered: whoever watches must see a busy process as what it is. */
const ALWAYS = /^\/(health\/|metrics)/;

/**
 * Refuses requests beyond those that may be under way at a time (`MAX_REQUESTS`), before token and body are looked at: with 503 and
 * Retry-After, within milliseconds. What is taken is thus never behind more than it can be answered with in time.
 */
export function registerLoadLimit(fastify: FastifyInstance, { maxRequests, origin }: Config): void {
  let underWay = 0;
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    if (ALWAYS.test(request.raw.url ?? '')) return done();
    if (underWay >= maxRequests) {
      // Not all at the same second again.
      sendProblem(request, reply, new Overloaded({ retryAfter: 1 + Math.floor(Math.random() * 3) }), origin);
      return;
    }
    underWay++;
    // Also when the client goes away before its answer.
    reply.raw.once('close', () => underWay--);
    done();
  });
}
