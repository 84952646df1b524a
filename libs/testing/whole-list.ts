import assert from 'node:assert/strict';
import type { Client } from './app.js';

/** All rows of a list of up to 200; fails where `total`, or its pages of two rows, say something else. */
export async function wholeList<T extends object>(client: Client, path: string, filter = ''): Promise<T[]> {
  const get = async (more: string) =>
    (await client.get(`${path}?${filter}&${more}`).expect(200)).body as {
      data: T[];
      nextCursor: string | null;
      total?: number;
    };
  const { data, total } = await get('limit=200&total=true');
  assert.equal(total, data.length);
  const paged: T[] = [];
  for (let page = await get('limit=2'); ; page = await get(`limit=2&cursor=${page.nextCursor}`)) {
    assert.equal(page.total, undefined);
    paged.push(...page.data);
    if (!page.nextCursor) break;
  }
  assert.deepEqual(paged, data);
  return data;
}
