import { rm, writeFile } from 'node:fs/promises';
import { inspect, readIfExists } from './processes.js';

/** The instance that `npm start` of this folder runs. */
interface Running {
  pid: number;
  url: string;
}

const fileOf = (home: string): string => `${home}/running.json`;

/** Lets the other commands of this folder find the instance, whatever its port. Of two that run from here they find the first. */
export async function noteRunning(home: string, url: string): Promise<void> {
  if (await runningUrl(home)) return;
  await writeFile(fileOf(home), JSON.stringify({ pid: process.pid, url } satisfies Running));
}

/** Takes the note back, unless another instance has replaced it. */
export async function forgetRunning(home: string): Promise<void> {
  if ((await read(home))?.pid === process.pid) await rm(fileOf(home), { force: true });
}

/** Address of the instance that runs from this folder. Undefined: none does. */
export async function runningUrl(home: string): Promise<string | undefined> {
  const running = await read(home);
  return running && (await inspect(running.pid)) ? running.url : undefined;
}

async function read(home: string): Promise<Running | undefined> {
  const text = await readIfExists(fileOf(home));
  return text === undefined ? undefined : (JSON.parse(text) as Running);
}
