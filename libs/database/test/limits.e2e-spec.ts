import { allowSeconds, queryOne, sql, type Tx } from '#database';
import { TestApp } from '#testing';

describe('how long a statement may take', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.create([]);
  });
  afterAll(() => test.close());

  const limits = (tx: Tx) =>
    queryOne<{ statement: string; lock: string }>(
      tx,
      sql`SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`,
    );
  const allowed = async (tx: Tx) => {
    await allowSeconds(tx, 60);
    return limits(tx);
  };

  it('is 10 s in a request, more where it asks for it, and anything in the background', async () => {
    const { database } = test;
    expect(await limits(database.connection)).toEqual({ statement: '10s', lock: '10s' });
    expect(await database.read(limits)).toEqual({ statement: '10s', lock: '10s' });
    expect(await database.transaction(null, limits)).toEqual({ statement: '10s', lock: '10s' });
    expect(await database.read(allowed)).toEqual({ statement: '1min', lock: '1min' });
    expect(await database.background(limits)).toEqual({ statement: '0', lock: '10s' });
    expect(await database.background(allowed)).toEqual({ statement: '0', lock: '1min' });
    expect(await limits(database.connection)).toEqual({ statement: '10s', lock: '10s' });
  });
});
