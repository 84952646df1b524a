import type { Config } from '#config';
import { because, SsoRefused, SsoUnavailable } from '../login.problems.js';
import type { Strength } from '../strength.js';
import {
  type Asked,
  assertSecure,
  type CampusSignIn,
  type CampusSso,
  type LogoutNotice,
  type Pending,
} from './campus-sso.js';
import { type CasUser, readLogoutRequest, readServiceResponse } from './cas-xml.js';

const TIMEOUT_MS = 5_000;
/** ISO 8601 with the zone: what comes without one is nobody's time. Java adds the zone's name. */
const INSTANT = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))(?:\[[\w/+-]+\])?$/;
const TICKET = /^[\x21-\x7e]{1,256}$/;

/** CAS Protocol 3.0: a ticket is asked about once, for exactly the service it was made for; single logout by ticket. */
export class CasSso implements CampusSso {
  readonly asksAnew = true;
  private readonly base: string;

  constructor(private readonly config: Config) {
    const { casUrl = '' } = config;
    assertSecure('CAS_URL', casUrl);
    this.base = casUrl.replace(/\/+$/, '');
  }

  async begin(state: string, { anew }: Asked): Promise<{ url: URL; pending: Pending }> {
    const pending = { state, anew };
    return { url: this.addressOf('/login', pending), pending };
  }

  async finish(pending: Pending, query: URLSearchParams): Promise<CampusSignIn> {
    const ticket = query.get('ticket') ?? '';
    if (!TICKET.test(ticket)) throw new SsoRefused();
    const found = readServiceResponse(await this.ask(pending, ticket));
    if (!found) throw new SsoRefused();
    const { casNumberAttribute } = this.config;
    const [number, ...others] = casNumberAttribute ? (found.attributes.get(casNumberAttribute) ?? []) : [found.user];
    if (!number || others.length > 0) throw new SsoRefused();
    return { number, session: ticket, subject: undefined, strength: this.strengthOf(found, pending.anew) };
  }

  /** A ticket that we had validated is known to the campus and to us alone: whoever names it is the campus. */
  async logoutNotice(body: URLSearchParams): Promise<LogoutNotice | undefined> {
    const session = readLogoutRequest(body.get('logoutRequest') ?? '');
    return session ? { session } : undefined;
  }

  async signOutUrl(): Promise<URL> {
    return new URL(`${this.base}/logout`);
  }

  /** Two factors by the attributes that the school names. Who was asked anew has signed in now: the server vouches for it (`renew`). */
  private strengthOf({ attributes }: CasUser, anew: boolean): Strength {
    const twoFactors = this.config.casMfaAttributes.some((pair) => {
      const [name = '', ...value] = pair.split('=');
      return attributes.get(name)?.includes(value.join('='));
    });
    const [, said = ''] = INSTANT.exec(attributes.get('authenticationDate')?.[0] ?? '') ?? [];
    const at = Math.floor(Date.parse(said) / 1_000);
    return { twoFactors, at: anew || Number.isNaN(at) ? undefined : at };
  }

  private async ask(pending: Pending, ticket: string): Promise<string> {
    const url = this.addressOf('/p3/serviceValidate', pending);
    url.searchParams.set('ticket', ticket);
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`CAS answered ${response.status}`);
      return await response.text();
    } catch (error) {
      throw because(new SsoUnavailable({ retryAfter: 30 }), error);
    }
  }

  /**
   * The state is part of the service, so that a ticket made for another browser's sign-in is of no use. `renew` (§2.1.1, §2.5.1): neither
   * is one from before, where the person has to be asked.
   */
  private addressOf(path: string, { state, anew }: Pending): URL {
    const url = new URL(`${this.base}${path}`);
    url.searchParams.set('service', `${this.config.origin}/directory/sso/cas/${state}`);
    if (anew) url.searchParams.set('renew', 'true');
    return url;
  }
}
