import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, FilterParser, InvalidCredentialsError, ResultCodeError, SizeLimitExceededError } from 'ldapts';
import type { Config } from '#config';
import { AccountsUnavailable, because, PasswordRefused } from '../login.problems.js';
import { isThisMachine } from '../sso/campus-sso.js';
import { filterFor } from './filter.js';

const STEP_MS = 3_000;
/** For one server: connecting, TLS, two binds and the search. */
const WHOLE_MS = 8_000;
/** A second one is proof enough that the filter does not say who is meant. */
const MOST_FOUND = 2;
const RETRY_SECONDS = 15;

interface Found {
  dn: string;
  number: string | undefined;
}

/**
 * The school's LDAP directory (RFC 4511): finds the one entry that a name stands for, and binds as it with the password. Over TLS, by
 * ldaps or StartTLS, wherever it is not on this machine. Neither name nor password gets into an error.
 */
export class LdapAccounts {
  private readonly urls: string[];
  private readonly base: string;
  private readonly service: { dn: string; password: string } | undefined;
  private readonly tls: { ca?: string };

  constructor(private readonly config: Config) {
    const { ldapUrl = [], ldapSearchBase, ldapBindDn, ldapBindPasswordFile, ldapCaFile } = config;
    this.urls = ldapUrl;
    if (!ldapSearchBase) throw new Error('LDAP_SEARCH_BASE is not set: below which entry are people?');
    this.base = ldapSearchBase;
    const password = ldapBindPasswordFile ? readFileSync(ldapBindPasswordFile, 'utf8').trim() : '';
    if (ldapBindDn && !password)
      throw new Error('LDAP_BIND_PASSWORD_FILE is missing or empty: with no password LDAP_BIND_DN is nobody');
    this.service = ldapBindDn ? { dn: ldapBindDn, password } : undefined;
    this.tls = ldapCaFile ? { ca: readFileSync(ldapCaFile, 'utf8') } : {};
    // One that cannot be read stops the boot, rather than each sign-in.
    FilterParser.parseString(filterFor(config.ldapFilter, 'x'));
  }

  /** The 学号 or 工号 of whom the name and the password are; undefined when the entry has none. Throws PasswordRefused or AccountsUnavailable. */
  async numberOf(name: string, password: string): Promise<string | undefined> {
    // An empty password would bind as nobody, and succeed (RFC 4513 §5.1.2).
    if (password === '') throw new PasswordRefused();
    let away: unknown;
    for (const url of this.urls) {
      try {
        return await this.ask(url, name, password);
      } catch (error) {
        if (error instanceof PasswordRefused) throw error;
        away = error;
      }
    }
    throw because(new AccountsUnavailable({ retryAfter: RETRY_SECONDS }), away);
  }

  private async ask(url: string, name: string, password: string): Promise<string | undefined> {
    const client = new Client({
      url,
      timeout: STEP_MS,
      connectTimeout: STEP_MS,
      // DNs are the server's, and bound to as it wrote them.
      strictDN: false,
      ...(url.startsWith('ldaps:') && { tlsOptions: this.tlsOf(url) }),
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('LDAP did not answer in time')), WHOLE_MS);
    });
    try {
      return await Promise.race([this.converse(client, url, name, password), late]);
    } finally {
      clearTimeout(timer);
      await client.unbind().catch(() => undefined);
    }
  }

  private async converse(client: Client, url: string, name: string, password: string): Promise<string | undefined> {
    if (url.startsWith('ldap:') && !isThisMachine(url)) await client.startTLS(this.tlsOf(url));
    if (this.service) await client.bind(this.service.dn, this.service.password).catch(refusedService);
    const found = await this.find(client, name);
    // Somebody unknown is asked for, too: what answers, and how soon, does not tell names apart.
    const refused = await refusal(client.bind(found?.dn ?? `cn=${randomUUID()},${this.base}`, password));
    if (refused || !found) throw new PasswordRefused();
    return found.number;
  }

  /** The entry of a name; undefined when there is none, or more than one. */
  private async find(client: Client, name: string): Promise<Found | undefined> {
    const { ldapFilter, ldapNumberAttribute: attribute } = this.config;
    const entries = await client
      .search(this.base, {
        ...{ scope: 'sub', sizeLimit: MOST_FOUND, timeLimit: STEP_MS / 1_000 },
        ...{ filter: filterFor(ldapFilter, name), attributes: [attribute] },
      })
      .then(({ searchEntries }) => searchEntries)
      .catch((error: unknown) => {
        if (error instanceof SizeLimitExceededError) return [];
        throw error;
      });
    const [entry, ...others] = entries;
    if (!entry || others.length > 0) return undefined;
    // The server spells an attribute as its schema does.
    const [, value] = Object.entries(entry).find(([key]) => key.toLowerCase() === attribute.toLowerCase()) ?? [];
    const values = [value].flat();
    return { dn: entry.dn, number: values.length === 1 && typeof values[0] === 'string' ? values[0] : undefined };
  }

  /** The certificate is of the host that is asked for, also after StartTLS, where the socket does not say which that is. */
  private tlsOf(url: string): { ca?: string; host: string } {
    return { ...this.tls, host: new URL(url).hostname.replace(/^\[|\]$/g, '') };
  }
}

/** Whether the server said no to who asks; throws what else went wrong. */
async function refusal(bound: Promise<void>): Promise<boolean> {
  try {
    await bound;
    return false;
  } catch (error) {
    // Expired, locked or to be changed (by whatever code): not let in. That the server cannot answer is another matter.
    if (error instanceof InvalidCredentialsError) return true;
    if (error instanceof ResultCodeError && !BUSY.has(error.code)) return true;
    throw error;
  }
}

/** busy, unavailable, other, timeLimitExceeded, adminLimitExceeded, operationsError. */
const BUSY = new Set([1, 3, 11, 51, 52, 80]);

function refusedService(error: unknown): never {
  throw new Error('LDAP refuses LDAP_BIND_DN', { cause: error });
}
