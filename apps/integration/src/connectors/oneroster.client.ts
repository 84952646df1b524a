import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Config } from '#config';
import { request } from '../outside/request.js';
import { rangesOf, Targets } from '../outside/targets.js';
import type { OneRosterPull } from './connector.entity.js';
import type { OneRosterObject, Resource } from './oneroster-rows.js';
import { SourceChanged, SourceProblem } from './source-problem.js';

/** Objects of a page; the most that OneRoster servers commonly give. */
const PAGE = 1000;
const MOST_BYTES = 33_554_432;
const WAIT_MS = 60_000;

const PATHS = { '1.1': '/ims/oneroster/v1p1', '1.2': '/ims/oneroster/rostering/v1p2' } as const;
const SCOPES = {
  '1.1': 'https://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly',
  '1.2': 'https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly',
} as const;
const DEMOGRAPHICS = {
  '1.1': 'https://purl.imsglobal.org/spec/or/v1p1/scope/roster-demographics.readonly',
  '1.2': 'https://purl.imsglobal.org/spec/or/v1p2/scope/roster-demographics.readonly',
} as const;

/** What a source has given; `last`: of its resource there is no more. */
export interface Page {
  objects: OneRosterObject[];
  last: boolean;
}

/** Which addresses connectors may pull from: as for webhooks, with the ranges of CONNECTOR_TARGETS. */
@Injectable()
export class SourceTargets extends Targets {
  constructor(config: Config) {
    super(config);
    this.inside = rangesOf(config.connectorTargets);
  }
}

/** OneRoster 1.1 and 1.2 services, read over REST with OAuth2 client credentials. */
@Injectable()
export class OneRosterClient implements BeforeApplicationShutdown {
  constructor(private readonly targets: SourceTargets) {}

  beforeApplicationShutdown(): void {
    this.targets.close();
  }

  /**
   * The objects of a resource after the first `offset` ones, in the order of sourcedId, as many as the source likes to give up to 1000. `after`:
   * the sourcedId of the last object before them. It is asked for once more, since one that a source gains or loses before the page moves the
   * others, and whoever falls between two pages would be taken for gone. Throws SourceChanged, or a SourceProblem when there is no whole, sound
   * answer.
   */
  async page(pull: OneRosterPull, secret: string, resource: Resource, offset: number, after?: string): Promise<Page> {
    const from = after === undefined ? offset : offset - 1;
    const query = new URLSearchParams({ limit: String(PAGE), offset: String(from), sort: 'sourcedId' });
    const url = new URL(`${pull.url}${PATHS[pull.oneRoster]}/${resource}?${query.toString()}`);
    const authorization = `Bearer ${await this.token(pull, secret)}`;
    const { body, total } = await this.json(url, { headers: { authorization, accept: 'application/json' } });
    const given = (body as Record<string, unknown> | null)?.[resource];
    const sound = (one: unknown): boolean => typeof (one as OneRosterObject | null)?.sourcedId === 'string';
    if (!Array.isArray(given) || !given.every(sound)) throw new SourceProblem('no_list');
    if (after !== undefined && (given[0] as OneRosterObject | undefined)?.sourcedId !== after)
      throw new SourceChanged();
    const objects = (after === undefined ? given : given.slice(1)) as OneRosterObject[];
    const ended = objects.length === 0;
    if (ended && total !== undefined && offset < total) throw new SourceProblem('ended_early');
    const last = ended || (total !== undefined && offset + objects.length >= total);
    return { objects, last };
  }

  private async token({ tokenUrl, clientId, oneRoster }: OneRosterPull, secret: string): Promise<string> {
    const basic = Buffer.from([clientId, secret].map(encodeURIComponent).join(':')).toString('base64');
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: `${SCOPES[oneRoster]} ${DEMOGRAPHICS[oneRoster]}`,
    }).toString();
    const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' };
    const { body: answer } = await this.json(new URL(tokenUrl), { method: 'POST', headers, body });
    const token = (answer as { access_token?: unknown } | null)?.access_token;
    if (typeof token !== 'string') throw new SourceProblem('sign_in');
    return token;
  }

  /** What is answered is never part of an error: it may have names in it. */
  private async json(
    url: URL,
    options: { method?: string; headers: Record<string, string>; body?: string },
  ): Promise<{ body: unknown; total: number | undefined }> {
    const signal = AbortSignal.timeout(WAIT_MS);
    const { status, headers, body } = await request(
      url,
      { ...options, ...this.targets.connection(url), signal },
      MOST_BYTES,
    );
    if (!body) throw new SourceProblem('too_much');
    if (status !== 200) throw SourceProblem.ofStatus(status);
    try {
      const total = /^\d+$/.exec(String(headers['x-total-count']));
      return { body: JSON.parse(body.toString()), total: total ? Number(total[0]) : undefined };
    } catch {
      throw new SourceProblem('no_json');
    }
  }
}
