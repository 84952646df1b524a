import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { errors, type Provider } from './oidc-provider.js';
import { ACR, Actor, audit } from '#auth';
import { Config } from '#config';
import { type Permission, PERMISSIONS } from '#contracts';
import { Database, query, queryOne, sql } from '#database';
import { errorForLog } from '#http';
import { Problem } from '#problems';
import { Vault } from '#vault';
import { Consents } from './consents.service.js';
import { assertNoDemoSecrets, demoPersonas } from './demo.js';
import { Issuer } from './issuer.js';
import { PasswordSignIn } from './ldap/password-sign-in.service.js';
import { CannotAskAnew, LoginExpired, NotInRoster, UnknownPersona } from './login.problems.js';
import { addScopes } from './provider-options.js';
import { Sessions } from './sessions.service.js';
import { SignInCodes } from './sign-in-codes.service.js';
import { codePage, consentPage, demoPage, type Page, waysPage } from './sign-in-pages.js';
import type { CampusSso, Pending } from './sso/campus-sso.js';
import { type Site, SignInWays } from './sso/sign-in-ways.js';
import { StateAdapter } from './state-adapter.js';
import { BY_PASSWORD, isUnmet, loginOf, seconds, wantedOf } from './strength.js';

const AT_THE_CAMPUS_SECONDS = 600;
/** Longer than a notice is taken at all (OidcSso). */
const NOTICE_SECONDS = 300;
/** OpenID Connect Core Error Code unmet_authentication_requirements 1.0. */
const UNMET = {
  error: 'unmet_authentication_requirements',
  error_description: 'the person did not sign in as strongly or as recently as the app asks',
};
const logger = new Logger('sign-in');

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type Result = Parameters<Provider['interactionResult']>[2];

/** A browser in the middle of a sign-in. */
export interface Browser {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  address: string;
  userAgent: string;
  /** It takes pages; programs get problems. */
  html: boolean;
}

interface Underway {
  provider: Provider;
  interaction: Interaction;
}

/**
 * What the issuer asks of a person: who they are (the campus's single sign-on; in the demo a persona; before either a code made
 * on the server), and whether the app may act for them. Every use case answers a page, or where the browser goes next.
 */
