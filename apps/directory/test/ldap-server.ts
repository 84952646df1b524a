import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ldapts';
import { eventually } from '#testing';
import { freePort } from './issuer.js';

export const BASE = 'ou=people,dc=example,dc=edu,dc=cn';
const SUFFIX = 'dc=example,dc=edu,dc=cn';
const ADMIN = { dn: `cn=admin,${SUFFIX}`, password: 'admin of the test' };
export const READER = { dn: `cn=reader,${SUFFIX}`, password: 'reader of the test' };

/** Somebody with an account; `number` is their departmentNumber, which an inetOrgPerson may have as often as it is said. */
export interface Account {
  uid: string;
  password: string;
  number: string | string[] | undefined;
  mail?: string;
}

/** OpenLDAP's slapd, which we did not write, as a process of its own with a database in a folder that goes with it. */
export class LdapServer {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly tlsPort: number,
    readonly folder: string,
  ) {}

  static async start(accounts: readonly Account[]): Promise<LdapServer> {
    const server = new LdapServer(await freePort(), await freePort(), mkdtempSync(join(tmpdir(), 'yizhan-ldap-')));
    server.configure();
    try {
      await server.resume();
      await server.load(accounts);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** On this machine, without TLS. */
  get url(): string {
    return `ldap://127.0.0.1:${this.port}`;
  }

  /** To the client another machine: TLS is demanded. */
  get elsewhere(): string {
    return `ldap://127.0.0.2:${this.port}`;
  }

  /** Like `elsewhere`, but the certificate does not name it. */
  get unnamed(): string {
    return `ldap://127.0.0.3:${this.port}`;
  }

  /** TLS from the first byte, by an address or a name that the certificate has. */
  secure(host = '127.0.0.2'): string {
    return `ldaps://${host}:${this.tlsPort}`;
  }

  /** Who signed the certificate. */
  get caFile(): string {
    return join(this.folder, 'ca.pem');
  }

  /** Another with the same name, who signed nothing. */
  get otherCaFile(): string {
    return join(this.folder, 'other-ca.pem');
  }

  get readerPasswordFile(): string {
    return join(this.folder, 'reader.secret');
  }

  async resume(): Promise<void> {
    const secure = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((host) => this.secure(host));
    const addresses = [this.url, this.elsewhere, this.unnamed, ...secure].map((url) => `${url}/`).join(' ');
    const child = spawn('/usr/sbin/slapd', ['-f', join(this.folder, 'slapd.conf'), '-h', addresses, '-d', '0']);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    child.on('error', () => (said = 'No slapd: apt-get install slapd'));
    this.child = child;
    await eventually(async () => {
      const client = new Client({ url: this.url, connectTimeout: 1_000 });
      await client.bind('', '').catch((error: Error) => {
        throw new Error(`${error.message}\n${said}`);
      });
      await client.unbind();
    }, 10_000);
  }

  async pause(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill();
    await ended;
  }

  async stop(): Promise<void> {
    await this.pause();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private configure(): void {
    const inFolder = (name: string): string => join(this.folder, name);
    mkdirSync(inFolder('data'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const made = (name: string, ...more: string[]): unknown =>
      execFileSync(
        'openssl',
        ['req', '-x509', ...key, ...more, '-keyout', inFolder(`${name}.key`), '-out', inFolder(`${name}.pem`)],
        { stdio: 'pipe' },
      );
    for (const name of ['ca', 'other-ca']) made(name, '-subj', '/CN=CA of the test');
    made(
      'server',
      ...['-CA', inFolder('ca.pem'), '-CAkey', inFolder('ca.key'), '-subj', '/CN=ldap of the test'],
      ...['-addext', 'subjectAltName=IP:127.0.0.2', '-addext', 'basicConstraints=critical,CA:FALSE'],
    );
    writeFileSync(this.readerPasswordFile, `${READER.password}\n`);
    writeFileSync(
      inFolder('slapd.conf'),
      `${['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
allow bind_anon_dn
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${inFolder('server.pem')}
TLSCertificateKeyFile ${inFolder('server.key')}
database mdb
suffix "${SUFFIX}"
directory ${inFolder('data')}
rootdn "${ADMIN.dn}"
rootpw "${ADMIN.password}"
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="${BASE}" by dn.exact="${READER.dn}" read by anonymous auth by * none
access to * by * read
`,
    );
  }

  private async load(accounts: readonly Account[]): Promise<void> {
    const client = new Client({ url: this.url });
    await client.bind(ADMIN.dn, ADMIN.password);
    await client.add(SUFFIX, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'school' });
    await client.add(BASE, { objectClass: 'organizationalUnit', ou: 'people' });
    await client.add(READER.dn, {
      objectClass: ['applicationProcess', 'simpleSecurityObject'],
      cn: 'reader',
      userPassword: READER.password,
    });
    for (const { uid, password, number, mail } of accounts) {
      await client.add(`cn=${uid},${BASE}`, {
        ...{ objectClass: ['inetOrgPerson'], cn: uid, sn: uid, uid, userPassword: password },
        ...(number && { departmentNumber: number }),
        ...(mail && { mail }),
      });
    }
    await client.unbind();
  }
}
