import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { clientOf, type ClientOptions, NoAnswer, Problem } from './index.js';

const OPERATIONS = {
  affairs: {
    getLeave: 'GET /affairs/v1/leaves/{id}',
    listLeaves: 'GET /affairs/v1/leaves',
    submitLeave: 'POST /affairs/v1/leaves',
    changeItem: 'PUT /affairs/v1/items/{id}',
    removeItem: 'DELETE /affairs/v1/items/{id}',
    submitByCode: 'POST /affairs/v1/anonymous-tickets open',
    uploadAffairsFile: 'POST /affairs/v1/files form',
    getAffairsFileContent: 'GET /affairs/v1/files/{id}/content',
    getAffairsJob: 'GET /affairs/v1/jobs/{id}',
  },
  directory: { searchPeople: 'POST /directory/v1/people/search' },
};

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
/** What the stand-in does with one request: an answer, or a connection that ends before or within it. */
type Deed = [status: number, body?: object, headers?: Record<string, string>] | 'drop' | 'half' | 'silent';

interface Rest {
  each(call?: object): AsyncIterable<{ id: string }>;
  table(type: 'csv' | 'xlsx'): Promise<Response>;
  ifChanged(version: number, call: object): Promise<unknown>;
}

/** A server that does as it is told, one deed for each request, and keeps what it was sent. */
class StandIn {
  seen: Seen[] = [];
  deeds: Deed[] = [];
  readonly paused: number[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<StandIn> {
    const server = createServer();
    const standIn = new StandIn(server);
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void standIn.answer(request, response),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The pauses between attempts are kept, not waited. */
  client(options: Partial<ClientOptions> = {}) {
    const wait = async (ms: number): Promise<void> => void this.paused.push(ms);
    return clientOf(OPERATIONS, { baseUrl: this.url, auth: 'token-1', wait, ...options }) as never as Record<
      'affairs' | 'directory',
      Record<string, ((call?: object) => Promise<unknown>) & Rest>
    >;
  }

  reset(...deeds: Deed[]): void {
    this.seen = [];
    this.paused.length = 0;
    this.deeds = deeds;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    this.seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    const deed = this.deeds.shift() ?? [200, { id: '1', version: 3 }];
    if (deed === 'silent') return;
    if (deed === 'drop') return void request.socket.destroy();
    if (deed === 'half') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":');
      return void setTimeout(() => request.socket.destroy(), 20);
    }
    const [status, body, more = {}] = deed;
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
      ...more,
    });
    response.end(body && JSON.stringify(body));
  }
}

const BUSY: Deed = [503, { code: 'http/unavailable' }, { 'retry-after': '7' }];
const MANY: Deed = [429, { code: 'http/too-many-requests' }, { 'retry-after': '2' }];
const path = { id: 'a b/c' };

let server: StandIn;
beforeAll(async () => {
  server = await StandIn.start();
});
afterAll(() => server.stop());

const keys = (): unknown[] => server.seen.map(({ headers }) => headers['idempotency-key']);

