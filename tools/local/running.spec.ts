import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetRunning, noteRunning, runningUrl } from './running.js';

describe('the instance that runs from a folder', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'yizhan-running-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  const noteOf = (pid: number, url: string): Promise<void> =>
    writeFile(join(home, 'running.json'), JSON.stringify({ pid, url }));

  it('is found until it takes its note back', async () => {
    await noteRunning(home, 'http://127.0.0.1:3000');
    expect(await runningUrl(home)).toBe('http://127.0.0.1:3000');
    await forgetRunning(home);
    expect(await runningUrl(home)).toBeUndefined();
  });

  it('stays found when a second one starts and stops beside it', async () => {
    await noteOf(process.ppid, 'http://127.0.0.1:3000');
    await noteRunning(home, 'http://127.0.0.1:3100');
    await forgetRunning(home);
    expect(await runningUrl(home)).toBe('http://127.0.0.1:3000');
  });

  it('takes the place of one that is no more', async () => {
    await noteOf(2 ** 22 - 1, 'http://127.0.0.1:3000');
    await noteRunning(home, 'http://127.0.0.1:3100');
    expect(await runningUrl(home)).toBe('http://127.0.0.1:3100');
  });
});
