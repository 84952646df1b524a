import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { S3mini } from 's3mini';
import { eventually } from '#testing';

const PROGRAM = process.env['MOTO_SERVER'] ?? 'moto_server';

/** Whether an S3 server that we did not write is here: `pip install 'moto[server]'`, on the PATH or named by MOTO_SERVER. */
export const motoIsHere = spawnSync(PROGRAM, ['--help'], { stdio: 'ignore' }).status === 0;

/** moto's S3, as a process of its own, with an empty bucket. */
export class Moto {
  private constructor(
    readonly access: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string },
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<Moto> {
    const port = await freePort();
    const child = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const access = {
      endpoint: `http://127.0.0.1:${port}/files`,
      region: 'eu-central-1',
      accessKeyId: 'test',
      secretAccessKey: 'test-secret',
    };
    const moto = new Moto(access, child);
    try {
      await eventually(() => new S3mini(access).createBucket(), 60_000);
    } catch (error) {
      await moto.stop();
      throw error;
    }
    return moto;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill();
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
