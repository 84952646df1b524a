import './sources.js';

/** Jest's global setup: see servers.ts. */
export default async function setup() {
  const { startServers } = await import('./servers.ts');
  await startServers();
}
