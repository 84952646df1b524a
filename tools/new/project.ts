import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, getFileInfo, resolveConfig } from 'prettier';

const TEMPLATES = new URL('./templates/', import.meta.url);

export const template = (path: string): Promise<string> => readFile(new URL(path, TEMPLATES), 'utf8');

/** What a command is going to do to the project: nothing is written before all of it is known. */
export class Changes {
  private readonly files = new Map<string, string>();

  /** Throws where the file is there already. */
  create(path: string, text: string): void {
    if (existsSync(path)) throw new Error(`${path} is there already`);
    this.files.set(path, text);
  }

  async edit(path: string, change: (text: string) => string): Promise<void> {
    this.files.set(path, change(this.files.get(path) ?? (await readFile(path, 'utf8'))));
  }

  /** Writes all files, laid out as the house does. */
  async write(): Promise<void> {
    for (const [path, text] of this.files) {
      const { inferredParser, ignored } = await getFileInfo(path, { ignorePath: '.prettierignore' });
      const plain = !inferredParser || ignored;
      const laidOut = plain ? text : await format(text, { ...(await resolveConfig(path)), filepath: path });
      process.stdout.write(`${existsSync(path) ? 'changed' : 'written'} ${path}\n`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, laidOut);
    }
  }
}

/** Runs `command` with the words of the command line when the module is the program that was started; says why it refuses. */
export async function runWhenMain(module: string, command: (...words: string[]) => Promise<string>): Promise<void> {
  if (process.argv[1] !== fileURLToPath(module)) return;
  try {
    process.stdout.write(`${await command(...process.argv.slice(2))}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nNothing was written.\n`);
    process.exitCode = 1;
  }
}
