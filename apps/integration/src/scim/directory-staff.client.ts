import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Forbidden, NotFound, Stale, Unavailable } from '#problems';
import { SOURCE } from './resources.js';
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
    const answer = await this.ask(authorization, 'POST', '', { source: SOURCE, ...values });
    return ((await answer.json()) as { id: string }).id;
  }

  async replace(authorization: string, id: string, version: number, values: StaffValues): Promise<void> {
    await this.ask(authorization, 'PUT', `/${id}`, { source: SOURCE, ...values }, version);
  }

  async leave(authorization: string, id: string, version: number): Promise<void> {
    await this.ask(authorization, 'POST', `/${id}/leave`, { source: SOURCE }, version);
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
    throw problemOf(answer.status, (await answer.json()) as ProblemAnswer);
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
  if (status === 403) return new Forbidden({ permission: PERMISSION });
  if (status === 404) return new NotFound({ what: 'user' });
  if (status === 412) return new Stale();
  if (status === 429 || status === 503) return new Unavailable({ retryAfter: 3 });
  return new Error(`directory answered ${status}`);
}

const NAMES: Record<string, string> = { '#/number': 'userName', '#/name': 'name', '#/externalId': 'externalId' };

function nameOf(pointer: string): string {
  return NAMES[pointer] ?? 'department';
}
