import fc from 'fast-check';
import pg from 'pg';
import { newId } from '#database';
import { cloneDatabase, eventually } from '#testing';

const [PEOPLE, UNITS, PLACES] = [4, 8, 8];
const UNIT_KINDS = ['college', 'class', 'course_class', 'grid'];
const ids = (n: number): string[] => Array.from({ length: n }, newId);
const [people, units, places] = [ids(PEOPLE), ids(UNITS), ids(PLACES)];

/** `parents[i]`: index of the one above, which comes before it; -1 = none. */
const parentsOf = (n: number) => fc.tuple(...Array.from({ length: n }, (_, i) => fc.integer({ min: -1, max: i - 1 })));
const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-02-${String(n).padStart(2, '0')}`);
const change = fc.oneof(
  fc.record({
    op: fc.constant('join' as const),
    person: fc.nat(PEOPLE - 1),
    unit: fc.nat(UNITS - 1),
    from: day,
    secondary: fc.boolean(),
  }),
  fc.record({ op: fc.constant('move in' as const), person: fc.nat(PEOPLE - 1), place: fc.nat(PLACES - 1), from: day }),
  fc.record({ op: fc.constant('end' as const), person: fc.nat(PEOPLE - 1), to: day }),
  fc.record({ op: fc.constant('leave' as const), person: fc.nat(PEOPLE - 1) }),
  fc.record({ op: fc.constant('units' as const), parents: parentsOf(UNITS) }),
  fc.record({ op: fc.constant('places' as const), parents: parentsOf(PLACES) }),
  fc.record({ op: fc.constant('kind' as const), unit: fc.nat(UNITS - 1), kind: fc.constantFrom(...UNIT_KINDS) }),
  fc.record({ op: fc.constant('grid' as const), place: fc.nat(PLACES - 1), unit: fc.option(fc.nat(UNITS - 1)) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Whoever waits for a lock of another. */
const clientWaits = (db: pg.Client) => db.query('SELECT FROM pg_locks WHERE NOT granted');

describe('the closure of memberships', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let db: pg.Client;
  beforeAll(async () => {
    clone = await cloneDatabase();
    db = new pg.Client({ connectionString: clone.url });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await clone.drop();
  });

  async function begin(): Promise<void> {
    await db.query(
      `TRUNCATE directory.membership, directory.residence, directory.unit_path, directory.place_path, directory.membership_closure`,
    );
    await db.query(
      'DELETE FROM directory.place; UPDATE directory.unit SET parent_id = NULL; DELETE FROM directory.unit; DELETE FROM directory.person',
    );
    await db.query(
      `INSERT INTO directory.person (id, kind, number, name) SELECT id, 'student', id, id FROM unnest($1::uuid[]) id`,
      [people],
    );
    await db.query(
      `INSERT INTO directory.unit (id, kind, code, name) SELECT id, 'class', id, id FROM unnest($1::uuid[]) id`,
      [units],
    );
    await db.query(
      `INSERT INTO directory.place (id, kind, code, name) SELECT id, 'room', id, id FROM unnest($1::uuid[]) id`,
      [places],
    );
    await setTree('unit', units, []);
    await setTree('place', places, []);
  }

  /** Parents and paths, as an import writes them: what no longer holds goes, what is new comes. */
  async function setTree(tree: 'unit' | 'place', rows: string[], parents: readonly number[]): Promise<void> {
    const above = rows.map((_, i) => rows[parents[i] ?? -1] ?? null);
    await db.query(
      `UPDATE directory.${tree} t SET parent_id = g.parent FROM unnest($1::uuid[], $2::uuid[]) AS g(id, parent) WHERE g.id = t.id`,
      [rows, above],
    );
    const path = `WITH RECURSIVE path AS (SELECT id AS ancestor_id, id AS descendant_id, parent_id FROM directory.${tree}
      UNION ALL SELECT t.id, p.descendant_id, t.parent_id FROM path p JOIN directory.${tree} t ON t.id = p.parent_id)`;
    await db.query(
      `${path} DELETE FROM directory.${tree}_path o WHERE (o.ancestor_id, o.descendant_id) NOT IN (SELECT ancestor_id, descendant_id FROM path)`,
    );
    await db.query(
      `${path} INSERT INTO directory.${tree}_path (ancestor_id, descendant_id) SELECT ancestor_id, descendant_id FROM path ON CONFLICT DO NOTHING`,
    );
  }

  async function apply(one: Change): Promise<void> {
    // What overlaps, or begins twice on a day, is refused by the table itself, which is no matter here.
    const refusals = ['23P01', '23505', '23514'];
    const tried = (text: string, values: unknown[]) =>
      db.query(text, values).catch((error: pg.DatabaseError) => {
        if (!refusals.includes(error.code ?? '')) throw error;
      });
    const person = 'person' in one ? people[one.person] : undefined;
    if (one.op === 'join')
      await tried(
        'INSERT INTO directory.membership (id, person_id, unit_id, valid_from, secondary) VALUES ($1, $2, $3, $4, $5)',
        [...[newId(), person, units[one.unit], one.from, one.secondary]],
      );
    else if (one.op === 'move in')
      await tried('INSERT INTO directory.residence (id, person_id, bed_id, valid_from) VALUES ($1, $2, $3, $4)', [
        ...[newId(), person, places[one.place], one.from],
      ]);
    else if (one.op === 'end')
      for (const table of ['membership', 'residence'])
        await tried(`UPDATE directory.${table} SET valid_to = $2 WHERE person_id = $1`, [person, one.to]);
    else if (one.op === 'leave') await tried('DELETE FROM directory.membership WHERE person_id = $1', [person]);
    else if (one.op === 'units') await setTree('unit', units, one.parents);
    else if (one.op === 'places') await setTree('place', places, one.parents);
    else if (one.op === 'kind')
      await db.query('UPDATE directory.unit SET kind = $2 WHERE id = $1', [units[one.unit], one.kind]);
    else
      await db.query('UPDATE directory.place SET grid_id = $2 WHERE id = $1', [
        ...[places[one.place], one.unit === null ? null : units[one.unit]],
      ]);
  }

  const COLUMNS = 'person_id, unit_id, unit_kind, valid_from, valid_to, secondary';
  async function difference(): Promise<{ rows: number; missing: number; extra: number }> {
    const rows = `SELECT ${COLUMNS} FROM directory.`;
    const [wanted, kept] = [
      `${rows}derived_membership((SELECT array_agg(id) FROM directory.person))`,
      `${rows}published_membership_v1`,
    ];
    const { rows: found } = await db.query<{ rows: number; missing: number; extra: number }>(
      `SELECT (SELECT count(*)::int FROM (${kept}) k) AS rows, (SELECT count(*)::int FROM (${wanted} EXCEPT ALL ${kept}) m) AS missing,
              (SELECT count(*)::int FROM (${kept} EXCEPT ALL ${wanted}) e) AS extra`,
    );
    return found[0]!;
  }

  it('is what memberships, residences and the trees above them say, after any history', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 10, maxLength: 25 }), async (changes) => {
        await begin();
        for (const one of changes) {
          await apply(one);
          const { rows, ...wrong } = await difference();
          most = Math.max(most, rows);
          expect({ one, ...wrong }).toEqual({ one, missing: 0, extra: 0 });
        }
      }),
      { numRuns: 60 },
    );
    expect(most).toBeGreaterThan(10);
  }, 120_000);

  it('misses nothing of two changes at a time', async () => {
    await begin();
    const other = new pg.Client({ connectionString: clone.url });
    await other.connect();
    try {
      await db.query('BEGIN');
      await setTree('unit', units, [-1, 0]);
      const joined = other.query(
        `INSERT INTO directory.membership (id, person_id, unit_id, valid_from) VALUES ($1, $2, $3, '2026-02-01')`,
        [newId(), people[0], units[1]],
      );
      let done = false;
      void joined.then(() => (done = true));
      await eventually(async () => {
        const { rows } = await clientWaits(db);
        expect(done || rows.length > 0).toBe(true);
      });
      await db.query('COMMIT');
      await joined;
      expect(await difference()).toEqual({ rows: 2, missing: 0, extra: 0 });
    } finally {
      await other.end();
    }
  });
});