describe('a call', () => {
  it('sends path, query, body and what headers say', async () => {
    server.reset();
    const { affairs } = server.client({ language: 'zh' });
    await affairs['listLeaves']!({ query: { status: ['a', 'b'], from: new Date(0), to: undefined, limit: 2 } });
    await affairs['changeItem']!({ path, ifMatch: 3, reason: '危机', body: { a: 1 } });
    await affairs['uploadAffairsFile']!({ body: { file: new File(['x'], 'x.pdf') } });
    const [list, change, upload] = server.seen;
    expect(list!.url).toBe('/affairs/v1/leaves?status=a&status=b&from=1970-01-01T00%3A00%3A00.000Z&limit=2');
    expect(list!.headers).toMatchObject({ authorization: 'Bearer token-1', 'accept-language': 'zh' });
    expect(list!.headers['idempotency-key']).toBeUndefined();
    expect(change!.url).toBe('/affairs/v1/items/a%20b%2Fc');
    expect(change!.headers).toMatchObject({ 'if-match': '"3"', 'access-reason': encodeURIComponent('危机') });
    expect(change!.body).toBe('{"a":1}');
    expect(upload!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(upload!.body).toContain('filename="x.pdf"');
  });

  it('does not leave the path of its operation', async () => {
    server.reset();
    const { affairs } = server.client();
    await expect(affairs['getLeave']!({ path: {} })).rejects.toThrow('path.id is missing');
    await expect(affairs['getLeave']!({ path: { id: '' } })).rejects.toThrow('path.id is missing');
    await expect(affairs['getLeave']!({ path: { id: '..' } })).rejects.toThrow('path.id is no name');
    expect(server.seen).toEqual([]);
  });

  it('answers undefined for 204 and 304, JSON, or the response of a file', async () => {
    server.reset([204], [304], [200, { id: '1' }], [200, { not: 'parsed' }, { 'content-type': 'text/csv' }]);
    const { affairs } = server.client();
    expect(await affairs['removeItem']!({ path })).toBeUndefined();
    expect(await affairs['getLeave']!.ifChanged(3, { path })).toBeUndefined();
    expect(server.seen[1]!.headers['if-none-match']).toBe('"3"');
    expect(await affairs['getLeave']!({ path })).toEqual({ id: '1' });
    expect(await (await affairs['listLeaves']!.table('csv')).text()).toContain('not');
  });

  it('throws what the problem says', async () => {
    const errors = [{ pointer: '#/reason', detail: 'is required' }];
    server.reset(
      [400, { code: 'http/invalid', title: 'T', detail: 'D', traceId: 't', errors }],
      [403, { permission: 'p' }],
    );
    const { affairs } = server.client();
    const refused = await affairs['submitLeave']!({ body: {} }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({
      status: 400,
      code: 'http/invalid',
      title: 'T',
      detail: 'D',
      traceId: 't',
      errors,
      attempts: 1,
    });
    await expect(affairs['getLeave']!({ path })).rejects.toMatchObject({ code: 'http/403', permission: 'p' });
    expect(server.seen).toHaveLength(2);
  });

  it('goes through the pages of a list, and of a search, whose cursor is in the body', async () => {
    const pages: Deed[] = [
      [200, { data: [{ id: '1' }, { id: '2' }], nextCursor: 'c' }],
      [200, { data: [{ id: '3' }], nextCursor: null }],
    ];
    const { affairs, directory } = server.client();
    for (const [method, call] of [
      [affairs['listLeaves']!, { query: { limit: 2 } }],
      [directory['searchPeople']!, { body: { numbers: ['1'] }, key: 'k' }],
    ] as const) {
      server.reset(...pages);
      const ids: string[] = [];
      for await (const { id } of method.each(call)) ids.push(id);
      expect(ids).toEqual(['1', '2', '3']);
      expect(server.seen).toHaveLength(2);
    }
    expect(JSON.parse(server.seen[1]!.body)).toEqual({ numbers: ['1'], cursor: 'c' });
    expect(keys()[0]).toBe('"k"');
    expect(keys()[1]).not.toBe('"k"');
  });

  it('waits for a job, telling of its progress, and throws when it failed or was cancelled', async () => {
    const job = (status: string): Deed => [200, { id: 'j', status, errors: '/affairs/v1/jobs/j/errors' }];
    server.reset(job('queued'), job('running'), job('succeeded'), job('failed'), job('cancelled'));
    const { affairs } = server.client() as never as {
      affairs: { wait(job: object, options?: object): Promise<unknown> };
    };
    const told: string[] = [];
    const onProgress = ({ status }: { status: string }): unknown => told.push(status);
    expect(await affairs.wait({ id: 'j' }, { onProgress })).toMatchObject({ status: 'succeeded' });
    expect(told).toEqual(['queued', 'running', 'succeeded']);
    expect(server.paused).toEqual([500, 750]);
    await expect(affairs.wait({ id: 'j' })).rejects.toThrow(
      'job j failed; its errors are at /affairs/v1/jobs/j/errors',
    );
    await expect(affairs.wait({ id: 'j' })).rejects.toThrow('job j was cancelled');
  });
});

describe('trying again', () => {
  it.each([
    ['GET', 'getLeave'],
    ['PUT', 'changeItem'],
    ['DELETE', 'removeItem'],
    ['POST with a key', 'submitLeave'],
    ['POST of a file', 'uploadAffairsFile'],
  ])('%s: as long as Retry-After says, with the same key and body, four times in all', async (_, name) => {
    const { affairs } = server.client();
    const body = name === 'uploadAffairsFile' ? { file: new Blob(['content']) } : { reason: 'r' };
    const call = name === 'getLeave' ? { path } : { path, body };
    server.reset(BUSY, MANY, 'drop');
    await expect(affairs[name]!(call)).resolves.toEqual({ id: '1', version: 3 });
    expect(server.seen).toHaveLength(4);
    expect(server.paused.slice(0, 2)).toEqual([7000, 2000]);
    expect(server.paused[2]).toBeGreaterThanOrEqual(2000);
    expect(new Set(keys()).size).toBe(1);
    expect(typeof keys()[0]).toBe(name === 'submitLeave' || name === 'uploadAffairsFile' ? 'string' : 'undefined');
    if (name !== 'uploadAffairsFile') expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
    else expect(server.seen.every(({ body }) => body.includes('content'))).toBe(true);

    server.reset(BUSY, BUSY, BUSY, BUSY, BUSY);
    await expect(affairs[name]!(call)).rejects.toMatchObject({ status: 503, attempts: 4, retryAfter: 7 });
    expect(server.seen).toHaveLength(4);
  });

  it('a POST without a key is never sent twice, nor is one to what is open to everybody', async () => {
    const { affairs } = server.client();
    for (const deed of [BUSY, MANY, 'drop', 'half'] as const) {
      for (const [name, call] of [
        ['submitLeave', { key: null }],
        ['submitByCode', {}],
      ] as const) {
        server.reset(deed);
        const error = await affairs[name]!({ ...call, body: {} }).catch((failed: unknown) => failed);
        expect(error).toBeInstanceOf(typeof deed === 'string' ? NoAnswer : Problem);
        expect(server.seen).toHaveLength(1);
        expect(keys()).toEqual([undefined]);
      }
    }
    expect(server.seen[0]!.headers.authorization).toBeUndefined();
  });

  it('each call has a key of its own', async () => {
    server.reset();
    const { affairs } = server.client();
    for (const call of [{}, {}, { key: 'mine' }]) await affairs['submitLeave']!({ ...call, body: {} });
    expect(new Set(keys()).size).toBe(3);
    expect(keys()[2]).toBe('"mine"');
  });

  it('an answer that breaks off is none, and neither is one that takes too long', async () => {
    const { affairs } = server.client({ timeout: 0.2 });
    server.reset('half', 'silent');
    await expect(affairs['submitLeave']!({ body: {} })).resolves.toEqual({ id: '1', version: 3 });
    expect(server.seen).toHaveLength(3);
    expect(new Set(keys()).size).toBe(1);
    server.reset('silent');
    await expect(server.client({ timeout: 0.1, attempts: 1 }).affairs['getLeave']!({ path })).rejects.toThrow(
      'no answer after 1 attempt: no answer in 0.1 s',
    );
  });

  it('not what another attempt would not change', async () => {
    const { affairs } = server.client();
    for (const status of [400, 404, 409, 412, 422, 428, 500]) {
      server.reset([status, {}]);
      await expect(affairs['getLeave']!({ path })).rejects.toMatchObject({ status, attempts: 1 });
      expect(server.seen).toHaveLength(1);
    }
  });

  it('a 409 that says when: the first request with the key is still at work', async () => {
    server.reset('drop', [409, { code: 'http/idempotency-in-progress' }, { 'retry-after': '1' }]);
    await expect(server.client().affairs['submitLeave']!({ body: {} })).resolves.toMatchObject({ id: '1' });
    expect(server.seen).toHaveLength(3);
    expect(server.paused[1]).toBe(1000);
  });

  it('Retry-After may be a date, by the clock of the server; one that is far off is thrown', async () => {
    const date = { date: 'Wed, 02 Dec 2026 08:00:00 GMT', 'retry-after': 'Wed, 02 Dec 2026 08:00:09 GMT' };
    server.reset([503, {}, date]);
    await server.client().affairs['getLeave']!({ path });
    expect(server.paused).toEqual([9000]);
    server.reset([503, {}, { 'retry-after': '61' }]);
    await expect(server.client().affairs['getLeave']!({ path })).rejects.toMatchObject({ retryAfter: 61, attempts: 1 });
    expect(server.seen).toHaveLength(1);
  });

  it('ends when the caller gives up', async () => {
    server.reset(BUSY);
    const stop = new AbortController();
    const { affairs } = server.client({ wait: async () => stop.abort(new Error('enough')) });
    await expect(affairs['getLeave']!({ path, signal: stop.signal })).rejects.toThrow('enough');
    expect(server.seen).toHaveLength(1);
  });
});
