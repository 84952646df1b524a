import { connect, Database, forget, onceIn, type Tx } from '#database';
import { cloneDatabase } from '#testing';

describe('what is asked once in a transaction', () => {
  let database: Database;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const clone = await cloneDatabase();
    drop = clone.drop;
    database = new Database(await connect({ url: clone.url, entities: [], poolSize: 3, applicationName: 'test' }));
  });
  afterAll(async () => {
    await database?.dataSource.destroy();
    await drop?.();
  });

  let asked = 0;
  beforeEach(() => (asked = 0));
  const ask = (tx: Tx, key = 'one'): Promise<number> => onceIn(tx, key, () => Promise.resolve(++asked));

  it('has one answer for each key, also when it is asked at the same time', async () => {
    const answers = await database.transaction(null, async (tx) => [
      ...(await Promise.all([ask(tx), ask(tx), ask(tx, 'two')])),
      await ask(tx),
    ]);
    expect(answers).toEqual([1, 1, 2, 1]);
    const read = await database.read(async (tx) => [await ask(tx), await ask(tx)]);
    expect(read).toEqual([3, 3]);
  });

  it('is asked anew in another transaction, after a write that says so, and each time where there is none', async () => {
    const changed = await database.transaction(null, async (tx) => {
      const before = await ask(tx);
      forget(tx);
      return [before, await ask(tx)];
    });
    expect(changed).toEqual([1, 2]);
    expect(await database.transaction(null, (tx) => ask(tx))).toBe(3);
    expect([await ask(database.connection), await ask(database.connection)]).toEqual([4, 5]);
  });

  it('is asked anew when a transaction is tried again', async () => {
    const answers: number[] = [];
    await database.transaction(null, async (tx) => {
      answers.push(await ask(tx));
      if (answers.length === 1) throw Object.assign(new Error('again'), { code: '40001' });
    });
    expect(answers).toEqual([1, 2]);
  });
});