@Injectable()
export class SignIn implements OnApplicationBootstrap {
  private readonly atTheCampus: StateAdapter;
  private readonly notices: StateAdapter;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly issuer: Issuer,
    private readonly codes: SignInCodes,
    private readonly consents: Consents,
    private readonly sessions: Sessions,
    private readonly ways: SignInWays,
    private readonly passwords: PasswordSignIn,
    vault: Vault,
  ) {
    this.atTheCampus = new StateAdapter('AtTheCampus', database, vault);
    this.notices = new StateAdapter('LogoutNotice', database, vault);
  }

  onApplicationBootstrap(): Promise<void> {
    return assertNoDemoSecrets(this.config, this.database.connection);
  }

  async begin(browser: Browser): Promise<Page | URL> {
    const { interaction } = await this.underway(browser);
    if (this.config.demo) return demoPage(interaction.uid, await demoPersonas(this.database.connection));
    if (interaction.prompt.name === 'consent') return this.askForConsent(interaction);
    if (this.ways.none) return codePage(interaction.uid);
    const sites = this.sitesFor(interaction);
    const [only, ...others] = sites;
    if (only && others.length === 0 && !this.ways.accounts) return this.sendTo(only, interaction, browser);
    return waysPage(interaction.uid, this.choices(sites));
  }

  /** The person wants to sign in at one of several sites. */
  async choose(browser: Browser, site: string): Promise<URL> {
    const { interaction } = await this.underway(browser, 'login');
    const chosen = this.sitesFor(interaction).find((one) => one === site);
    if (!chosen) throw new LoginExpired();
    return this.sendTo(chosen, interaction, browser);
  }

  /** With name and password; what was wrong stands on the page that asks again. */
  async usePassword(browser: Browser, name: string, password: string): Promise<Page | URL> {
    const { provider, interaction } = await this.underway(browser, 'login');
    if (this.config.demo || !this.ways.accounts) throw new LoginExpired();
    let number: string;
    try {
      number = await this.passwords.numberOf(this.ways.accounts, { name, password, address: browser.address });
    } catch (error) {
      if (!(error instanceof Problem) || !browser.html) throw error;
      return waysPage(interaction.uid, { ...this.choices(this.sitesFor(interaction)), name, problem: error });
    }
    const personId = await this.personOf(number);
    if (asksAnew(interaction)) await leaveSession(interaction);
    return this.signedIn(browser, provider, interaction, loginOf(personId, BY_PASSWORD, true));
  }

  /** In the demo one click is login and consent. */
  async choosePersona(browser: Browser, name: string): Promise<URL> {
    if (!this.config.demo) throw new LoginExpired();
    const { provider, interaction } = await this.underway(browser);
    const personas = await demoPersonas(this.database.connection);
    const persona = personas.find((one) => one.name === name);
    if (!persona)
      throw new UnknownPersona({ pointer: ':persona', params: { names: personas.map((one) => one.name).join(', ') } });
    const login = loginOf(persona.personId, { twoFactors: false }, true);
    if (isUnmet(login, wantedOf(interaction.params), undefined)) return this.resume(browser, provider, UNMET);
    const grant = new provider.Grant({ accountId: persona.personId, clientId: clientOf(interaction) });
    const scopes = String(interaction.params.scope ?? '').split(' ');
    addScopes(grant, scopes);
    await this.database.transaction(null, (tx) =>
      this.consents.give(tx, persona.personId, clientOf(interaction), scopes),
    );
    return this.resume(browser, provider, { login, consent: { grantId: await grant.save() } });
  }

  async useCode(browser: Browser, code: string): Promise<URL> {
    const { provider, interaction } = await this.underway(browser, 'login');
    if (this.config.demo || !this.ways.none) throw new LoginExpired();
    return this.signedIn(
      browser,
      provider,
      interaction,
      loginOf(await this.codes.use(code.trim()), { twoFactors: false, amr: ['otp'] }, true),
    );
  }

  /** From the one address that the campus knows to the address that this browser's sign-in is bound to. */
  async backFromCampus(query: URLSearchParams): Promise<URL> {
    const known = await this.atTheCampus.find(query.get('state') ?? '');
    if (!known || known.consumed) throw new LoginExpired();
    return new URL(
      `${this.issuer.path}/interaction/${String(known['interaction'])}/callback?${query}`,
      this.config.origin,
    );
  }

  async finishAtCampus(browser: Browser, query: URLSearchParams): Promise<URL> {
    const { provider, interaction } = await this.underway(browser, 'login');
    const state = query.get('state') ?? '';
    const known = await this.atTheCampus.find(state);
    const site = this.ways.sites.get(known?.['site'] as Site);
    if (!site || !known || known['interaction'] !== interaction.uid) throw new LoginExpired();
    await this.atTheCampus.consume(state).catch(() => {
      throw new LoginExpired();
    });
    const pending = known['pending'] as Pending;
    const { number, strength, ...origin } = await site.finish(pending, query).catch((error: Error) => {
      logger.warn(Object.assign(new Error('the campus did not sign somebody in'), errorForLog(error.cause ?? error)));
      throw error;
    });
    const login = loginOf(await this.personOf(number), strength, pending.anew);
    return this.signedIn(browser, provider, interaction, login, { origin }, known['askedAt'] as number | undefined);
  }

  async approve(browser: Browser): Promise<URL> {
    const { provider, interaction } = await this.underway(browser, 'consent');
    const personId = interaction.session!.accountId;
    const clientId = clientOf(interaction);
    const scopes = scopesAskedFor(interaction);
    const grant =
      (interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined) ??
      new provider.Grant({ accountId: personId, clientId });
    addScopes(grant, scopes);
    const grantId = await grant.save();
    const actor = actorOf(browser, interaction, personId);
    await this.database.transaction(null, async (tx) => {
      await this.consents.give(tx, personId, clientId, scopes);
      await audit(tx, actor, { action: 'directory.app-consent.given', subject: { kind: 'person', id: personId } });
    });
    // Together with the login of before, or an app that asked for one (prompt=login) would have the person sign in for ever.
    return this.resume(browser, provider, { ...interaction.lastSubmission, consent: { grantId } });
  }

  async refuse(browser: Browser): Promise<URL> {
    const { provider } = await this.underway(browser, 'consent');
    return this.resume(browser, provider, {
      error: 'access_denied',
      error_description: 'the person did not let the app act for them',
    });
  }

  /** The campus says that a sign-in is over. Whatever else comes here ends nothing. */
  async endByNotice(body: URLSearchParams): Promise<void> {
    const notice = await this.ways.logoutNotice(body);
    if (!notice || (notice.id && (await this.notices.find(notice.id)))) return;
    await this.sessions.endByNotice(notice);
    // Afterwards: a notice that failed may come again.
    if (notice.id) await this.notices.upsert(notice.id, {}, NOTICE_SECONDS);
  }

  private async askForConsent(interaction: Interaction): Promise<Page> {
    const client = await queryOne<{ name: string; redirectUris: string[] }>(
      this.database.connection,
      sql`SELECT name, redirect_uris AS "redirectUris" FROM directory.client WHERE client_id = ${clientOf(interaction)}`,
    );
    if (!client) throw new LoginExpired();
    const permissions = scopesAskedFor(interaction).filter((scope): scope is Permission =>
      Object.hasOwn(PERMISSIONS, scope),
    );
    return consentPage(interaction.uid, {
      app: client.name,
      redirectUri: String(interaction.params.redirect_uri ?? client.redirectUris[0]),
      permissions: permissions.map((permission) => PERMISSIONS[permission]),
    });
  }

  /** Where people can be sent; to a site that can ask them anew, where the app wants to be sure of the person. Throws CannotAskAnew. */
  private sitesFor(interaction: Interaction): Site[] {
    const anew = asksAnew(interaction);
    const sites = [...this.ways.sites].filter(([, { asksAnew: can }]) => can || !anew).map(([name]) => name);
    if (sites.length === 0 && !this.ways.accounts) throw new CannotAskAnew();
    return sites;
  }

  private choices(sites: Site[]): { sites: Site[]; password: boolean } {
    return { sites, password: this.ways.accounts !== undefined };
  }

  private async sendTo(name: Site, interaction: Interaction, { userAgent }: Browser): Promise<URL> {
    const state = randomBytes(16).toString('base64url');
    const anew = asksAnew(interaction);
    const site: CampusSso = this.ways.sites.get(name)!;
    const { acr, maxAge } = wantedOf(interaction.params);
    const { url, pending } = await site.begin(state, {
      ...{ anew, maxAge, userAgent },
      twoFactors: acr.includes(ACR.twoFactors),
    });
    if (anew) await leaveSession(interaction);
    const kept = { interaction: interaction.uid, site: name, pending, ...(anew && { askedAt: seconds() }) };
    await this.atTheCampus.upsert(state, kept, AT_THE_CAMPUS_SECONDS);
    return url;
  }

  /** The active person of the roster with the number, be it that of a record merged into theirs. Throws NotInRoster, also when a student and a member of staff share it. */
  private async personOf(number: string): Promise<string> {
    const people = await query<{ id: string }>(
      this.database.connection,
      // Both kinds are named for the index, which begins with it.
      sql`SELECT DISTINCT p.id FROM directory.person n JOIN directory.person p ON p.id = coalesce(n.merged_into, n.id)
           WHERE n.kind IN ('student', 'staff') AND n.number = ${number} AND p.active`,
    );
    if (people.length !== 1) throw new NotInRoster();
    return people[0]!.id;
  }

  private async signedIn(
    browser: Browser,
    provider: Provider,
    interaction: Interaction,
    login: ReturnType<typeof loginOf>,
    more: Result = {},
    askedAt?: number,
  ): Promise<URL> {
    if (isUnmet(login, wantedOf(interaction.params), askedAt)) return this.resume(browser, provider, UNMET);
    const personId = login.accountId;
    await this.database.transaction(null, (tx) =>
      audit(tx, actorOf(browser, interaction, personId), {
        action: 'directory.person.signed-in',
        subject: { kind: 'person', id: personId },
      }),
    );
    return this.resume(browser, provider, { login, ...more });
  }

  private async resume({ request, response }: Browser, provider: Provider, result: Result): Promise<URL> {
    return new URL(
      await provider.interactionResult(request, response, result, { mergeWithLastSubmission: false }),
      this.config.origin,
    );
  }

  /** The sign-in that this browser, and no other, has begun. Throws LoginExpired. */
  private async underway({ request, response }: Browser, prompt?: string): Promise<Underway> {
    const provider = await this.issuer.provider();
    try {
      const interaction = await provider.interactionDetails(request, response);
      if (prompt && interaction.prompt.name !== prompt) throw new LoginExpired();
      return { provider, interaction };
    } catch (error) {
      throw error instanceof errors.SessionNotFound ? new LoginExpired() : error;
    }
  }
}

function clientOf({ params }: Interaction): string {
  return String(params.client_id);
}

/** More than that nobody is signed in here: the app wants to be sure of the person (OpenID Connect Core §3.1.2.1). */
function asksAnew({ prompt }: Interaction): boolean {
  return prompt.reasons.some((reason) => reason !== 'no_session');
}

/** Somebody else may sign in, which ends the session that was open here: the sign-in goes on without it. */
async function leaveSession(interaction: Interaction): Promise<void> {
  interaction.session = undefined;
  await interaction.persist();
}

/** The person, as the audit knows them: through which app. */
function actorOf({ requestId }: Browser, interaction: Interaction, id: string): Actor {
  return Actor.person(clientOf(interaction), { id, student: false, posts: [] }, [], requestId);
}

/** What of the scopes the person has not agreed to yet. */
function scopesAskedFor({ prompt, params }: Interaction): string[] {
  const { missingOIDCScope, missingResourceScopes } = prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  const missing = [...(missingOIDCScope ?? []), ...Object.values(missingResourceScopes ?? {}).flat()];
  // An app that asks again (prompt=consent) lacks nothing, and is shown whole.
  return missing.length > 0 ? [...new Set(missing)] : String(params.scope ?? '').split(' ');
}
