import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { Overloaded } from '#problems';
import { sendProblem } from './problem-answer.js';

/** Always answered: whoever watches must see a busy process as what it is. */
const ALWAYS = /^\/(health\/|metrics)/;
/** What a usual request may take when many are under way, and how often it is looked at. */
const TARGET_MS = 250;
const WINDOW_MS = 250;
const LEAST = 8;

/**
 * How many requests may be under way: what can be answered in time, found by looking (additive increase, multiplicative decrease). The
 * median counts, so that a few requests that take long by nature say nothing.
 */
export class ConcurrencyLimit {
  limit: number;
  private underWay = 0;
  private pressed = false;
  private times: number[] = [];

  constructor(private readonly most: number) {
    this.limit = Math.min(most, 64);
  }

  /** Takes a request, unless too many are under way. */
  enter(): boolean {
    if (this.underWay >= this.limit) {
      this.pressed = true;
      return false;
    }
    this.underWay++;
    return true;
  }

  leave(ms: number): void {
    this.underWay--;
    this.times.push(ms);
  }

  /** Ends a window. */
  adjust(): void {
    const median = this.times.sort((a, b) => a - b)[this.times.length >> 1];
    if (median !== undefined && median > TARGET_MS)
      this.limit = Math.max(Math.min(LEAST, this.most), Math.floor(this.limit * 0.8));
    else if (median !== undefined && this.pressed) this.limit = Math.min(this.most, this.limit + 4);
    this.times = [];
    this.pressed = false;
  }
}

const HELD_OPEN = 'yizhan:held-open';

/** An answer stays open because there is more to tell later, not because there is work: it is not one of those under way any more. */
export function holdOpen(reply: FastifyReply): void {
  reply.raw.emit(HELD_OPEN);
}

/**
 * Refuses requests beyond those that can be answered in time (at most `MAX_REQUESTS`), before token and body are looked at: with 503 and
 * Retry-After, within milliseconds.
 */
export function registerLoadLimit(fastify: FastifyInstance, { maxRequests, origin }: Config): void {
  if (maxRequests === 0) return;
  const limit = new ConcurrencyLimit(maxRequests);
  const timer = setInterval(() => limit.adjust(), WINDOW_MS).unref();
  fastify.addHook('onClose', async () => clearInterval(timer));
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    if (ALWAYS.test(request.raw.url ?? '')) return done();
    if (!limit.enter()) {
      // Not all at the same second again.
      sendProblem(request, reply, new Overloaded({ retryAfter: 1 + Math.floor(Math.random() * 3) }), origin);
      return;
    }
    const began = performance.now();
    const leave = (): void => {
      reply.raw.off('close', leave);
      limit.leave(performance.now() - began);
    };
    // Also when the client goes away before its answer.
    reply.raw.once('close', leave).once(HELD_OPEN, leave);
    done();
  });
}
