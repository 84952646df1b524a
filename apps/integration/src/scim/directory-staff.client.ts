import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { SCIM_SOURCE } from '#contracts';
import { Forbidden, NotFound, Stale, Unauthorized, Unavailable } from '#problems';
import { NotOurs, NotUnique, TooManyDeactivated, ValueRefused } from './scim.problems.js';

/** A member of staff, as directory takes it. */
export interface StaffValues {
  externalId: string | null;
  number: string;
  name: string;
  active: boolean;
  unitId: string | null;
}

const WAIT_MS = 20_000;
const PERMISSION = 'directory:staff:write';

interface ProblemAnswer {
  code?: string;
  errors?: { pointer: string; detail: string }[];
}

/** Directory's own routes for staff, asked with the caller's own token: its rules, and the caller's rights. */
@Injectable()
export class DirectoryStaff {
  constructor(private readonly config: Config) {}

  /** Answers the person's id. */
  async create(authorization: string, values: StaffValues): Promise<string> {
    const answer = await this.ask(authorization, 'POST', '', { source: SCIM_SOURCE, ...values });
    return ((await answer.json()) as { id: string }).id;
  }

  async replace(authorization: string, id: string, version: number, values: StaffValues): Promise<void> {
    await this.ask(authorization, 'PUT', `/${id}`, { source: SCIM_SOURCE, ...values }, version);
  }

  async leave(authorization: string, id: string, version: number): Promise<void> {
    await this.ask(authorization, 'POST', `/${id}/leave`, { source: SCIM_SOURCE }, version);
  }

  private async ask(
    authorization: string,
    method: string,
    path: string,
    body: object,
    version?: number,
  ): Promise<Response> {
    const answer = await fetch(`${this.config.origin}/directory/v1/staff${path}`, {
      method,
      headers: {
        authorization,
        'content-type': 'application/json',
        'accept-language': 'en',
        ...(version !== undefined && { 'if-match': `"${version}"` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(WAIT_MS),
    }).catch(() => {
      throw new Unavailable({ retryAfter: 3 });
    });
    if (answer.ok) return answer;
    // What stands between may answer a page.
    throw problemOf(answer.status, (await answer.json().catch(() => ({}))) as ProblemAnswer);
  }
}

/** What directory refused, as SCIM is to say it. */
function problemOf(status: number, { code, errors = [] }: ProblemAnswer): Error {
  switch (code) {
    case 'directory/staff-number-taken':
    case 'directory/staff-external-id-taken':
      return new NotUnique();
    case 'directory/kept-by-another-source':
      return new NotOurs();
    case 'directory/too-many-leave':
      return new TooManyDeactivated();
  }
  const [first] = errors;
  if (status === 400 && first)
    return new ValueRefused({ params: { attribute: nameOf(first.pointer), why: first.detail } });
  if (status === 401) return new Unauthorized();
  if (status === 403) return new Forbidden({ permission: PERMISSION });
  if (status === 404) return new NotFound({ what: 'user' });
  if (status === 412) return new Stale();
  if (status === 429 || (status >= 502 && status <= 504)) return new Unavailable({ retryAfter: 3 });
  return new Error(`directory answered ${status}`);
}

const NAMES: Record<string, string> = { '#/number': 'userName', '#/name': 'name', '#/externalId': 'externalId' };

function nameOf(pointer: string): string {
  return NAMES[pointer] ?? 'department';
}
