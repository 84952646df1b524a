import { sql } from '#database';
import { TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { integration } from '../src/integration.module.js';
import { freePort } from './connector-kit.js';

const ROOT = '/scim/v2/Users';

describe('SCIM among the sources of the roster', () => {
  let test: TestApp;
  beforeAll(async () => {
    const port = await freePort();
    test = await TestApp.create([directory, integration], { port, baseUrl: `http://127.0.0.1:${port}` });
  });
  afterAll(() => test?.close());

  it('tells apps of every change, by the id alone', async () => {
    const app = await test.client('integration:scim:manage', 'directory:staff:write');
    const user = (displayName: string): object => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      ...{ userName: 'T2026036', displayName },
    });
    const { id } = (await app.post(ROOT, user('王芳')).expect(201)).body as { id: string };
    await app.put(`${ROOT}/${id}`, user('王方')).expect(200);
    await app.put(`${ROOT}/${id}`, { ...user('王方'), userName: '' }).expect(400);
    await app.delete(`${ROOT}/${id}`).expect(204);
    const told = await test.query(
      sql`SELECT payload FROM events.event WHERE name = 'directory.staff-changed.v1' AND payload ->> 'personId' = ${id}`,
    );
    expect(told).toEqual(Array(3).fill({ payload: { personId: id } }));
  });

  it('keeps its name: no import and no connector of a roster has it', async () => {
    const imports = await test.client('directory:import:write');
    const sheet = imports
      .post('/directory/v1/imports/roster-sheet')
      .query({ source: 'scim' })
      .attach('file', Buffer.from('a'), 'a.csv');
    expect((await sheet.expect(400)).body).toMatchObject({
      code: 'directory/source-reserved',
      errors: [{ pointer: '?source' }],
    });
    const connectors = await test.client('integration:connector:write');
    const connector = await connectors.post('/integration/v1/connectors', { name: '人事', source: 'scim' }).expect(400);
    expect(connector.body).toMatchObject({ code: 'integration/connector-source-reserved' });
  });
});
