import type { DataSource } from 'typeorm';
import { connect, Database, query, queryOne, raw, sql, type Tx } from '#database';
import { cloneDatabase } from '#testing';

describe('statements with values', () => {
  let drop: () => Promise<void>;
  let source: DataSource;
  let database: Database;
  beforeEach(async () => {
    const clone = await cloneDatabase();
    drop = clone.drop;
    // One connection: what is prepared on it can be looked at.
    source = await connect({ url: clone.url, entities: [], poolSize: 1, applicationName: 'test' });
    database = new Database(source);
  });
  afterEach(async () => {
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

  it('are prepared when they come for the second time, on whatever way they come', async () => {
    expect(await sum(database.connection, 1)).toBe(2);
    expect(await prepared('AS sum')).toBe(0);
    expect(await database.read((tx) => sum(tx, 2))).toBe(3);
    expect(await prepared('AS sum')).toBe(1);
    expect(await database.transaction(null, (tx) => sum(tx, 3))).toBe(4);
    expect(await prepared('AS sum')).toBe(1);
  });

  it('stay few: what was not asked longest makes room', async () => {
    for (let i = 0; i < 400; i++)
      for (let time = 0; time < 2; time++) expect(await sum(database.connection, i, `s${i}`)).toBe(i + 1);
    expect(await prepared('AS s')).toBe(150);
    expect([await prepared('AS s200'), await prepared('AS s399')]).toEqual([0, 1]);
    expect(await sum(database.connection, 7, 's0')).toBe(8);
  });

  it('answer again after a failure, a pooler that forgot them, and a migration', async () => {
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
});
