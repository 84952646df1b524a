import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Networks = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

export function networksOf(ranges: readonly string[]): Networks {
  return ranges.map((range) => ipaddr.parseCIDR(range));
}

/** ::ffff:10.0.0.1 is 10.0.0.1. */
export function within(networks: Networks, text: string): boolean {
  const address = ipaddr.process(text);
  return networks.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}

/** The address of a device as it is kept, `http://10.8.0.31:80`: no name, no path, and in the networks of devices. Undefined: it is none. */
export function deviceUrl(networks: Networks, text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return url.pathname === '/' && isIP(host) && within(networks, host) ? url.origin : undefined;
}
