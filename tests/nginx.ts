import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from '#contracts';
import { freePort, waitFor } from '../tools/local/processes.js';

const TEMPLATE = 'deploy/nginx/nginx.conf.template';
const PLACES = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

export interface Nginx {
  url: string;
  /** What it has logged so far. */
  accessLog(): Promise<string>;
  stop(): Promise<void>;
}

/** A real nginx on a free port of this machine, with the configuration of docker-compose.yml. `ports`: where the services listen. */
export async function startNginx(ports: Record<ServiceName, number>): Promise<Nginx> {
  const home = await mkdtemp(join(tmpdir(), 'yizhan-nginx-'));
  // Workers of a root's nginx run as another user and write their temporary files here.
  await chmod(home, 0o711);
  const port = await freePort();
  const values: Record<string, string> = {
    NGINX_RUN: home,
    NGINX_ACCESS_LOG: join(home, 'access.log'),
    NGINX_LISTEN: `127.0.0.1:${port}`,
    NGINX_RESOLVER: '127.0.0.1',
    ...Object.fromEntries(
      SERVICE_NAMES.map((name) => [name.toUpperCase().replace(/-/g, '_'), `127.0.0.1:${ports[name]}`]),
    ),
  };
  const template = await readFile(TEMPLATE, 'utf8');
  const config = template.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  await writeFile(join(home, 'nginx.conf'), config);
  const nginx = spawn('nginx', ['-e', 'stderr', '-p', home, '-c', join(home, 'nginx.conf'), '-g', 'daemon off;'], {
    env: { PATH: [process.env['PATH'], ...PLACES].join(':') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = async (): Promise<void> => {
    await end(nginx);
    await rm(home, { recursive: true, force: true });
  };
  let said = '';
  nginx.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const failed = once(nginx, 'error').then(([error]) => {
    const { code, message } = error as NodeJS.ErrnoException;
    return new Error(code === 'ENOENT' ? 'No nginx on this machine. Install it: apt-get install nginx' : message);
  });
  const ended = once(nginx, 'close').then(() => new Error(`nginx did not start:\n${said}`));
  const ready = waitFor(() => answers(port), 20_000).then((yes) => yes ?? new Error(`nginx does not answer:\n${said}`));
  const outcome = await Promise.race([failed, ended, ready]);
  if (outcome instanceof Error) {
    await stop();
    throw outcome;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    accessLog: () => readFile(join(home, 'access.log'), 'utf8'),
    stop,
  };
}

function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}

/** SIGQUIT: requests under way are finished. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill('SIGQUIT');
  await gone;
}
