import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import rateLimit from '@fastify/rate-limit';
import type { Actor } from '#auth';
import { TooManyRequests } from '#problems';

const WINDOW_SECONDS = 60;
const MAX_KEYS = 20_000;

type Check = ReturnType<FastifyInstance['createRateLimit']>;
const counted = new WeakSet<FastifyRequest>();

/**
 * Requests a minute, per client and the person it acts for; per address while nobody is known (public routes, bad tokens,
 * unknown paths). Counted once per request, in this process. Headers follow draft-ietf-httpapi-ratelimit-headers.
 */
@Injectable()
export class RateLimit {
  private check: Check | undefined;
  private perMinute = 0;

  async register(fastify: FastifyInstance, perMinute: number): Promise<void> {
    await fastify.register(rateLimit, { global: false, cache: MAX_KEYS });
    this.perMinute = perMinute;
    this.check = fastify.createRateLimit({ max: perMinute, timeWindow: WINDOW_SECONDS * 1000, keyGenerator: keyOf });
  }

  /** Counts the request and writes the headers; throws TooManyRequests (429). */
  async count(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.check || counted.has(request)) return;
    counted.add(request);
    const state = await this.check(request);
    if (state.isAllowed) return;
    reply.header('RateLimit-Policy', `"default";q=${this.perMinute};w=${WINDOW_SECONDS}`);
    reply.header('RateLimit', `"default";r=${state.remaining};t=${state.ttlInSeconds}`);
    if (state.isExceeded) throw new TooManyRequests({ retryAfter: state.ttlInSeconds });
  }
}

function keyOf(request: FastifyRequest): string {
  const { actor } = request as FastifyRequest & { actor?: Actor };
  return actor ? `client:${actor.app}:${actor.personId ?? ''}` : `address:${request.ip}`;
}
