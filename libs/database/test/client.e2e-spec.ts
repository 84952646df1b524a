import { Readable } from 'node:stream';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { mock } from 'node:test';
import { from } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import {
  afterCommit,
  connect,
  copyConnection,
  Database,
  inSavepoint,
  onceIn,
  query,
  queryOne,
  raw,
  send,
  sql,
  type Tx,
} from '#database';
import { cloneDatabase } from '#testing';

interface Driver {
  obtainMasterConnection(): Promise<[{ connection: { stream: Required<Socket> } }, () => void]>;
}

interface Pooled {
  master: { _clients: { connection: { stream: Socket } }[] };
}

describe('the connection', () => {
  let drop: () => Promise<void>;
  let url: string;
  let source: DataSource;
  let database: Database;
  // One connection: what is prepared on it can be looked at.
  const begin = async (): Promise<void> => {
    source = await connect({ url, entities: [], poolSize: 1, applicationName: 'test' });
    database = new Database(source);
  };
  beforeAll(async () => {
    ({ url, drop } = await cloneDatabase());
    await begin();
  });
  afterAll(async () => {
    await source.destroy();
    await drop();
  });

  const prepared = async (part: string): Promise<number> => {
    const rows = await query<{ statement: string }>(
      database.connection,
      sql`SELECT statement FROM pg_prepared_statements WHERE NOT from_sql`,
    );
    return rows.filter(({ statement }) => statement.includes(part)).length;
  };
  const sum = async (tx: Tx, n: number, column = 'sum'): Promise<number> =>
    (await queryOne<Record<string, number>>(tx, sql`SELECT ${n}::int + 1 AS ${raw(column)}`))![column]!;

  it('prepares statements with values when they come for the second time, on whatever way they come', async () => {
    expect(await sum(database.connection, 1)).toBe(2);
    expect(await prepared('AS sum')).toBe(0);
    expect(await database.read((tx) => sum(tx, 2))).toBe(3);
    expect(await prepared('AS sum')).toBe(1);
    expect(await database.transaction(null, (tx) => sum(tx, 3))).toBe(4);
    expect(await prepared('AS sum')).toBe(1);
  });

  it('is another one after it was lost under a single statement', async () => {
    const lost = query(database.connection, sql`SELECT pg_terminate_backend(pg_backend_pid()), ${1}::int`);
    await expect(lost).rejects.toThrow();
    expect(await sum(database.connection, 1)).toBe(2);
    const cut = query(database.connection, sql`SELECT pg_sleep(${30}::int)`);
    // Without a word from PostgreSQL.
    setTimeout(
      () => void (source.driver as unknown as Pooled).master._clients[0]!.connection.stream.destroy(new Error('cut')),
      100,
    );
    await expect(cut).rejects.toThrow('cut');
    expect(await sum(database.connection, 2)).toBe(3);
  });

  it('keeps few of them: what was not asked longest makes room', async () => {
    for (let i = 0; i < 400; i++)
      for (let time = 0; time < 2; time++) expect(await sum(database.connection, i, `s${i}`)).toBe(i + 1);
    expect(await prepared('AS s')).toBe(150);
    expect([await prepared('AS s200'), await prepared('AS s399')]).toEqual([0, 1]);
    expect(await sum(database.connection, 7, 's0')).toBe(8);
  });

  it('answers again after a failure, a pooler that forgot them, and a migration', async () => {
    const divided = (by: number) => queryOne(database.connection, sql`SELECT 6 / ${by}::int AS part`);
    for (const by of [1, 2, 3]) await divided(by);
    await expect(divided(0)).rejects.toThrow('division by zero');
    expect(await divided(2)).toEqual({ part: 3 });

    await database.connection.query('DEALLOCATE ALL');
    await divided(2).catch(() => undefined);
    expect(await divided(3)).toEqual({ part: 2 });

    await database.connection.query('CREATE TABLE public.thing (a int); INSERT INTO public.thing VALUES (1)');
    const things = (a: number) => query(database.connection, sql`SELECT * FROM public.thing WHERE a = ${a}`);
    for (let i = 0; i < 3; i++) expect(await things(1)).toEqual([{ a: 1 }]);
    await database.connection.query('ALTER TABLE public.thing ADD b text');
    await things(1).catch(() => undefined);
    expect(await things(1)).toEqual([{ a: 1, b: null }]);
  });

  describe('waits for answers only where somebody does', () => {
    // In the tests before, PostgreSQL was made to forget statements that the connection knows.
    beforeAll(async () => {
      await source.destroy();
      await begin();
    });
    beforeEach(() =>
      database.connection.query('DROP TABLE IF EXISTS public.thing; CREATE TABLE public.thing (a int PRIMARY KEY)'),
    );
    afterEach(() => mock.restoreAll());
    /** The one connection's. */
    const streamOf = async () => {
      const [client, release] = await (source.driver as unknown as Driver).obtainMasterConnection();
      release();
      return client.connection.stream;
    };
    const put = (a: number) => sql`INSERT INTO public.thing VALUES (${a}) RETURNING a`;
    const things = async () =>
      (await query<{ a: number }>(database.connection, sql`SELECT a FROM public.thing ORDER BY a`)).map(({ a }) => a);

    it('and sends what is asked together in one go, in its order', async () => {
      const { mock: written } = mock.method(await streamOf(), '_writev');
      const inOrder = await database.transaction(null, async (tx) => {
        const asked = [1, 2, 3].map((a) => sum(tx, a));
        void send(tx, put(1));
        return [...(await Promise.all(asked)), await queryOne(tx, sql`SELECT count(*)::int AS n FROM public.thing`)];
      });
      expect(inOrder).toEqual([2, 3, 4, { n: 1 }]);
      // The beginning and what was asked; the COMMIT goes alone, unlike all that is sent before it and not waited for.
      expect(written.callCount()).toBe(1);
      await database.transaction(null, async (tx) => void send(tx, put(2)));
      expect(written.callCount()).toBe(2);
      expect(await things()).toEqual([1, 2]);
    });

    it('and begins a transaction of which nothing is asked not at all', async () => {
      const stream = await streamOf();
      const { bytesWritten } = stream;
      expect(await database.transaction(null, () => Promise.resolve(7))).toBe(7);
      await expect(database.transaction(null, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(stream.bytesWritten).toBe(bytesWritten);
    });

    it('and what nobody waited for fails what comes next', async () => {
      const failing = (then: (tx: Tx) => Promise<unknown>) =>
        database.transaction(null, async (tx) => {
          void send(tx, put(3));
          void send(tx, put(3));
          await then(tx);
        });
      for (const then of [(tx: Tx) => sum(tx, 1), () => Promise.resolve(), (tx: Tx) => query(tx, put(4))])
        await expect(failing(then)).rejects.toMatchObject({ code: '23505', constraint: 'thing_pkey' });
      expect(await things()).toEqual([]);
      await database.transaction(null, async (tx) => {
        await tx.query('SAVEPOINT one');
        void send(tx, put(5));
        void send(tx, put(5));
        await expect(tx.query('RELEASE SAVEPOINT one')).rejects.toMatchObject({ code: '23505' });
        await tx.query('ROLLBACK TO SAVEPOINT one');
        void send(tx, put(6));
      });
      expect(await things()).toEqual([6]);
    });

    it('and a part whose last statement failed is undone alone', async () => {
      const hooks: string[] = [];
      await database.transaction(null, async (tx) => {
        void send(tx, put(1));
        const part = inSavepoint(tx, async () => {
          afterCommit(tx, () => hooks.push('part'));
          await onceIn(tx, 'known', () => Promise.resolve('of the part'));
          await sum(tx, 1);
          void send(tx, put(1));
        });
        await expect(part).rejects.toMatchObject({ code: '23505' });
        expect(await onceIn(tx, 'known', () => Promise.resolve('anew'))).toBe('anew');
        afterCommit(tx, () => hooks.push('whole'));
        void send(tx, put(2));
        await expect(onceIn(tx, 'failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
        expect(await onceIn(tx, 'failing', () => Promise.resolve(1))).toBe(1);
      });
      expect(await things()).toEqual([1, 2]);
      expect(hooks).toEqual(['whole']);
    });

    it('and a value that cannot be sent fails the transaction though nobody waited for it', async () => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      const failing = database.transaction(null, async (tx) => {
        void send(tx, put(1));
        void send(tx, sql`SELECT ${circle}::jsonb`);
        await sum(tx, 1).catch(() => undefined);
      });
      await expect(failing).rejects.toThrow();
      expect(await things()).toEqual([]);
      // Nothing is asked after it: the COMMIT itself must not come before it is known.
      const atOnce = database.transaction(null, async (tx) => {
        void send(tx, put(2));
        void send(tx, sql`SELECT ${circle}::jsonb`);
      });
      await expect(atOnce).rejects.toThrow();
      expect(await things()).toEqual([]);
    });

    it('and what was to be prepared in a transaction that had failed takes no other with it', async () => {
      const sums = (tx: Tx) => sum(tx, 1, 'never_there');
      await sums(database.connection);
      const failing = database.transaction(null, async (tx) => {
        void send(tx, put(1));
        void send(tx, put(1));
        // Twice in the same packet: the second comes without being parsed.
        await Promise.all([sums(tx), sums(tx)]);
      });
      await expect(failing).rejects.toMatchObject({ code: '23505' });
      for (let i = 0; i < 200; i++)
        await database.transaction(null, async (tx) => {
          for (let time = 0; time < 2; time++) expect(await sum(tx, i, `n${i}`)).toBe(i + 1);
        });
      expect(await sums(database.connection)).toBe(2);
    });

    it('and a statement that a pooler forgot makes room without a failure', async () => {
      for (let time = 0; time < 2; time++) await sum(database.connection, 1, 'forgotten');
      await database.connection.query('DEALLOCATE ALL');
      for (let i = 0; i < 160; i++)
        await database.transaction(null, async (tx) => {
          for (let time = 0; time < 2; time++) expect(await sum(tx, i, `m${i}`)).toBe(i + 1);
        });
      await source.destroy();
      await begin();
    });

    it('and nothing is asked in a transaction that has ended', async () => {
      let late: Promise<unknown> = Promise.resolve();
      const ended = database.transaction(null, async (tx) => {
        const slow = async (): Promise<void> => {
          await sum(tx, 1);
          await new Promise((resolve) => setTimeout(resolve, 20));
          await query(tx, put(7));
        };
        late = slow();
        late.catch(() => undefined);
        await Promise.all([late, sum(tx, 1).then(() => Promise.reject(new Error('no')))]);
      });
      await expect(ended).rejects.toThrow('no');
      await expect(late).rejects.toThrow('has ended');
      expect(await things()).toEqual([]);
    });

    it('but for a COPY, which has the connection to itself', async () => {
      await database.transaction(null, async (tx) => {
        void send(tx, put(1));
        const client = await copyConnection(tx);
        await pipeline(Readable.from(['2\n3\n']), client.query(from('COPY public.thing FROM STDIN')));
        void send(tx, put(4));
        expect(() => client.query(from('COPY public.thing FROM STDIN'))).toThrow('copyConnection');
      });
      expect(await things()).toEqual([1, 2, 3, 4]);
      expect(await Promise.all([sum(database.connection, 1), sum(database.connection, 2)])).toEqual([2, 3]);
    });
  });
});
