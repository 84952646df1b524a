import { report, type Result } from './kit.js';

/** `npm run bench -- <name>`: each bench measures ours and its peers in one run; the last line is JSON. */
const benches: Record<string, () => Promise<Result>> = {
  engine: async () => (await import('./engine/index.js')).engine(),
  events: async () => (await import('./events.js')).events(),
  http: async () => (await import('./http/index.js')).http(),
  overload: async () => (await import('./overload.js')).overload(),
  audit: async () => (await import('./audit.js')).audit(),
  flow: async () => (await import('./flow/index.js')).flow(),
  exchange: async () => (await import('./exchange.js')).exchange(),
  start: async () => (await import('./start.js')).start(),
  certificates: async () => (await import('./certificates.js')).certificates(),
  casework: async () => (await import('./casework/index.js')).casework(),
  door: async () => (await import('./door/index.js')).door(),
  clearances: async () => (await import('./clearances.js')).clearances(),
  sealed: async () => (await import('./sealed.js')).sealed(),
  import: async () => (await import('./import.js')).importRoster(),
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (!bench) {
  process.stderr.write(`Which bench? npm run bench -- ${Object.keys(benches).join(' | ')}\n`);
  process.exit(1);
}
report(name, await bench());
process.exit(0);
