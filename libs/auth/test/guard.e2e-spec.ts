import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Actor, assertRoutesGuarded, AuthModule, CurrentActor, Public, Require } from '#auth';
import { Config } from '#config';
import { PERMISSIONS } from '#contracts';
import { Database, DatabaseModule, query, sql } from '#database';
import { campus, cloneDatabase, eventually } from '#testing';

@Controller('door')
@Require('directory:unit:read')
class Door {
  @Get()
  open(@CurrentActor() actor: Actor) {
    return { app: actor.app, person: actor.personId, scope: actor.scopeOf('directory:unit:read') };
  }

  @Get('leaves')
  @Require('affairs:leave:read')
  leaves(@CurrentActor() actor: Actor) {
    return actor.scopeOf('affairs:leave:read');
  }

  @Get('public')
  @Public()
  everybody() {
    return {};
  }
}

@Controller('forgotten')
class Forgotten {
  @Get()
  hole() {
    return {};
  }
}

@Module({ controllers: [Door] })
class Guarded {}

@Module({ controllers: [Door, Forgotten] })
class Unguarded {}

const ISSUER = 'http://yizhan.test/directory/oauth';
type Key = Parameters<SignJWT['sign']>[0];

/** Serves JWKs over HTTP and counts who asks. */
class Keys {
  asked = 0;
  keys: JWK[] = [];
  readonly server: Server = createServer((_, response) => {
    this.asked++;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: this.keys }));
  });

  async listen(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  async add(kid: string, alg = 'ES256'): Promise<Key> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    this.keys.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
    return privateKey;
  }
}

const now = () => Math.floor(Date.now() / 1000);
const CLAIMS = () => ({
  iss: ISSUER,
  aud: 'urn:yizhan:api',
  sub: 'gate',
  client_id: 'gate',
  scope: 'directory:unit:read',
  jti: randomUUID(),
  iat: now(),
  exp: now() + 600,
});
const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' };

