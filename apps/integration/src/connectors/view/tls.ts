import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ViewPull } from './view-connection.js';

/** The certificate must be of the host by the name that was said, though the connection goes to an address. */
export function tlsOf({ host, ca }: ViewPull): ConnectionOptions {
  const name = isIP(host) ? { host } : { servername: host };
  return { ...name, ...(ca !== null && { ca }), rejectUnauthorized: true, minVersion: 'TLSv1.2' };
}
