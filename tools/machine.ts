import { readFile } from 'node:fs/promises';
import { main } from 'assemblyscript/asc';
import { type Files, writeWhenMain } from './generated/files.js';

const SOURCE = 'libs/rule-language/machine/machine.as';
const TARGET = 'libs/rule-language/machine/machine-code.ts';
const FLAGS = '--textFile out.wat --outFile out.wasm -O3 --noAssert --runtime stub --enable simd,threads,bulk-memory';
const MEMORY = '--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536';

/** The machine of the rule language in WebAssembly, compiled from its AssemblyScript. */
export async function machineFiles(): Promise<Files> {
  let code: Uint8Array | undefined;
  const { error, stderr } = await main(['machine.ts', ...FLAGS.split(' '), ...MEMORY.split(' ')], {
    readFile: async (name) => (name === 'machine.ts' ? readFile(SOURCE, 'utf8') : null),
    writeFile: (name, contents) => {
      if (name === 'out.wasm') code = contents as Uint8Array;
    },
    listFiles: () => null,
  });
  if (error || !code) throw new Error(`${SOURCE} does not compile: ${stderr.toString()}`);
  const text = Buffer.from(code)
    .toString('base64')
    .match(/.{1,100}/g)!;
  const lines = [
    `// Compiled from ${SOURCE.split('/').at(-1)} by \`npm run machine\`: WebAssembly in base64.`,
    'export const MACHINE_CODE =',
    text.map((line) => `  '${line}'`).join(' +\n') + ';',
  ];
  return { [TARGET]: `${lines.join('\n')}\n` };
}

await writeWhenMain(import.meta.url, machineFiles);
