import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from './issuer.js';
import { freePort } from './issuer.js';

const SCRIPT = join(import.meta.dirname, 'cas-server.py');

/** django-cas-server, which we did not write, as a process of its own; see cas-server.py. */
export class CasServer {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** `yizhan`: where the system under test is; `numbers`: who can sign in. */
  static async start(yizhan: string, numbers: readonly string[]): Promise<CasServer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'yizhan-cas-'));
    // The system's Python: its packages are where apt puts them.
    const child = spawn('/usr/bin/python3', [SCRIPT, String(port), folder, `${yizhan}/directory/sso/cas/`, ...numbers]);
    let said = '';
    await new Promise<void>((ready, failed) => {
      child.stdout.on('data', (chunk: Buffer) => String(chunk).includes('ready') && ready());
      child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
      child.on('error', () => failed(new Error('No Python: apt-get install python3-django-cas-server')));
      child.on('exit', () =>
        failed(new Error(`The CAS server ended (apt-get install python3-django-cas-server):\n${said}`)),
      );
    });
    return new CasServer(`http://127.0.0.1:${port}/cas`, child, folder);
  }

  /** What a person does on the login page. */
  async signIn(
    browser: Browser,
    page: URL,
    number: string,
    callback: string,
  ): Promise<Awaited<ReturnType<Browser['walk']>>> {
    const { page: html } = await browser.walk(page, callback);
    const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)];
    const fields = Object.fromEntries(
      hidden.map(([, name, value = '']) => [name as string, value.replaceAll('&amp;', '&')]),
    );
    const answer = browser.post(page, { ...fields, username: `uid-${number}`, password: 'any' });
    return browser.walk(page, callback, answer);
  }

  /** The person signs out at the campus, which tells the services. */
  async signOut(browser: Browser): Promise<void> {
    await browser.walk(new URL(`${this.url}/logout`), 'nowhere');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((done) => this.child.once('exit', done));
      this.child.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
