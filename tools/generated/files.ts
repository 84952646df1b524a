import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Content of generated files by their path in the project. */
export type Files = Record<string, string>;

/** Writes what `make` answers when the module is the program that was started, and nothing when it was imported. */
export async function writeWhenMain(module: string, make: () => Promise<Files>): Promise<void> {
  if (process.argv[1] !== fileURLToPath(module)) return;
  for (const [path, content] of Object.entries(await make())) {
    await writeFile(resolve(path), content);
    process.stdout.write(`${path}\n`);
  }
}
