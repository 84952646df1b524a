import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import supertest from 'supertest';
import { Readiness } from '#http';
import { eventually } from '#testing';
import { type Fixture, startFixture } from './fixture.js';

const PATH = '/safety/v1/notes';
let fixture: Fixture;
const logged: { level: string; msg: string; err?: { sqlState?: string } }[] = [];
const agent = () => supertest(fixture.url);

beforeAll(async () => {
  fixture = await startFixture({ logLevel: 'error' }, { write: (line) => logged.push(JSON.parse(line)) });
});
afterAll(() => fixture?.close());

/** Writes bytes to a socket and answers everything that comes back until it closes. */
function exchange(bytes: string, keepWriting?: (write: (chunk: string) => boolean) => void): Promise<string> {
  return new Promise((resolve) => {
    const { port } = new URL(fixture.url);
    let answer = '';
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(bytes);
      keepWriting?.((chunk) => !socket.destroyed && socket.write(chunk));
    });
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

describe('problems', () => {
  it('answers an unknown path as problem+json in the preferred language', async () => {
    const zh = await agent().get('/nowhere/v1?secret=1').expect(404);
    expect(zh.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(zh.headers['content-language']).toBe('zh');
    expect(zh.body).toMatchObject({
      type: 'http://yizhan.test/docs/problems#http/not-found',
      status: 404,
      title: '未找到',
      instance: '/nowhere/v1',
      what: 'route',
      code: 'http/not-found',
      traceId: zh.headers['x-request-id'],
    });
    const en = await agent().get('/nowhere').set('Accept-Language', 'fr, zh;q=0.2, en;q=0.8').expect(404);
    expect(en.body.title).toBe('Not found');
    expect(en.headers['content-language']).toBe('en');
  });

  it('answers a known path with another method 405 and Allow; unknown methods 405 or 501 (http-3)', async () => {
    const put = await agent().put(PATH).send({}).expect(405);
    expect(put.headers['allow']).toBe('GET, HEAD, POST');
    expect(put.body.code).toBe('http/method-not-allowed');
    // A word of an address is not the id of its neighbour: GET /notes/:id is there, GET /notes/echo is not.
    const neighbour = await agent().get(`${PATH}/echo?x=1`).expect(405);
    expect(neighbour.headers['allow']).toBe('POST');
    const overridden = await agent()
      .post(`${PATH}/echo`)
      .set('X-HTTP-Method-Override', 'DELETE')
      .send({ title: 'a', weight: 1 });
    expect(overridden.status).toBe(200);
    expect(await exchange(`TRACE ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 405 /);
    expect(await exchange(`TRACE /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 501 /);
    expect(await exchange(`QUERY ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 405 [^]*\r\nallow: GET, HEAD, POST\r\n/i,
    );
    expect(await exchange(`FROB / HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1.1 501 /);
  });

  it('fills placeholders, rolls back, and lists a problem of a use case', async () => {
    const answer = await agent()
      .post(PATH)
      .set('Accept-Language', 'en')
      .send({ title: 'locked', weight: 1 })
      .expect(409);
    expect(answer.body).toMatchObject({
      detail: 'The note is locked for another 5 minutes',
      title: 'The note is locked for another … minutes',
    });
  });

  it.each([
    ['code', 500],
    ['22P02', 400],
    ['23502', 500],
    ['42P01', 500],
    ['57014', 503],
    ['53300', 503],
    ['40001', 503],
  ])('never shows what broke: %s → %i', async (how, status) => {
    const answer = await agent().get(`${PATH}/broken/${how}`).expect(status);
    expect(answer.text).not.toMatch(/canary|pg|typeorm|src|select|stack|fixture/i);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    if (status === 503) expect(answer.headers['retry-after']).toBe('3');
  });

  it('answers a unique violation 409', async () => {
    await agent().post(PATH).send({ title: 'unique-1', weight: 1 }).expect(201);
    const second = await agent().post(PATH).send({ title: 'unique-1', weight: 1 }).expect(409);
    expect(second.body.code).toBe('http/conflict');
    expect(second.text).not.toContain('unique-1');
  });

  it('logs what only the database met, without its values', async () => {
    logged.length = 0;
    await agent().get(`${PATH}/broken/22P02`).expect(400);
    await agent().post(PATH).send({ title: 'unique-2', weight: 1 }).expect(201);
    expect(logged).toHaveLength(1);
    await agent().post(PATH).send({ title: 'unique-2', weight: 1 }).expect(409);
    expect(logged.map(({ level, err }) => [level, err?.sqlState])).toEqual([
      ['error', '22P02'],
      ['error', '23505'],
    ]);
    expect(JSON.stringify(logged)).not.toMatch(/canary|unique-2/);
  });
});

describe('headers that are there twice', () => {
  it.each(['Authorization', 'Host', 'Idempotency-Key'])('refuses %s', async (name) => {
    const twice = `${name}: a\r\n${name}: b\r\n`;
    const host = name === 'Host' ? '' : 'Host: x\r\n';
    const answer = await exchange(`GET ${PATH} HTTP/1.1\r\n${host}${twice}Connection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain(`"pointer":"${name}"`);
  });
});

describe('limits', () => {
  it('refuses a body of 1 MB + 1 B and an endless chunked one (http-1)', async () => {
    const body = (bytes: number) => `{"title":"${'a'.repeat(bytes - 12)}"}`;
    expect((await agent().post(`${PATH}/echo`).type('json').send(body(1_048_577))).status).toBe(413);
    expect((await agent().post(`${PATH}/echo`).type('json').send(body(1_048_576))).status).toBe(400);
    const head = `POST ${PATH}/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const answer = await exchange(head, (write) => {
      for (let i = 0; i < 40; i++) write(chunk);
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('takes a bigger body where the route says so', async () => {
    const body = { a: 'x'.repeat(2 * 1_048_576) };
    expect((await agent().post(`${PATH}/big`).send(body)).status).toBe(200);
    expect(
      (
        await agent()
          .post(`${PATH}/big`)
          .send({ a: 'x'.repeat(3 * 1_048_576) })
      ).status,
    ).toBe(413);
  });

  it('refuses other media types and long addresses', async () => {
    expect((await agent().post(`${PATH}/echo`).type('form').send('a=1')).status).toBe(415);
    expect((await agent().post(`${PATH}/echo`).type('text/plain').send('a')).status).toBe(415);
    expect((await agent().get(`${PATH}?a=${'x'.repeat(9_000)}`)).status).toBe(414);
    expect((await agent().get(`${PATH}?a=${'x'.repeat(20_000)}`)).status).toBe(414);
    expect((await agent().get('/%zz')).status).toBe(400);
  });

  it('cuts slow headers and a slow body within 15 s (http-2)', async () => {
    const from = Date.now();
    const drip = (write: (chunk: string) => boolean) => {
      const timer = setInterval(() => write('a') || clearInterval(timer), 1_000);
      timer.unref();
    };
    const head = `POST ${PATH}/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"`;
    const answers = await Promise.all([exchange(head, drip), exchange('GET / HTTP/1.1\r\nHost: x\r\nX-A: ', drip)]);
    expect(Date.now() - from).toBeLessThan(15_500);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('ignores Host and X-Forwarded-* (http-7) and a foreign Origin', async () => {
    const answer = await agent()
      .post(PATH)
      .set({ Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-For': '6.6.6.6', Origin: 'null' })
      .send({ title: 'host', weight: 1 })
      .expect(201);
    expect(JSON.stringify(answer.headers)).not.toContain('evil');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const page = await agent().get(`${PATH}?limit=1`).set('Host', 'evil.example').expect(200);
    expect(JSON.stringify(page.headers)).not.toContain('evil');
  });

  it('sends the security headers with every answer, and keeps a harmless request id', async () => {
    for (const path of ['/health/live', '/nowhere', '/%zz', `${PATH}?limit=0`]) {
      const { headers } = await agent().get(path).set('X-Request-Id', 'gateway-12345');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-request-id': 'gateway-12345',
      });
      expect(headers['x-powered-by'] ?? headers['server']).toBeUndefined();
    }
    for (const id of ['short', 'has space in it', 'a'.repeat(65), '<script>alert</script>']) {
      expect((await agent().get('/health/live').set('X-Request-Id', id)).headers['x-request-id']).toMatch(
        /^[0-9a-f-]{36}$/,
      );
    }
  });

  it('counts requests per client, and per address without one', async () => {
    const strict = await startFixture({ rateLimitPerMinute: 3 });
    try {
      const get = (app: string) => supertest(strict.url).get(`${PATH}?limit=1`).set('X-Test-App', app);
      const first = await get('one').expect(200);
      expect(first.headers['ratelimit-policy']).toBe('"app";q=3;w=60');
      expect(first.headers['ratelimit']).toMatch(/^"app";r=2;t=\d+$/);
      await get('one').expect(200);
      await get('one').expect(200);
      const refused = await get('one').expect(429);
      expect(refused.body.code).toBe('http/too-many-requests');
      expect(refused.headers['ratelimit']).toBe(`"app";r=0;t=${refused.headers['retry-after']}`);
      await get('two').expect(200);
      for (const spoofed of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) {
        await supertest(strict.url).get('/nowhere').set('X-Forwarded-For', spoofed).expect(404);
      }
      await supertest(strict.url).get('/nowhere').set('X-Forwarded-For', '4.4.4.4').expect(429);
    } finally {
      await strict.close();
    }
  });

  it('refuses a form that is damaged, or has more than the one file', async () => {
    const send = (type: string, body: string) => agent().post(`${PATH}/file`).set('Content-Type', type).send(body);
    const part = (name: string, file = true) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"${file ? '; filename="a.csv"' : ''}\r\n\r\nx\r\n`;
    const form = 'multipart/form-data; boundary=b';
    const errors = async (type: string, body: string) => (await send(type, body).expect(400)).body.errors;
    expect(await errors('multipart/form-data', `${part('file')}--b--\r\n`)).toMatchObject([{ pointer: '#' }]);
    expect(await errors(form, part('file'))).toMatchObject([{ pointer: '#' }]);
    expect(await errors(form, `${part('file')}${part('file')}--b--\r\n`)).toMatchObject([{ pointer: '#/file' }]);
    expect(await errors(form, `${part('other')}--b--\r\n`)).toMatchObject([{ pointer: '#/other' }]);
    expect(await errors(form, `${part('file')}${part('dryRun', false)}--b--\r\n`)).toMatchObject([
      { pointer: '#/dryRun' },
    ]);
    await send(form, `${part('file')}--b--\r\n`).expect(200);
  });

  it('streams one uploaded file to disk', async () => {
    const answer = await agent()
      .post(`${PATH}/file`)
      .attach('file', Buffer.from('学号,姓名\n'), 'rösti.csv')
      .expect(200);
    expect(answer.body).toMatchObject({ bytes: 14, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await agent().post(`${PATH}/file`).send({})).status).toBe(415);
    expect((await agent().post(`${PATH}/file`).field('a', 'b')).status).toBe(400);
    const big = await agent().post(`${PATH}/file`).attach('file', Buffer.alloc(2_000_000, 'a'), 'big.csv');
    expect(big.body).toMatchObject({ bytes: 2_000_000 });
  });
});

describe('overload', () => {
  it('answers 503 at once beyond what may be under way, goes on with what is, and takes requests again', async () => {
    const small = await startFixture({ maxRequests: 2 });
    try {
      const caller = supertest(small.url);
      const slow = ['a', 'b'].map(() =>
        caller
          .post(PATH)
          .send({ title: 'slow', weight: 1 })
          .then((answer) => answer),
      );
      await eventually(async () => {
        const refused = await caller.post(PATH).send({ title: 'one too many', weight: 1 });
        expect([refused.status, refused.body.code]).toEqual([503, 'http/overloaded']);
        expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      });
      await caller.get('/health/live').expect(200);
      expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([201, 201]);
      await eventually(() => caller.get(PATH).expect(200));
    } finally {
      await small.close();
    }
  });
});

describe('closing', () => {
  it('does not wait for a connection on which nothing was asked', async () => {
    const closing = await startFixture();
    const { port } = new URL(closing.url);
    const early = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    const gone = new Promise((resolve) => early.on('close', resolve));
    // The connection is there before this one is answered.
    await supertest(closing.url).get('/health/live').expect(200);
    await closing.close();
    await gone;
  }, 20_000);
});

describe('operations', () => {
  it('answers metrics to this machine only', async () => {
    const answer = await agent().get('/metrics').expect(200);
    expect(answer.text).toContain('http_request_duration_seconds_bucket');
    expect(answer.text).toContain(`route="${PATH}"`);
    await agent().get('/metrics').set('X-Forwarded-For', '10.0.0.1').expect(404);
  });

  it('answers 503 within the wait when the pool is exhausted, and works again after (infra-1)', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const holders = Array.from({ length: 10 }, () => fixture.database.transaction(null, () => gate));
    try {
      const from = Date.now();
      const [answer, health] = await Promise.all([agent().get(PATH), agent().get('/health/ready')]);
      expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'http/unavailable', '3']);
      expect([health.status, health.body.checks.database]).toEqual([503, { status: 'down' }]);
      expect(Date.now() - from).toBeLessThan(4_000);
    } finally {
      release();
      await Promise.all(holders);
    }
    await agent().get(PATH).expect(200);
    await agent().get('/health/ready').expect(200);
  });

  it('is ready until it drains', async () => {
    expect((await agent().get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
    expect((await agent().get('/health/ready').expect(200)).body).toMatchObject({
      status: 'ok',
      checks: { database: { status: 'up' } },
    });
    const readiness = fixture.app.get(Readiness);
    readiness.add('relay', () => Promise.reject(new Error('secret reason')));
    const down = await agent().get('/health/ready').expect(503);
    expect(down.body.checks.relay).toEqual({ status: 'down' });
    expect(down.text).not.toContain('secret');
    readiness.add('relay', async () => ({ lagSeconds: 1 }));
    expect((await agent().get('/health/ready').expect(200)).body.checks.relay).toMatchObject({
      status: 'up',
      lagSeconds: 1,
    });
    readiness.drain();
    expect((await agent().get('/health/ready').expect(503)).body.status).toBe('draining');
  });

  it('leaves raw requests with keep-alive usable', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      rawRequest(`${fixture.url}/health/live`, (response) => resolve(response.resume().statusCode!))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });
});
