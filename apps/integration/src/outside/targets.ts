import { lookup, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { Config } from '#config';

/** An IPv6 address that is routed on the internet (RFC 4291 §2.5.4). */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');
const HTTPS_PORT = '443';

export type TargetProblem = 'scheme' | 'credentials' | 'unknown' | 'address';

/** The name of a receiver leads, now, to an address that must not be called. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/**
 * Which addresses webhooks may be sent to: those of the internet, by https on port 443, and the ranges of WEBHOOK_TARGETS. Names are looked
 * up for each connection, and the connection goes to what was looked at, so that a name cannot change in between (OWASP API7:2023).
 */
@Injectable()
export class Targets {
  protected inside: [ipaddr.IPv4 | ipaddr.IPv6, number][];
  private readonly agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: 16 }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: 16 }),
  };

  constructor(config: Config) {
    this.inside = rangesOf(config.webhookTargets);
  }

  /** What is wrong with an address of a receiver; undefined: nothing. */
  async check(url: URL): Promise<TargetProblem | undefined> {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme';
    if (url.username || url.password) return 'credentials';
    const host = hostOf(url);
    if (isIP(host)) return this.allows(host, outside(url)) ? undefined : 'address';
    const found = await addressesOf(host).catch(() => []);
    if (found.length === 0) return 'unknown';
    return found.every(({ address }) => this.allows(address, outside(url))) ? undefined : 'address';
  }

  /** How `node:http` connects to a receiver: a name is looked at when the connection is made. Throws AddressRefused. */
  connection(url: URL): { agent: HttpAgent; lookup: LookupFunction } {
    const [host, internet] = [hostOf(url), outside(url)];
    if (isIP(host) && !this.allows(host, internet)) throw new AddressRefused();
    return { agent: this.agents[url.protocol as keyof typeof this.agents], lookup: this.guarded(internet) };
  }

  /**
   * The address of a database's host, to connect to: within the ranges that are let, or by TLS on the internet. Throws AddressRefused; a name
   * that is not known is an Error.
   */
  async databaseAddress(host: string, tls: boolean): Promise<string> {
    const found = isIP(host) ? [{ address: host }] : await addressesOf(host);
    if (found.length === 0 || !found.every(({ address }) => this.allows(address, tls))) throw new AddressRefused();
    return found[0]!.address;
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private allows(text: string, internet: boolean): boolean {
    // ::ffff:10.0.0.1 is 10.0.0.1.
    const address = ipaddr.process(text);
    if (this.inside.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))) return true;
    if (!internet || address.range() !== 'unicast') return false;
    return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6);
  }

  private guarded(internet: boolean): LookupFunction {
    return (host, options, done) => {
      lookup(host, { ...options, all: true }, (error, found) => {
        if (error) return done(error, '', 0);
        if (!found.every(({ address }) => this.allows(address, internet))) return done(new AddressRefused(), '', 0);
        if (options.all) return done(null, found as never);
        const [{ address, family }] = found as [LookupAddress];
        done(null, address, family);
      });
    };
  }
}

export function rangesOf(ranges: readonly string[] = []): [ipaddr.IPv4 | ipaddr.IPv6, number][] {
  return ranges.map((range) => ipaddr.parseCIDR(range));
}

/** May it lead to the internet: https on its own port. */
function outside(url: URL): boolean {
  return url.protocol === 'https:' && (url.port || HTTPS_PORT) === HTTPS_PORT;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function addressesOf(host: string): Promise<LookupAddress[]> {
  return new Promise((done, fail) =>
    lookup(host, { all: true }, (error, found) => (error ? fail(error) : done(found))),
  );
}
