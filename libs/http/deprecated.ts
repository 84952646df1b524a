import { SetMetadata } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

export interface Deprecation {
  /** Day since which the route should no longer be used, `2027-01-01`. */
  since: string;
  /** Day on which it may be gone: half a year later at least. */
  sunset: string;
  /** What takes its place: `GET /affairs/v1/leaves`. */
  instead: string;
}

const DEPRECATED = 'yizhan:deprecated';
/** Days that an app has for the change. */
const LEAST_NOTICE = 180;
const DAY_MS = 86_400_000;
/** Where one reads of it: CHANGELOG.md. */
const PAGE = '/docs/changelog';

/**
 * A route that will go: the document marks it, and each of its answers says so in `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link`.
 * It works as before until it is taken out, which CHANGELOG.md names.
 */
export function Deprecated(deprecation: Deprecation): MethodDecorator {
  const [since, sunset] = [secondsOf(deprecation.since), secondsOf(deprecation.sunset)];
  if (!(sunset - since >= (LEAST_NOTICE * DAY_MS) / 1000))
    throw new Error(`@Deprecated: ${deprecation.sunset} is not ${LEAST_NOTICE} days after ${deprecation.since}`);
  return SetMetadata(DEPRECATED, deprecation);
}

export function deprecationOf(handler: object): Deprecation | undefined {
  return Reflect.getMetadata(DEPRECATED, handler) as Deprecation | undefined;
}

/** Before the handler: a problem that it throws has them too. */
export function addDeprecation(deprecation: Deprecation, reply: FastifyReply): void {
  const { since, sunset, instead } = deprecation;
  reply.header('Deprecation', `@${secondsOf(since)}`);
  reply.header('Sunset', new Date(sunset).toUTCString());
  addLink(reply, `<${PAGE}>; rel="deprecation"; type="text/html"`);
  addLink(reply, `<${PAGE}>; rel="sunset"; type="text/html"`);
  // An address that still has to be filled in is no link.
  const path = instead.split(' ').at(-1)!;
  if (!path.includes('{')) addLink(reply, `<${path}>; rel="successor-version"`);
}

/** Beside the links that the answer has (RFC 8288). */
export function addLink(reply: FastifyReply, link: string): void {
  const before = reply.getHeader('Link');
  reply.header('Link', before === undefined ? link : `${String(before)}, ${link}`);
}

/** What the document says of it. */
export function deprecatedOperation(deprecation: Deprecation, description = ''): object {
  const { since, sunset, instead } = deprecation;
  return {
    deprecated: true,
    description: `${description}\n\n自 ${since} 起弃用，${sunset} 起停用，请改用 \`${instead}\`。\n\nDeprecated since ${since}, gone from ${sunset}; use \`${instead}\` instead.`,
    'x-sunset': sunset,
  };
}

function secondsOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}
