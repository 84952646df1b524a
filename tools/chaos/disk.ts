import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MEGABYTES = 1_024;

/** A small disk, held in memory, that can be filled to its last block. */
export class SmallDisk {
  private constructor(
    readonly dir: string,
    private readonly ballast: string,
  ) {}

  /** Undefined where nothing may be mounted: it takes root, on Linux. */
  static async mount(dir: string): Promise<SmallDisk | undefined> {
    await mkdir(dir, { mode: 0o755 });
    const options = `size=${MEGABYTES}m,mode=0755`;
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', options, 'yizhan-chaos', dir]).catch(() => undefined);
    return mounted && new SmallDisk(dir, join(dir, 'ballast'));
  }

  async fill(): Promise<void> {
    const file = await open(this.ballast, 'a');
    try {
      for (const size of [1 << 20, 1 << 12]) await writeUntilFull(file, Buffer.alloc(size));
    } finally {
      await file.close();
    }
  }

  async empty(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', [this.dir]);
  }
}

async function writeUntilFull(file: { write(block: Buffer): Promise<unknown> }, block: Buffer): Promise<void> {
  for (;;) {
    const error = await file.write(block).then(
      () => undefined,
      (problem: NodeJS.ErrnoException) => problem,
    );
    if (error?.code === 'ENOSPC') return;
    if (error) throw error;
  }
}
