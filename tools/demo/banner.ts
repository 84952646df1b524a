import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#config';
import { Database, queryOne, sql } from '#database';
import { demoPersonas } from '../../apps/directory/src/login/demo.js';
import { cameInText, nightsText, warningsText } from './figures.js';

/** Which servers are somebody else's, given by DATABASE_URL and REDIS_URL. */
export interface Given {
  database: boolean;
  redis: boolean;
}

/** What is there and how to go on, for whoever has just started the house. */
export async function banner(app: NestFastifyApplication, config: Config, given: Given): Promise<string> {
  const tx = app.get(Database).connection;
  const home = config.sandbox ? '.local/sandbox' : '.local';
  const [cameIn, nights, warnings, personas, version] = await Promise.all([
    cameInText(tx),
    nightsText(tx),
    warningsText(tx),
    demoPersonas(tx),
    queryOne<{ server_version: string }>(tx, sql`SHOW server_version`),
  ]);
  const postgres = `PostgreSQL ${version?.server_version.split(' ')[0]}`;
  return [
    '',
    `  Yizhan (一站) is running   ${config.origin}`,
    `  API         ${config.origin}/docs`,
    `  Database    ${given.database ? `${postgres}, yours (DATABASE_URL)` : `${postgres} in ${home}/postgres`}`,
    `  Redis       ${given.redis ? 'yours (REDIS_URL)' : `in ${home}/redis`}`,
    ...tokenLines(personas.map(({ name }) => name)),
    '',
    `  Came in     ${cameIn}`,
    `  Nights      ${nights}`,
    `  Warnings    ${warnings}`,
    '',
    `  ${endLine(given, config.sandbox)}`,
  ].join('\n');
}

function tokenLines(personas: string[]): string[] {
  if (personas.length > 0)
    return [
      '  Token       npm run --silent token -- --as counselor',
      `              personas: ${personas.join(', ')}; or app`,
    ];
  return [
    '  Token       npm run client:first -- operations   makes the first client (with the same DATABASE_URL), then',
    '              CLIENT_SECRET=<its secret> npm run --silent token -- --as app --client operations --scope directory:client:write',
  ];
}

/** What a Ctrl-C stops and what stays: servers that were given are left alone, by it and by `npm run reset`. */
function endLine({ database, redis }: Given, sandbox: boolean): string {
  if (sandbox)
    return 'Ctrl-C stops everything; the data stays in .local/sandbox. To begin anew, delete all of .local with npm run reset.';
  if (database && redis) return 'Ctrl-C stops Yizhan; your PostgreSQL and Redis go on, with all data.';
  if (database) return 'Ctrl-C stops Yizhan and its Redis; your PostgreSQL goes on, with all data.';
  const yours = redis ? ' but your Redis' : '';
  return `Ctrl-C stops everything${yours}; the data stays in .local. npm run reset deletes it, and npm start begins anew.`;
}
