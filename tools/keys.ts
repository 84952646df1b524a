import { connect, Database } from '#database';
import { addKey, dropOlderKeys, Vault } from '#vault';
import { services } from '../apps/campus/src/services.js';
import { type Left, neededFor, plainTexts, replaceRootKey } from './keys/replacing.js';
import { assertKeyFits, ownerConfig, runOwnerCommand } from './local/owner.js';

const HELP = `npm run keys -- add       puts a new key into SECRET_KEY_FILE; then start all processes anew
npm run keys              seals anew what an older key is needed for, and says what is left
npm run keys -- retire    takes the older keys out of SECRET_KEY_FILE, when nothing needs them; then start all processes anew`;

/** Replaces the root key of the deployment (docs/deploying.md); see ownerConfig. Keys are written to SECRET_KEY_FILE and never shown. */
await runOwnerCommand(async () => {
  const command = process.argv[2] ?? 'replace';
  if (!['add', 'replace', 'retire'].includes(command)) throw new Error(HELP);
  const config = ownerConfig();
  const vault = Vault.fromFile(config.secretKeyFile);
  const entities = services.flatMap((service) => service.entities);
  const source = await connect({ url: config.databaseUrl, entities, poolSize: 2, applicationName: 'yizhan-keys' });
  try {
    const database = new Database(source);
    await assertKeyFits(database, vault);
    if (command === 'add') {
      const id = addKey(config.secretKeyFile);
      tell(`Added the key ${id}. Start all processes anew with this file, then: npm run keys`);
    } else if (command === 'replace')
      report(vault, await replaceRootKey(database, vault, services, tell), await plainTexts(database));
    else {
      const left = await neededFor(database.connection, vault, services);
      if (left.length > 0) throw new Error(`Nothing was taken out.\n${stillNeeded(vault, left)}`);
      dropOlderKeys(config.secretKeyFile);
      tell(
        `Took out ${vault.olderKeyIds.length} keys (${vault.olderKeyIds.join(', ')}). Start all processes anew with this file.`,
      );
    }
  } finally {
    await source.destroy();
  }
});

function report(vault: Vault, left: Left[], plain: Left[]): void {
  for (const { what, rows } of plain) tell(`${what}: ${rows} rows are in use and not sealed yet; run this again`);
  if (left.length > 0) tell(stillNeeded(vault, left));
  else if (vault.olderKeyIds.length > 0)
    tell(`Nothing in the database needs ${vault.olderKeyIds.join(', ')} any more: npm run keys -- retire`);
  else tell(`All is sealed with the key ${vault.keyId}.`);
}

function stillNeeded(vault: Vault, left: Left[]): string {
  const lines = left.map(({ what, rows, within }) => `  ${what}: ${rows}${within ? `, gone within ${within}` : ''}`);
  return [`Older keys than ${vault.keyId} are still needed:`, ...lines, 'Run this again then: npm run keys'].join('\n');
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
