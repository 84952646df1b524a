import { HttpException } from '@nestjs/common';
import { MissingPermission } from '#auth';
import { StaleVersionError, sqlState } from '#database';
import {
  BadRequest,
  BodyTooLarge,
  Conflict,
  Forbidden,
  HeadersTooLarge,
  Invalid,
  MethodNotAllowed,
  NotAcceptable,
  NotFound,
  NotImplemented,
  Problem,
  type ProblemClass,
  RequestTimeout,
  Stale,
  TooManyRequests,
  Unauthorized,
  Unavailable,
  UnsupportedMediaType,
  UrlTooLong,
} from '#problems';

const BY_STATUS: Record<number, ProblemClass> = {
  401: Unauthorized,
  403: Forbidden,
  404: NotFound,
  405: MethodNotAllowed,
  406: NotAcceptable,
  408: RequestTimeout,
  409: Conflict,
  412: Stale,
  413: BodyTooLarge,
  414: UrlTooLong,
  415: UnsupportedMediaType,
  429: TooManyRequests,
  431: HeadersTooLarge,
  501: NotImplemented,
};
const RETRY_AFTER_SECONDS = 3;
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
// What pg and TypeORM say, without a code, when the pool is exhausted or the connection went away under a statement.
const CONNECTION_LOST =
  /timeout exceeded when trying to connect|connection terminated|already released|client has encountered a connection error|not queryable/i;

/** The problem an error is answered as; undefined for what nobody expected (a bare 500). */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof StaleVersionError) return new Stale();
  if (error instanceof MissingPermission) {
    const { permission, school } = error;
    return new Forbidden({ permission, ...(school && { scope: 'school' as const }) });
  }
  if (error instanceof HttpException) return ofStatus(error.getStatus());
  return ofDatabase(error) ?? ofFastify(error);
}

function ofStatus(status: number): Problem | undefined {
  if (status === 503) return unavailable();
  const kind = BY_STATUS[status] ?? (status >= 400 && status < 500 ? BadRequest : undefined);
  return (
    kind && new kind(status === 429 ? { retryAfter: RETRY_AFTER_SECONDS } : status === 404 ? { what: 'route' } : {})
  );
}

function ofDatabase(error: unknown): Problem | undefined {
  const state = sqlState(error);
  if (state?.startsWith('22')) return new Invalid();
  if (state === '23505' || state === '23503' || state === '23P01') return new Conflict();
  if (state && /^(08|53|57|58)|^(40001|40P01|55P03)$/.test(state)) return unavailable();
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && NETWORK.has(code)) return unavailable();
  return CONNECTION_LOST.test(error.message) ? unavailable() : undefined;
}

function ofFastify(error: unknown): Problem | undefined {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && (error as Error).name === 'FastifyError' ? ofStatus(statusCode) : undefined;
}

function unavailable(): Problem {
  return new Unavailable({ retryAfter: RETRY_AFTER_SECONDS });
}
