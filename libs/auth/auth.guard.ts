import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { appointmentsOf, personById, today } from '#roster';
import { Actor } from './actor.js';
import { isPublic, requiredPermission } from './decorators.js';
import { Revocations } from './revocations.js';
import { type Claims, KeysUnavailableError, TokenVerifier } from './token-verifier.js';

interface Request {
  id: string;
  headers: Record<string, string | string[] | undefined>;
  actor?: Actor;
}

interface Reply {
  header(name: string, value: string): unknown;
}

/**
 * Who asks, and may they? Bearer access tokens (RFC 6750, RFC 9068) → `request.actor`. Deny by default: a route without
 * `@Require` or `@Public` is forbidden. 401 for a missing or bad token, 403 for a missing permission.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly verifier: TokenVerifier;
  private readonly revocations: Revocations;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
  ) {
    this.verifier = new TokenVerifier(config.issuer, config.jwksUrl ?? `${config.issuer}/jwks`);
    this.revocations = new Revocations(database);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    if (isPublic(handler, controller)) return true;
    const permission = requiredPermission(handler, controller);
    if (!permission) throw new ForbiddenException();

    const request = context.switchToHttp().getRequest<Request>();
    const reply = context.switchToHttp().getResponse<Reply>();
    const token = bearer(request.headers.authorization);
    if (!token) throw challenge(reply, 'Bearer realm="yizhan"');
    const actor = await this.actorOf(token, String(request.id));
    if (!actor) throw challenge(reply, 'Bearer realm="yizhan", error="invalid_token"');
    request.actor = actor;
    if (!actor.can(permission)) {
      reply.header('WWW-Authenticate', `Bearer realm="yizhan", error="insufficient_scope", scope="${permission}"`);
      throw new ForbiddenException();
    }
    return true;
  }

  /** Undefined when the token is not, or no longer, good. */
  private async actorOf(token: string, requestId: string): Promise<Actor | undefined> {
    const claims = await this.claimsOf(token);
    if (!claims || (await this.revocations.isRevoked(claims.clientId, claims.personId, claims.issuedAt)))
      return undefined;
    if (claims.personId === undefined) return Actor.app(claims.clientId, claims.permissions, requestId);
    const [person, posts] = await Promise.all([
      personById(this.database.reader, claims.personId),
      appointmentsOf(this.database.reader, claims.personId, today(this.config.timeZone)),
    ]);
    if (!person?.active) return undefined;
    return Actor.person(
      claims.clientId,
      { id: person.id, student: person.kind === 'student', posts },
      claims.permissions,
      requestId,
    );
  }

  private async claimsOf(token: string): Promise<Claims | undefined> {
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      if (error instanceof KeysUnavailableError) throw new ServiceUnavailableException(undefined, { cause: error });
      return undefined;
    }
  }
}

function bearer(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? /^Bearer +([\w.~+/=-]+)$/i.exec(header)?.[1] : undefined;
}

function challenge(reply: Reply, value: string): UnauthorizedException {
  reply.header('WWW-Authenticate', value);
  return new UnauthorizedException();
}
