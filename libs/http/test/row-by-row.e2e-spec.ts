import { query, sql, StaleVersionError, type Tx } from '#database';
import { rowByRow } from '#http';
import { TestApp } from '#testing';

describe('rows that are changed one by one', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.create([]);
    await test.query(sql`CREATE TABLE public.row_by_row (id text PRIMARY KEY, n int NOT NULL)`);
  });
  afterAll(() => test.close());

  const insert = (tx: Tx, id: string, n: number) =>
    query(tx, sql`INSERT INTO public.row_by_row (id, n) VALUES (${id}, ${n})`);
  const stored = () => test.query(sql`SELECT id, n FROM public.row_by_row ORDER BY n`);

  it('undoes what a row with a problem wrote, also one of the database, and keeps the others', async () => {
    const rows = ['a', 'b', 'a', 'c'].map((id) => ({ id }));
    const results = await test.database.transaction(null, (tx) =>
      rowByRow(tx, rows, async ({ id }, i) => {
        await insert(tx, id, i);
        if (id === 'b') throw new StaleVersionError();
        return { status: 'kept', version: i + 1 };
      }),
    );
    expect(results).toMatchObject([
      { id: 'a', status: 'kept', version: 1, problem: null },
      { id: 'b', status: null, version: null, problem: { code: 'http/stale', status: 412 } },
      { id: 'a', status: null, version: null, problem: { code: 'http/conflict', status: 409 } },
      { id: 'c', status: 'kept', version: 4, problem: null },
    ]);
    expect(await stored()).toEqual([
      { id: 'a', n: 0 },
      { id: 'c', n: 3 },
    ]);
  });

  it('fails as a whole where it is not a row that is wrong', async () => {
    const broken = test.database.transaction(null, (tx) =>
      rowByRow(tx, [{ id: 'd' }, { id: 'e' }], async ({ id }, i) => {
        await insert(tx, id, i + 10);
        if (id === 'e') throw new Error('nobody expected this');
        return { status: 'kept', version: 1 };
      }),
    );
    await expect(broken).rejects.toThrow('nobody expected this');
    expect(await stored()).toHaveLength(2);
  });
});
