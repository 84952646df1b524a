import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { sql } from '#database';
import { drainEvents, eventually, fireTimers } from '#testing';
import { Certificates } from './certificates.js';
import { type Answer, ConnectorKit, ROOT, type Run } from './connector-kit.js';
import { OneRosterServer } from './oneroster-server.js';

describe('connectors that pull from a OneRoster service', () => {
  let kit: ConnectorKit;
  let source: OneRosterServer;
  beforeAll(async () => {
    kit = await ConnectorKit.start({ connectorTargets: ['127.0.0.0/8'] });
    source = await OneRosterServer.start();
  });
  afterAll(async () => {
    await kit?.stop();
    await source?.close();
  });

  const settings = (more: object = {}): object => ({
    ...{ oneRoster: '1.2', url: source.url, tokenUrl: `${source.url}/token`, clientId: 'yizhan', secret: 's/cret' },
    ...{ at: null, jitterMinutes: 0, ...more },
  });
  const setSource = async (id: string, more: object = {}) =>
    kit.it.put(`${ROOT}/${id}/source`, settings(more)).set('If-Match', await kit.versionOf(id));
  const people = (): Promise<unknown[]> =>
    kit.test.query(
      sql`SELECT p.number, p.name, p.sex, p.grade FROM directory.person p WHERE number LIKE '203200000_' AND active ORDER BY number`,
    );
  let id: string;

  it('keep the secret to themselves, and refuse addresses that are not allowed', async () => {
    ({ id } = await kit.make('pulls'));
    const { status, text } = await setSource(id);
    expect(status).toBe(200);
    expect(text).not.toContain('cret');
    const [{ sealed }] = (await kit.test.query<{ sealed: Buffer }>(
      sql`SELECT sealed_secret AS sealed FROM integration.connector WHERE id = ${id}`,
    )) as [{ sealed: Buffer }];
    expect(sealed.includes('s/cret')).toBe(false);
    for (const url of [
      'http://10.0.0.1',
      'http://169.254.169.254/x',
      'ftp://127.0.0.1',
      'http://a:b@127.0.0.1',
      'nowhere',
    ])
      expect((await setSource(id, { url })).body).toMatchObject({
        ...{ status: 422, code: 'integration/connector-source-refused', errors: [{ pointer: '#/url' }] },
      });
    // The secret of one address is not sent to another.
    const { body } = await setSource(id, { tokenUrl: `${source.url}/other`, secret: undefined });
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '#/secret' }] });
    expect((await setSource(id, { secret: undefined })).status).toBe(200);
  });

  it('go on where a source has died, and take nothing over before all of it is there', async () => {
    source.dieAt = 6;
    const { body } = await kit.it.post(`${ROOT}/${id}/pulls`).expect(202);
    await eventually(() => expect(source.asked.length).toBeGreaterThanOrEqual(6));
    expect(await people()).toEqual([]);
    await drainEvents(kit.test);
    const run = await kit.ended(id, (body as Run).id);
    expect(run.problems).toEqual([]);
    expect(run).toMatchObject({ state: 'applied', counts: { people: { create: 5, change: 0, close: 0 } } });
    // The last object of a page comes once more, with the next.
    expect(source.asked).toEqual([
      ...['orgs 0', 'academicSessions 0', 'courses 0', 'classes 0', 'users 0', 'users 2', 'users 2'],
      ...['enrollments 0', 'enrollments 2', 'demographics 0', 'demographics 2'],
    ]);
    expect(await people()).toHaveLength(5);
    expect((await people())[0]).toEqual({ number: '2032000001', name: '周云1', sex: '2', grade: '2032' });
    expect(await kit.test.query(sql`SELECT FROM integration.connector_page`)).toEqual([]);
  });

  it('ask until nothing comes where a source does not say how much there is; nothing new is nothing to do', async () => {
    Object.assign(source, { total: false, dieAt: 0 });
    source.asked.length = 0;
    const { body } = await kit.it.post(`${ROOT}/${id}/pulls`).expect(202);
    await drainEvents(kit.test);
    const run = await kit.ended(id, (body as Run).id);
    expect(run.state).toBe('applied');
    for (const count of Object.values(run.counts!)) expect(count).toEqual({ create: 0, change: 0, close: 0 });
    expect(source.asked).toContain('users 4');
  });

  const pulled = async (): Promise<Run> => {
    source.asked.length = 0;
    const { body } = await kit.it.post(`${ROOT}/${id}/pulls`).expect(202);
    await drainEvents(kit.test);
    return kit.ended(id, (body as Run).id);
  };

  it('read anew what changes while it is read, so that nobody falls between two pages', async () => {
    Object.assign(source, { total: true, dieAt: 0 });
    // Whoever is before the page goes while it is asked for, and is back later.
    source.before = (asked) => {
      if (asked === 'users 2' && source.asked.filter((one) => one === asked).length === 1) source.without.add('s1');
      if (asked === 'users 0') source.without.clear();
    };
    const run = await pulled();
    source.before = undefined;
    expect(source.asked.filter((asked) => asked.startsWith('users'))).toEqual([
      ...['users 0', 'users 2'],
      ...['users 0', 'users 2'],
    ]);
    expect(run).toMatchObject({ state: 'applied', rows: 22, problems: [] });
    for (const count of Object.values(run.counts!)) expect(count).toEqual({ create: 0, change: 0, close: 0 });
  });

  it('end where a source gives the same page for ever', async () => {
    Object.assign(source, { stuck: true, total: false });
    const run = await pulled();
    Object.assign(source, { stuck: false, total: true });
    expect(run).toMatchObject({
      state: 'failed',
      problems: [{ en: expect.stringContaining('does not page by offset') }],
    });
    expect(source.asked.length).toBeLessThan(20);
    expect(await people()).toHaveLength(5);
  });

  it.each([
    ['refuses to let it in', 401, '{}', 'check client id and secret'],
    ['has no such address', 404, '{}', 'no such address'],
    ['sends a page to sign in at', 200, '<html>统一身份认证 周云1</html>', 'no JSON'],
  ])('say at once what to do where a source %s', async (_, status, body, words) => {
    source.instead = { status, body };
    const run = await pulled();
    source.instead = undefined;
    expect(run).toMatchObject({ state: 'failed', rows: 0, problems: [{ en: expect.stringContaining(words) }] });
    expect(JSON.stringify(run)).not.toMatch(/周云|s\/cret/);
  });

  it('say whose authority is to be named where the certificate of a source is of the school’s own', async () => {
    const certificates = new Certificates();
    certificates.authority('school');
    const { cert, key } = certificates.server('school', 'IP:127.0.0.1');
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await setSource(id, { url, tokenUrl: `${url}/token` })).status).toBe(200);
    const run = await pulled();
    server.close();
    rmSync(certificates.folder, { recursive: true });
    expect(run).toMatchObject({ state: 'failed', problems: [{ zh: expect.stringContaining('NODE_EXTRA_CA_CERTS') }] });
    expect((await setSource(id)).status).toBe(200);
  });

  it('ask again where a source is away, and say so meanwhile', async () => {
    source.instead = { status: 503, body: '' };
    const { body } = await kit.it.post(`${ROOT}/${id}/pulls`).expect(202);
    const path = `${ROOT}/${id}/runs/${(body as Run).id}`;
    await eventually(async () =>
      expect((await kit.it.get(path).expect(200)).body).toMatchObject({
        ...{ state: 'pulling', problems: [{ zh: expect.stringContaining('正在重试') }] },
      }),
    );
    source.instead = undefined;
    await drainEvents(kit.test);
    expect(await kit.ended(id, (body as Run).id)).toMatchObject({ state: 'applied', problems: [] });
  });

  it('are held where the source is short of people', async () => {
    Object.assign(source, { total: true, students: 0 });
    const { body } = await kit.it.post(`${ROOT}/${id}/pulls`).expect(202);
    await drainEvents(kit.test);
    const held = await kit.ended(id, (body as Run).id);
    expect(held.state).toBe('held');
    expect(await people()).toHaveLength(5);
    await kit.it.post(`${ROOT}/${id}/runs/${held.id}/discard`).set('If-Match', `"${held.version}"`).expect(200);
    source.students = 5;
  });

  it('are pulled each day at their time and once for days that were missed, but not while they are paused', async () => {
    const timer = async (): Promise<Date | undefined> =>
      (
        await kit.test.query<{ at: Date }>(
          sql`SELECT due_at AS at FROM events.timer WHERE key = ${`integration.connector-pull ${id}`}`,
        )
      )[0]?.at;
    kit.test.clock.set('2026-12-07T10:00:00+08:00');
    expect((await setSource(id, { at: '02:10', jitterMinutes: 20, secret: undefined })).status).toBe(200);
    const due = (await timer())!.getTime();
    const first = Date.parse('2026-12-08T02:10:00+08:00');
    expect(due).toBeGreaterThanOrEqual(first);
    expect(due).toBeLessThanOrEqual(first + 20 * 60_000);
    const runs = async (): Promise<number> =>
      (await kit.test.query(sql`SELECT FROM integration.connector_run WHERE connector_id = ${id}`)).length;
    const before = await runs();
    // Nobody was there for three days.
    kit.test.clock.set('2026-12-10T09:00:00+08:00');
    await fireTimers(kit.test);
    expect(await runs()).toBe(before + 1);
    const { body } = await kit.it.get(`${ROOT}/${id}/runs?limit=1`).expect(200);
    const [run] = (body as { data: Answer[] }).data;
    expect(run).toMatchObject({ requestedBy: { kind: 'system', id: 'integration' } });
    expect(await kit.ended(id, run!.id)).toMatchObject({ state: 'applied' });
    expect((await timer())!.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-12-11T02:10:00+08:00'));
    await kit.it
      .post(`${ROOT}/${id}/pause`)
      .set('If-Match', await kit.versionOf(id))
      .expect(200);
    expect(await timer()).toBeUndefined();
  });
});
