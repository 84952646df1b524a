import type { Result } from '../kit.js';
import { files } from './files.js';
import { sync } from './sync.js';
import { tokens } from './tokens.js';
import { webhooks } from './webhooks.js';

const PARTS: Record<string, () => Promise<Result>> = { files, sync, tokens, webhooks };

/** What comes in and goes out at the house's door; one part alone: `--only files|sync|tokens|webhooks`. */
export async function door(): Promise<Result> {
  const at = process.argv.indexOf('--only');
  const only = at < 0 ? Object.keys(PARTS) : [process.argv[at + 1] ?? ''];
  const found: Result = { rows: [], ratios: [] };
  for (const name of only) {
    const part = PARTS[name];
    if (!part) throw new Error(`--only ${Object.keys(PARTS).join(' | ')}`);
    const { rows, ratios } = await part();
    found.rows.push(...rows);
    found.ratios.push(...ratios);
  }
  return found;
}
