import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, map, type Observable, of } from 'rxjs';
import type { Actor } from '#auth';
import { type IdempotencyHook, query, queryOne, send, sql, type Tx } from '#database';
import { IdempotencyAnswerLost, IdempotencyInProgress, IdempotencyKeyReused, Invalid } from '#problems';
import { Vault } from '#vault';
import { uploadOf } from './uploads.js';

type Request = FastifyRequest & { actor?: Actor };

/** Not an error: unwinds the transaction of a request that was answered before. */
class Replay extends Error {
  constructor(
    readonly status: number,
    readonly response: string | null,
  ) {
    super('answered before');
  }
}

interface Scope {
  app: string;
  personId: string;
  route: string;
  key: string;
}

/** What is sealed of a request: what it asked for (`fingerprintOf`), and the JSON it was answered; null: no body. */
type Sealed = [fingerprint: string, response: string | null];

/**
 * The first answer is stored in the use case's own transaction, so effect and answer stand or fall together. Sealed, as answers have
 * personal data in them and every service reads the table, and bound to the row, so that none can be put in another's place.
 */
class KeptAnswer implements IdempotencyHook {
  /** What the transaction returned, once it has been stored. */
  stored: { result: unknown } | undefined;

  private readonly place: string;

  constructor(
    private readonly vault: Vault,
    private readonly scope: Scope,
    private readonly fingerprint: () => string,
    readonly status: number,
  ) {
    const { app, personId, route, key } = scope;
    this.place = `platform.idempotency_key ${JSON.stringify([app, personId, route, key])}`;
  }

  async before(tx: Tx): Promise<void> {
    this.stored = undefined;
    const { app, personId, route, key } = this.scope;
    // Two statements, sent together: the snapshot of the second one must be younger than the lock.
    const [lock, before] = await Promise.all([
      queryOne<{ taken: boolean }>(
        tx,
        sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${this.place}, 0)) AS taken`,
      ),
      queryOne<{ status: number; answer: Buffer | null }>(
        tx,
        sql`SELECT status, answer FROM platform.idempotency_key
            WHERE app = ${app} AND person_id = ${personId} AND route = ${route} AND key = ${key}`,
      ),
    ]);
    if (!lock?.taken) throw new IdempotencyInProgress({ retryAfter: 1 });
    if (!before) return;
    if (!before.answer) throw new IdempotencyAnswerLost({ pointer: 'Idempotency-Key' });
    const [fingerprint, response] = JSON.parse(this.vault.open(this.place, before.answer)) as Sealed;
    if (fingerprint !== this.fingerprint()) throw new IdempotencyKeyReused({ pointer: 'Idempotency-Key' });
    throw new Replay(before.status, response);
  }

  async after(tx: Tx, result: unknown): Promise<void> {
    const { app, personId, route, key } = this.scope;
    const sealed: Sealed = [this.fingerprint(), bytesOf(result)];
    void send(
      tx,
      sql`INSERT INTO platform.idempotency_key (app, person_id, route, key, status, answer)
          VALUES (${app}, ${personId}, ${route}, ${key}, ${this.status}, ${this.vault.seal(this.place, JSON.stringify(sealed))})`,
    );
    this.stored = { result };
  }
}

/**
 * `Idempotency-Key` on POST and PATCH (follows draft-ietf-httpapi-idempotency-key-header-07): a repeated request has one
 * effect and the same answer. Keys belong to (client, person, route); what fails does not use a key up.
 */
@Injectable()
export class Idempotency {
  constructor(private readonly vault: Vault) {}

  /** What the handler answers, or what it answered when the request was sent first. */
  answerOf(context: ExecutionContext, next: CallHandler, required: boolean): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (request.method !== 'POST' && request.method !== 'PATCH') return next.handle();
    const key = keyOf(request.headers['idempotency-key']);
    if (key === undefined && required) throw badKey('必填', 'is required');
    const { actor } = request;
    if (key === undefined || !actor) return next.handle();

    const scope = {
      app: actor.app,
      personId: actor.personId ?? '',
      route: `${request.method} ${request.routeOptions.url ?? ''}`,
      key,
    };
    const kept = new KeptAnswer(this.vault, scope, () => fingerprintOf(request), reply.statusCode);
    actor.once = kept;
    return next.handle().pipe(
      map((answer: unknown) => {
        assertSameAnswer(kept, answer, reply, context);
        return answer;
      }),
      catchError((error: unknown) => {
        if (!(error instanceof Replay)) throw error;
        reply.status(error.status).header('Idempotent-Replayed', 'true');
        return of(error.response === null ? undefined : (JSON.parse(error.response) as unknown));
      }),
    );
  }
}

/** A handler that answers something else than its transaction returned would answer a retry differently. */
function assertSameAnswer(kept: KeptAnswer, answer: unknown, reply: FastifyReply, context: ExecutionContext): void {
  if (!kept.stored) return;
  const same = kept.stored.result === answer || bytesOf(kept.stored.result) === bytesOf(answer);
  if (same && reply.statusCode === kept.status) return;
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} answers something else than its transaction returned: ` +
      'return the answer from the function given to database.transaction(actor, …)',
  );
}

/** The key: a structured-field string or a bare value, 1 to 255 visible characters. */
function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bare = typeof header === 'string' ? (/^"(.*)"$/.exec(header)?.[1] ?? header) : '';
  if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(bare))
    throw badKey('应为 1–255 个可见字符', 'must have 1 to 255 visible characters');
  return bare;
}

function badKey(zh: string, en: string): Error {
  return new Invalid({ errors: [{ pointer: 'Idempotency-Key', zh, en }] });
}

/** SHA-256 over address, body in canonical form, and the uploaded file. */
function fingerprintOf(request: Request): string {
  const parts = [request.raw.url, canonical(request.body), uploadOf(request)?.sha256 ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (Buffer.isBuffer(value)) return createHash('sha256').update(value).digest('hex');
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, canonical(child)]);
}

function bytesOf(result: unknown): string | null {
  return result === undefined || result === null ? null : JSON.stringify(result);
}

/** Deletes the keys whose answers are older than `olderThan` (promised: at least 24 h); answers how many. */
export async function deleteOldIdempotencyKeys(tx: Tx, olderThan: Date): Promise<number> {
  const rows = await query(tx, sql`DELETE FROM platform.idempotency_key WHERE created_at < ${olderThan} RETURNING 1`);
  return rows.length;
}
