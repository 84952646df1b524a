import type { ExecutionContext } from '@nestjs/common';
import { AccessReasonRequired, Invalid } from '#problems';
import type { Actor } from './actor.js';

/** Header that says why class 4 data (psychological, biometric, hardship) is read. */
export const ACCESS_REASON = 'Access-Reason';

const LONGEST = 500;
/** Percent-encoded UTF-8 (RFC 3986), as a header carries no Chinese. */
const ENCODED = /^(?:[\x21-\x24\x26-\x7e ]|%[0-9A-Fa-f]{2})*$/;

/** The reason in a header's value: 2 to 500 characters on one line. Throws AccessReasonRequired (428) or Invalid (400). */
export function reasonOf(header: string | string[] | undefined): string {
  if (header === undefined || header === '') throw new AccessReasonRequired({ pointer: ACCESS_REASON });
  const reason = typeof header === 'string' ? decoded(header) : undefined;
  if (reason === undefined || /[\p{Cc}\p{Surrogate}]/u.test(reason))
    throw badReason('应为百分号编码的一行 UTF-8 文字', 'must be one line of percent-encoded UTF-8 text');
  const length = [...reason].length;
  if (length < 2 || length > LONGEST)
    throw badReason(`应为 2–${LONGEST} 个字符`, `must have 2 to ${LONGEST} characters`);
  return reason;
}

function decoded(header: string): string | undefined {
  if (!ENCODED.test(header)) return undefined;
  try {
    return decodeURIComponent(header).trim();
  } catch {
    return undefined;
  }
}

function badReason(zh: string, en: string): Error {
  return new Invalid({ errors: [{ pointer: ACCESS_REASON, zh, en }] });
}

/** No entry, no read: a route that asks for a reason and answers without having written it into the audit answers nothing. */
export function assertAudited(context: ExecutionContext): void {
  const { actor } = context.switchToHttp().getRequest<{ actor?: Actor }>();
  if (!actor?.access || actor.access.audited) return;
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} asks for a reason and writes no audit entry: call audit(tx, actor, …) beside the read`,
  );
}
