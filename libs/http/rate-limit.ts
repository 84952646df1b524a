import { Inject, Injectable, Optional } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#auth';
import { Config } from '#config';
import { SharedCounts } from '#events';
import { TooManyRequests } from '#problems';
import { Vault } from '#vault';
import { AppLimits } from './app-limits.js';
import { Counts, WINDOW_SECONDS } from './counts.js';
import { BODY_LIMIT } from './decorators.js';

/** The processes tell each other so often what they have counted. */
const TELL_AFTER_MS = 100;

/** Whose requests are counted together, and how many there may be in a minute. */
interface Bucket {
  name: 'address' | 'app' | 'person' | 'bulk';
  key: string;
  perMinute: number;
}

export const HTTP_CONFIG = 'yizhan:http-config';

/**
 * Requests a minute: of an app by itself, of a person through an app, of an address while nobody is known (public routes, bad tokens,
 * unknown paths). Bulk routes, which take files or more than the usual megabyte, are counted apart. Each request is counted once, in
 * this process at once and in Redis soon after, for all processes (docs/adr/0017). Headers follow draft-ietf-httpapi-ratelimit-headers.
 */
@Injectable()
export class RateLimit {
  private readonly counts = new Counts();
  private readonly counted = new WeakSet<FastifyRequest>();
  private telling = false;

  constructor(
    @Inject(HTTP_CONFIG) private readonly config: Config,
    private readonly limits: AppLimits,
    private readonly vault: Vault,
    @Optional() private readonly shared?: SharedCounts,
  ) {}

  /** Counts the request and writes the headers; throws TooManyRequests (429). */
  count(request: FastifyRequest, reply: FastifyReply): void {
    if (this.counted.has(request)) return;
    this.counted.add(request);
    const { name, key, perMinute } = this.bucketOf(request);
    const { count, seconds } = this.counts.add(key);
    this.tellSoon();
    reply.header('RateLimit-Policy', `"${name}";q=${perMinute};w=${WINDOW_SECONDS}`);
    reply.header('RateLimit', `"${name}";r=${Math.max(0, perMinute - count)};t=${seconds}`);
    if (count > perMinute) throw new TooManyRequests({ retryAfter: seconds });
  }

  private bucketOf(request: FastifyRequest): Bucket {
    const { actor } = request as FastifyRequest & { actor?: Actor };
    const { rateLimitPerMinute: usual, bulkLimitPerMinute: usualBulk } = this.config;
    if (!actor) return { name: 'address', key: `address ${request.ip}`, perMinute: usual };
    const who = `${actor.app} ${actor.personId ?? ''}`;
    const own = this.limits.of(actor.app);
    if (isBulk(request)) return { name: 'bulk', key: `bulk ${who}`, perMinute: own?.bulk ?? usualBulk };
    if (actor.personId) return { name: 'person', key: `person ${who}`, perMinute: usual };
    return { name: 'app', key: `app ${who}`, perMinute: own?.requests ?? usual };
  }

  private tellSoon(): void {
    if (this.telling || !this.shared) return;
    this.telling = true;
    setTimeout(() => void this.tell().finally(() => (this.telling = false)), TELL_AFTER_MS).unref();
  }

  /** No request waits for it. What may or may not have arrived is not told again: others would rather count it never than twice. */
  private async tell(): Promise<void> {
    const untold = this.counts.untold();
    if (!untold) return;
    // Redis learns of nobody who they are.
    const counts = untold.counts.map(([key, more]): [string, number] => [this.vault.digest('rate limit', key), more]);
    const totals = await this.shared!.add(String(untold.minute), counts, 2 * WINDOW_SECONDS).catch(() => null);
    if (totals) untold.heard(totals);
    else if (totals === undefined) untold.again();
  }
}

/** Whether it is to a route that takes a file, or a body beyond the usual megabyte. */
export function isBulk({ routeOptions, headers }: FastifyRequest): boolean {
  const { [BODY_LIMIT]: bodyLimit } = routeOptions.config as { [BODY_LIMIT]?: number };
  return bodyLimit !== undefined || headers['content-type']?.startsWith('multipart/') === true;
}
