import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { ACCESS_REASON, reasonOf } from './access-reason.js';
import type { Actor } from './actor.js';
import { Authenticator } from './authenticator.js';
import { isPublic, needsReason, requiredPermissions } from './decorators.js';
import { MissingPermission } from './missing-permission.js';
import { perRoute } from './per-route.js';
import { SecondFactor } from './second-factor.js';

interface Request {
  id: string;
  headers: Record<string, string | string[] | undefined>;
  actor?: Actor;
}

const asked = perRoute((handler, controller) => ({
  open: isPublic(handler, controller),
  oneOf: requiredPermissions(handler, controller),
  reason: needsReason(handler, controller),
}));

interface Reply {
  header(name: string, value: string): unknown;
}

/**
 * Who asks, and may they? Bearer access tokens (RFC 6750, RFC 9068) → `request.actor`. Deny by default: a route without
 * `@Require`, `@AnyToken` or `@Public` is forbidden. 401 for a missing or bad token, 403 for a missing permission; where a reason is
 * asked for, 401 without the second factor that the school asks for there (RFC 9470), 428 without the reason.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly secondFactor: SecondFactor,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { open, oneOf, reason } = asked(context);
    if (open) return true;
    if (!oneOf) throw new ForbiddenException();

    const request = context.switchToHttp().getRequest<Request>();
    const reply = context.switchToHttp().getResponse<Reply>();
    const token = bearer(request.headers.authorization);
    if (!token) throw challenge(reply, 'Bearer realm="yizhan"');
    const actor = await this.authenticator.actorOf(token, String(request.id));
    if (!actor) throw challenge(reply, 'Bearer realm="yizhan", error="invalid_token"');
    request.actor = actor;
    const [first] = oneOf;
    if (first && !oneOf.some((permission) => actor.can(permission))) {
      reply.header('WWW-Authenticate', `Bearer realm="yizhan", error="insufficient_scope", scope="${first}"`);
      throw new MissingPermission(first);
    }
    if (reason) {
      await this.secondFactor.assert(actor);
      actor.access = { reason: reasonOf(request.headers[ACCESS_REASON.toLowerCase()]), audited: false };
    }
    return true;
  }
}

function bearer(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? /^Bearer +([\w.~+/=-]+)$/i.exec(header)?.[1] : undefined;
}

function challenge(reply: Reply, value: string): UnauthorizedException {
  reply.header('WWW-Authenticate', value);
  return new UnauthorizedException();
}
