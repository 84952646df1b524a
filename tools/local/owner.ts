import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Config } from '#config';
import type { Database } from '#database';
import { RootKeyMissing, type Vault } from '#vault';
import { SigningKeysService } from '../../apps/directory/src/login/signing-keys.service.js';

/**
 * The settings of a command for a new installation, run on the server with DATABASE_URL (the owner's) and SECRET_KEY_FILE (default:
 * the one that `npm start` has made in this folder). Throws an Error that says what is missing.
 */
export function ownerConfig(): Config {
  if (!process.env['DATABASE_URL'])
    throw new Error(
      'DATABASE_URL is not set: in which database? (postgres://user:password@host:port/database, of the owner)',
    );
  const ownKey = resolve('.local/secret.key');
  return Config.fromEnv({
    REDIS_URL: 'redis://unused.invalid:6379',
    ...(existsSync(ownKey) && { SECRET_KEY_FILE: ownKey }),
    ...process.env,
  });
}

/** What is made with another key than the servers' would not work there. The first key a database is used with is its own. */
export async function assertKeyFits(database: Database, vault: Vault): Promise<void> {
  const fits = await new SigningKeysService(database, vault).published().then(
    () => true,
    (error: Error) => {
      if (!(error instanceof RootKeyMissing) && !/unable to authenticate/.test(error.message)) throw error;
      return false;
    },
  );
  if (!fits) throw new Error('SECRET_KEY_FILE is not the key of the servers of this database: give theirs.');
}

/** Runs the program when it is the one that was started: an error is told in a line. */
export async function runOwnerCommand(main: () => Promise<void>): Promise<void> {
  await main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
