import { sql } from '#database';
import { keyset, toPage } from './pages.js';

const options = { sorts: { name: sql`n.name`, size: sql`n.size` }, defaultSort: '-size', id: sql`n.id` } as const;
const rows = [
  { name: 'a', id: '1' },
  { name: 'b', id: '2' },
  { name: 'c', id: '3' },
];
const page = (query: { limit: number; sort?: string }) =>
  toPage(
    rows,
    query,
    (row) => [row.name, row.id],
    (row) => row.name,
  );

describe('keyset', () => {
  it('orders by an allowed key and the id, in one direction', () => {
    expect(keyset({ limit: 2 }, options)).toMatchObject({
      limit: 3,
      where: { sql: 'TRUE' },
      orderBy: { sql: 'n.size DESC, n.id DESC' },
    });
    expect(keyset({ limit: 2, sort: 'name' }, options).orderBy.sql).toBe('n.name ASC, n.id ASC');
    expect(() => keyset({ limit: 2, sort: 'id; DROP TABLE n' }, options)).toThrow('http/invalid');
    expect(() => keyset({ limit: 2, sort: 'constructor' }, options)).toThrow('http/invalid');
  });

  it('goes on after the last row of the page before', () => {
    const { data, nextCursor } = page({ limit: 2, sort: 'name' });
    expect(data).toEqual(['a', 'b']);
    const next = keyset({ limit: 2, sort: 'name', cursor: nextCursor! }, options);
    expect([next.where.text, next.where.values]).toEqual(['(n.name, n.id) > ($1, $2)', ['b', '2']]);
    expect(page({ limit: 3 }).nextCursor).toBeNull();
  });
});
