import { mock } from 'node:test';
import { sql } from '#database';
import { TestApp } from '#testing';
import { Origins } from '../origins.js';

describe('the origins of the apps in browsers', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.create([]);
  });
  afterAll(() => test.close());
  afterEach(() => mock.restoreAll());

  it('are asked for again ten seconds after they could not be read, not at every request', async () => {
    const origin = 'https://app.example.edu.cn';
    const origins = new Origins(test.database);
    await test.query(sql`ALTER VIEW directory.published_client_origin_v1 RENAME TO away`);
    expect(await origins.include(origin)).toBe(false);

    await test.query(
      sql`CREATE VIEW directory.published_client_origin_v1 AS SELECT 'https://app.example.edu.cn' AS origin`,
    );
    expect(await origins.include(origin)).toBe(false);

    const now = performance.now();
    mock.method(performance, 'now', () => now + 10_001);
    expect(await origins.include(origin)).toBe(true);
  });
});
