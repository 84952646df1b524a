import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { services } from '../../apps/campus/src/services.js';
import { freshDatabase, importSeconds, roster } from '../import.js';
import { atMost, median, type Result, servers } from '../kit.js';

const RUNS = 3;

/** A roster of 50,000 that is there already comes again with another name for one student in a hundred; against unpacking and hashing the file. */
export async function sync(): Promise<Result> {
  const own = await servers(services);
  const [first, second] = [await roster(), await roster(true)];
  try {
    const times: number[] = [];
    const hashed: number[] = [];
    const url = await freshDatabase(own);
    await importSeconds(own, url, first);
    for (let run = 1; run <= RUNS; run++) {
      times.push(await importSeconds(own, url, run % 2 ? second : first));
      hashed.push(await hashSeconds(run % 2 ? second : first));
      process.stdout.write(
        `  run ${run} of ${RUNS}: ${times.at(-1)!.toFixed(2)} s, hashing ${hashed.at(-1)!.toFixed(2)} s\n`,
      );
    }
    const [ours, peer] = [median(times), median(hashed)];
    return {
      rows: [{ id: 'roster of 50,000 with 1 % changed, from upload to end', value: ours, unit: 's' }],
      ratios: [atMost('sync / unpacking and hashing the file', ours, peer, 1.3)],
    };
  } finally {
    await own.stop();
  }
}

async function hashSeconds(zip: Buffer): Promise<number> {
  const began = performance.now();
  const open = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer);
  const file = await open(zip, { lazyEntries: true });
  await new Promise<void>((resolve, reject) => {
    file.on('end', resolve).on('error', reject);
    file.on('entry', (entry: yauzl.Entry) =>
      file.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        const hash = createHash('sha256');
        stream.on('data', (chunk: Buffer) => hash.update(chunk)).on('end', () => (hash.digest(), file.readEntry()));
      }),
    );
    file.readEntry();
  });
  return (performance.now() - began) / 1_000;
}
