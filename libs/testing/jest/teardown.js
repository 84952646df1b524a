/** Jest's global teardown: see servers.ts, which is the same module instance as the setup's. */
export default async function teardown() {
  const { stopServers } = await import('./servers.ts');
  await stopServers();
}
