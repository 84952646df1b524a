import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Invalid } from '#problems';
import { Vault } from '#vault';

type Parameters = Record<string, unknown>;

const FOREIGN = { zh: '游标无效', en: 'is not a cursor of this list' };
/** What a list may be asked anew with, going on where it was. */
const FREE = new Set(['cursor', 'limit', 'total']);

/**
 * Seals the cursors of every list on their way out, and opens them on their way in: nobody can read the position in one, make one, or
 * use it for another address, other filters or another order. Behind it a cursor is what pages.ts makes.
 */
@Injectable()
export class Cursors {
  constructor(private readonly vault: Vault) {}

  /** Opens the cursor of a request, where it has one; what it answers seals the one of the answer. Throws Invalid (400). */
  open(request: FastifyRequest): (answer: object) => object {
    // A search has its filters, and its cursor, in the body.
    const inBody = request.method === 'POST';
    const parameters = (inBody ? request.body : request.query) as Parameters | null | undefined;
    let known: string | undefined;
    // Made only where there is a cursor: the body of another POST can be long.
    const place = (): string => (known ??= placeOf(request, parameters));
    if (parameters && typeof parameters['cursor'] === 'string') {
      const opened = this.opened(place(), parameters['cursor']);
      if (opened === undefined)
        throw new Invalid({ errors: [{ pointer: inBody ? '#/cursor' : '?cursor', ...FOREIGN }] });
      parameters['cursor'] = opened;
    }
    return (answer) => this.sealed(place, answer);
  }

  private sealed(place: () => string, answer: object): object {
    if (!('nextCursor' in answer) || typeof answer.nextCursor !== 'string') return answer;
    return { ...answer, nextCursor: this.vault.seal(place(), answer.nextCursor).toString('base64url') };
  }

  /** Undefined when it was sealed for another place, or not by us. */
  private opened(place: string, cursor: string): string | undefined {
    try {
      return this.vault.open(place, Buffer.from(cursor, 'base64url'));
    } catch {
      return undefined;
    }
  }
}

/** The list that a cursor belongs to: its address, filters and order. */
function placeOf({ method, raw }: FastifyRequest, parameters: Parameters | null | undefined): string {
  const list = Object.entries(parameters ?? {})
    .filter(([name, value]) => !FREE.has(name) && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([method, (raw.url ?? '').split('?', 1)[0], list]);
}
