import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { removePostgres } from './local/postgres.js';
import { removeRedis } from './local/redis.js';
import { runningUrl } from './local/running.js';

/** `npm run reset [-- --yes]`: stops what a killed `npm start` left behind and wipes the local data, after asking. */
const { values } = parseArgs({ options: { yes: { type: 'boolean' } } });
const home = resolve('.local');
if (!values.yes && !process.stdin.isTTY) {
  process.stderr.write('Nothing was deleted: there is no terminal to ask at. Say yes with npm run reset -- --yes\n');
  process.exit(1);
}
if (!values.yes) {
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await ask.question(`Delete all local data in ${home}? Type yes: `);
  ask.close();
  if (answer.trim() !== 'yes') {
    process.stdout.write('Nothing was deleted.\n');
    process.exit(1);
  }
}
// A sandbox lies within.
const homes = [home, `${home}/sandbox`];
for (const one of homes) {
  const running = await runningUrl(one);
  if (!running) continue;
  process.stderr.write(`Yizhan is running from this folder (${running}). Stop it first, with Ctrl-C.\n`);
  process.exit(1);
}
for (const one of homes) {
  await removePostgres(`${one}/postgres`);
  await removeRedis(`${one}/redis`);
}
await rm(home, { recursive: true, force: true });
process.stdout.write(
  'The local data is gone; npm start begins anew. A database or Redis given by DATABASE_URL or REDIS_URL is left as it is.\n',
);