describe('AuthGuard', () => {
  const keys = new Keys();
  const foreign = new Keys();
  let key: Key;
  let foreignUrl: string;
  let app: NestFastifyApplication;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const cloned = await cloneDatabase();
    drop = cloned.drop;
    key = await keys.add('k1');
    const jwksUrl = await keys.listen();
    foreignUrl = await foreign.listen();
    app = await start(Guarded, cloned.url, jwksUrl);
  });
  afterAll(async () => {
    await app?.close();
    keys.server.close();
    foreign.server.close();
    await drop?.();
  });

  async function start(
    module: new () => object,
    databaseUrl: string,
    jwksUrl: string,
  ): Promise<NestFastifyApplication> {
    const config = Config.of({ databaseUrl, redisUrl: 'redis://127.0.0.1:1', baseUrl: 'http://yizhan.test', jwksUrl });
    const database = DatabaseModule.forRoot({ url: databaseUrl, entities: [], poolSize: 4, applicationName: 'test' });
    const root = { module: class Process {}, imports: [database, AuthModule.forRoot(config), module] };
    const made = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), {
      logger: false,
      abortOnError: false,
    });
    await made.listen(0, '127.0.0.1');
    return made;
  }

  const sign = (claims: object = {}, header: object = {}, by: Key = key) =>
    new SignJWT({ ...CLAIMS(), ...claims }).setProtectedHeader({ ...HEADER, ...header }).sign(by);
  const ask = async (authorization?: string, path = '/door', of = app) => {
    const { port } = of.getHttpServer().address() as AddressInfo;
    const response = await fetch(
      `http://127.0.0.1:${port}${path}`,
      authorization === undefined ? {} : { headers: { authorization } },
    );
    return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
  };
  const status = async (token: string, path?: string) => (await ask(`Bearer ${token}`, path)).status;
  const sqlRun = (statement: ReturnType<typeof sql>) => query(app.get(Database).connection, statement);

  /** A token put together by hand, for what no library would sign. */
  function forge(header: object, payload: string, signature: (input: string) => string): string {
    const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
    return `${input}.${signature(input)}`;
  }

  it('lets a good token in, and only where its permission is asked for', async () => {
    const answer = await ask(`Bearer ${await sign()}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ app: 'gate', scope: { school: true, unitIds: [] } });
    const forbidden = await ask(`Bearer ${await sign()}`, '/door/leaves');
    expect(forbidden.status).toBe(403);
    expect(forbidden.headers.get('www-authenticate')).toContain(
      'error="insufficient_scope", scope="affairs:leave:read"',
    );
    expect((await ask(undefined, '/door/public')).status).toBe(200);
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer a b', 'Basic Z2F0ZTp4', 'Bearer x.y.z'])(
    'asks for a token when there is none: %j',
    async (authorization) => {
      const answer = await ask(authorization);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="yizhan"/);
    },
  );

  it('refuses alg none and HS256 with the public key (auth-1)', async () => {
    const payload = JSON.stringify(CLAIMS());
    for (const alg of ['none', 'None', 'NONE'])
      expect(await status(forge({ ...HEADER, alg }, payload, () => ''))).toBe(401);
    const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
    for (const secret of [spki, JSON.stringify(keys.keys[0]), (keys.keys[0] as JWK).x as string]) {
      const hmac = (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
      expect(await status(forge({ ...HEADER, alg: 'HS256' }, payload, hmac))).toBe(401);
    }
  });

  it.each<[string, object, object]>([
    ['aud of another API', { aud: 'urn:other:api' }, {}],
    ['no aud', { aud: undefined }, {}],
    ['another iss', { iss: 'http://evil.example' }, {}],
    ['typ of an ID token', {}, { typ: 'JWT' }],
    ['no typ', {}, { typ: undefined }],
    ['a refresh token', {}, { typ: 'rt+jwt' }],
    ['exp past', { iat: now() - 700, exp: now() - 100 }, {}],
    ['exp just beyond the skew', { iat: now() - 600, exp: now() - 31 }, {}],
    ['no exp', { exp: undefined }, {}],
    ['exp a string', { exp: String(now() + 600) }, {}],
    ['exp a fraction', { exp: now() + 0.5 }, {}],
    ['exp too far away', { exp: now() + 3600 }, {}],
    ['nbf future', { nbf: now() + 100 }, {}],
    ['iat future', { iat: now() + 100 }, {}],
    ['iat old', { iat: now() - 3600 }, {}],
    ['no iat', { iat: undefined }, {}],
    ['no jti', { jti: undefined }, {}],
    ['no client_id', { client_id: undefined }, {}],
    ['client_id a list', { client_id: ['gate'] }, {}],
    ['no kid', {}, { kid: undefined }],
    ['a scope that is a list', { scope: ['directory:unit:read'] }, {}],
    ['no sub', { sub: undefined }, {}],
  ])('refuses %s (auth-2)', async (_, claims, header) => {
    expect(await status(await sign(claims, header))).toBe(401);
  });

  it('refuses exp 1e400, which JSON reads as infinity, and critical headers it does not know (auth-2)', async () => {
    const header = { ...HEADER };
    const payload = JSON.stringify(CLAIMS()).replace(/"exp":\d+/, '"exp":1e400');
    expect(JSON.parse(payload).exp).toBe(Infinity);
    const signed = await signRaw(header, payload, key);
    expect(await status(signed)).toBe(401);
    expect(await status(await signRaw(header, JSON.stringify(CLAIMS()), key))).toBe(200);
    expect(await status(await signRaw({ ...header, crit: ['new'], new: 1 }, JSON.stringify(CLAIMS()), key))).toBe(401);
  });

  it('takes keys from nowhere but our own JWKS', async () => {
    const stranger = await foreign.add('k2');
    const jwk = foreign.keys[0] as JWK;
    for (const header of [
      { kid: 'k2', jku: foreignUrl },
      { kid: 'k2', x5u: foreignUrl },
      { kid: 'k2', jwk },
      { kid: 'k1', jwk },
      { kid: foreignUrl },
      { kid: '../../k1' },
    ]) {
      expect(await status(await sign({}, header, stranger))).toBe(401);
    }
    expect(foreign.asked).toBe(0);
  });

  it('asks for the keys seldom, however many unknown kids come', async () => {
    const before = keys.asked;
    for (let i = 0; i < 50; i++) await status(await sign({}, { kid: `unknown-${i}` }));
    expect(keys.asked - before).toBeLessThanOrEqual(1);
  });

  it('knows a new key within seconds and forgets nobody', async () => {
    const next = await keys.add('k-ed', 'EdDSA');
    await eventually(async () => expect(await status(await sign({}, { kid: 'k-ed', alg: 'EdDSA' }, next))).toBe(200));
    expect(await status(await sign())).toBe(200);
  });

  it('refuses tokens from before a revocation, of that client or person only (auth-3)', async () => {
    const scope = Object.keys(PERMISSIONS).join(' ');
    const counselor = { sub: campus.staff.schoolOfficer, client_id: 'portal', scope };
    const [ofClient, ofPerson, other] = [
      await sign({ sub: 'lost', client_id: 'lost' }),
      await sign(counselor),
      await sign(),
    ];
    await sqlRun(
      sql`INSERT INTO directory.revocation (client_id, not_before) VALUES ('lost', now() + interval '1 second')`,
    );
    await sqlRun(
      sql`INSERT INTO directory.revocation (person_id, not_before) VALUES (${campus.staff.schoolOfficer}, now() + interval '1 second')`,
    );
    await eventually(async () => expect(await status(ofClient)).toBe(401));
    expect(await status(ofPerson)).toBe(401);
    expect(await status(other)).toBe(200);
    const later = { iat: now() + 5, exp: now() + 500 };
    expect(await status(await sign({ sub: 'lost', client_id: 'lost', ...later }))).toBe(200);
  }, 40_000);

  it('reads a person fresh: posts, and whether they are still here', async () => {
    const student = campus.students[3] as string;
    const token = await sign({
      sub: student,
      client_id: 'portal',
      scope: 'affairs:leave:read directory:unit:read safety:pass:write',
    });
    expect((await ask(`Bearer ${token}`, '/door/leaves')).body).toEqual({
      school: false,
      unitIds: [],
      personId: student,
    });
    expect(await status(token)).toBe(403);
    await sqlRun(sql`UPDATE directory.person SET active = false WHERE id = ${student}`);
    expect(await status(token, '/door/leaves')).toBe(401);
    await sqlRun(sql`UPDATE directory.person SET active = true WHERE id = ${student}`);
    expect(await status(await sign({ sub: randomUUID(), client_id: 'portal' }))).toBe(401);
    expect(await status(await sign({ sub: 'not-a-person', client_id: 'portal' }))).toBe(401);
  });

  it('tells apart who asks at once', async () => {
    const scope = 'affairs:leave:read';
    const tokenOf = (sub: string) => sign({ sub, client_id: 'portal', scope });
    const counselor = campus.staff.counselorCs;
    const [gone, unknown] = [campus.students[5] as string, randomUUID()];
    const subs = [...campus.students.slice(0, 5), counselor, gone, unknown, 'not-a-person'];
    await sqlRun(sql`UPDATE directory.person SET active = false WHERE id = ${gone}`);
    const tokens = await Promise.all([...subs, ...subs].map(tokenOf));
    const answers = await Promise.all(tokens.map((token) => ask(`Bearer ${token}`, '/door/leaves')));
    const expected = subs.map((sub) => {
      if (sub === counselor)
        return { status: 200, body: { school: false, unitIds: [expect.any(String), expect.any(String)] } };
      if (!campus.students.slice(0, 5).includes(sub)) return { status: 401, body: expect.anything() };
      return { status: 200, body: { school: false, unitIds: [], personId: sub } };
    });
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([...expected, ...expected]);
    await sqlRun(sql`UPDATE directory.person SET active = true WHERE id = ${gone}`);
  });

  it('looks up those who ask meanwhile together', async () => {
    const tokens = await Promise.all(
      campus.students.slice(0, 6).map((sub) => sign({ sub, client_id: 'portal', scope: 'affairs:leave:read' })),
    );
    // Warm: nobody waits for keys or revocations below.
    await ask(`Bearer ${tokens[0]!}`, '/door/leaves');
    const waiting = async (): Promise<number> => {
      const [row] = await sqlRun(
        sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return (row as { n: number }).n;
    };
    const answers = await app.get(Database).transaction(null, async (tx) => {
      await query(tx, sql`LOCK TABLE directory.person IN ACCESS EXCLUSIVE MODE`);
      const all = Promise.all(tokens.map((token) => ask(`Bearer ${token}`, '/door/leaves')));
      await eventually(async () => expect(await waiting()).toBeGreaterThan(0));
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await waiting()).toBe(1);
      return { all };
    });
    expect((await answers.all).map(({ status }) => status)).toEqual(Array<number>(6).fill(200));
  });

  it('names each route without a guard at boot', async () => {
    expect(() => assertRoutesGuarded(app)).not.toThrow();
    const { url, drop: dropOther } = await cloneDatabase();
    const holed = await start(Unguarded, url, foreignUrl);
    try {
      expect(() => assertRoutesGuarded(holed)).toThrow(/Forgotten\.hole\. Put @Require/);
      expect((await ask(undefined, '/forgotten', holed)).status).toBe(403);
    } finally {
      await holed.close();
      await dropOther();
    }
  });

  it('answers 503, not 401, when the keys cannot be fetched', async () => {
    const { url, drop: dropOther } = await cloneDatabase();
    const lost = await start(Guarded, url, 'http://127.0.0.1:1/jwks');
    try {
      expect((await ask(`Bearer ${await sign()}`, '/door', lost)).status).toBe(503);
    } finally {
      await lost.close();
      await dropOther();
    }
  });
});

/** Signs a payload byte by byte as it is. */
async function signRaw(header: object, payload: string, by: Key): Promise<string> {
  const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, by as never, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
