import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority, and a certificate of it for a server whose names these are (`DNS:…`, `IP:…`). */
export class Certificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'yizhan-tls-'));

  authority(name: string): string {
    const file = join(this.folder, name);
    const more = ['-keyout', `${file}.key`, '-out', `${file}.pem`, '-subj', `/CN=${name}`];
    this.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...more);
    return readFileSync(`${file}.pem`, 'utf8');
  }

  server(authority: string, names: string): { cert: string; key: string } {
    const file = join(this.folder, `server-${names.replace(/\W/g, '-')}`);
    writeFileSync(`${file}.ext`, `subjectAltName=${names}`);
    const [key, cert] = [`${file}.key`, `${file}.pem`];
    this.openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      `${file}.csr`,
      '-subj',
      '/CN=database',
    );
    const by = ['-CA', join(this.folder, `${authority}.pem`), '-CAkey', join(this.folder, `${authority}.key`)];
    const out = ['-CAcreateserial', '-days', '2', '-extfile', `${file}.ext`, '-out', cert];
    this.openssl('x509', '-req', '-in', `${file}.csr`, ...by, ...out);
    return { cert, key };
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
}
