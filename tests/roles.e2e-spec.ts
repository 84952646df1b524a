import pg from 'pg';
import { roleOf, schemaOf, SERVICE_NAMES, type ServiceName } from '#contracts';
import { grantServiceRoles } from '#service';
import { cloneDatabase } from '#testing';

const REFUSED = '42501';

interface Relation {
  schema: string;
  name: string;
  /** r = table, v = view. */
  kind: string;
}

describe('the database role of a service', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let db: pg.Client;
  let relations: Relation[];

  beforeAll(async () => {
    clone = await cloneDatabase();
    db = new pg.Client({ connectionString: clone.url });
    await db.connect();
    relations = (
      await db.query<Relation>(
        `SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname = ANY($1)`,
        [[...SERVICE_NAMES.map(schemaOf), 'events', 'platform']],
      )
    ).rows;
  });
  afterAll(async () => {
    await db?.end();
    await clone?.drop();
  });

  /** SQLSTATE of each statement, run as the service; null = it went well. */
  async function attempt(service: ServiceName, statements: string[]): Promise<Record<string, string | null>> {
    await db.query(`SET ROLE ${roleOf(service)}`);
    try {
      const outcome: Record<string, string | null> = {};
      for (const statement of statements) {
        outcome[statement] = await db.query(statement).then(
          () => null,
          (error: pg.DatabaseError) => error.code ?? 'unknown',
        );
      }
      return outcome;
    } finally {
      await db.query('RESET ROLE');
    }
  }
  const all = (statements: string[], code: string | null) =>
    Object.fromEntries(statements.map((statement) => [statement, code]));
  const isPublished = ({ kind, name }: Relation) => kind === 'v' && name.startsWith('published_');
  const reading = ({ schema, name }: Relation) => `SELECT FROM ${schema}.${name} LIMIT 1`;
  const writing = ({ schema, name }: Relation) => `DELETE FROM ${schema}.${name} WHERE false`;

  describe.each(SERVICE_NAMES)('%s', (service) => {
    const own = schemaOf(service);

    it('reads and writes the tables of its own schema and the event log', async () => {
      const mine = relations.filter(
        ({ schema, kind, name }) => [own, 'events'].includes(schema) && kind !== 'v' && name !== 'migration',
      );
      const statements = mine.flatMap((table) => [reading(table), writing(table)]);
      expect(await attempt(service, statements)).toEqual(all(statements, null));
    });

    it('is refused every table of the others, for reading and for writing', async () => {
      const foreign = relations.filter(
        (relation) =>
          SERVICE_NAMES.map(schemaOf).includes(relation.schema) && relation.schema !== own && !isPublished(relation),
      );
      expect(foreign.length).toBeGreaterThan(10);
      const statements = foreign.flatMap((table) => [reading(table), writing(table)]);
      expect(await attempt(service, statements)).toEqual(all(statements, REFUSED));
    });

    it('reads what is published, and cannot change it', async () => {
      const published = relations.filter(isPublished);
      expect(published.length).toBeGreaterThan(5);
      expect(await attempt(service, published.map(reading))).toEqual(all(published.map(reading), null));
      // Asked rather than tried: a view of several tables refuses writing whatever the rights.
      const { rows } = await db.query(
        `SELECT view FROM unnest($2::text[]) AS view WHERE has_table_privilege($1, view, 'INSERT, UPDATE, DELETE')`,
        [
          roleOf(service),
          published.filter(({ schema }) => schema !== own).map(({ schema, name }) => `${schema}.${name}`),
        ],
      );
      expect(rows).toEqual([]);
    });

    it('adds to the audit through its functions only', async () => {
      const forbidden = ['audit_entry', 'audit_day', 'audit_unsealed'].flatMap((name) => [
        `SELECT FROM platform.${name}`,
        `INSERT INTO platform.${name} SELECT * FROM platform.${name} WHERE false`,
        `UPDATE platform.${name} SET ${name === 'audit_unsealed' ? 'app = app' : 'day = day'} WHERE false`,
        `DELETE FROM platform.${name} WHERE false`,
        `TRUNCATE platform.${name}`,
      ]);
      // The directory shows the audit to who may see it.
      const expected = all(forbidden, REFUSED);
      if (service === 'directory')
        for (const statement of forbidden.filter((one) => one.startsWith('SELECT'))) expected[statement] = null;
      expect(await attempt(service, forbidden)).toEqual(expected);
      const append = `SELECT platform.append_audit('app', NULL, 'request', 'a.b.c', 'kind', '${service}', NULL)`;
      const seal = 'SELECT platform.seal_audit(10)';
      expect(await attempt(service, [append, seal])).toEqual({ [append]: null, [seal]: null });
      const keep = [
        `SELECT platform.make_audit_entry_months('2020-01-01', '2020-01-01', '2020-01-01')`,
        `SELECT platform.drop_audit_entry_month('2020-01-01')`,
      ];
      expect(await attempt(service, keep)).toEqual(all(keep, service === 'directory' ? null : REFUSED));
      const { rows } = await db.query(`SELECT subject_id FROM platform.audit WHERE subject_id = $1`, [service]);
      expect(rows).toHaveLength(1);
    });

    it("takes students' keys through its function only, and drops none unless it is the directory", async () => {
      const take = `SELECT * FROM platform.take_student_keys(ARRAY[gen_random_uuid()], ARRAY['\\x00'::bytea])`;
      const read = 'SELECT FROM platform.student_key';
      const drop = 'SELECT platform.drop_student_key(gen_random_uuid())';
      const forbidden = [
        `INSERT INTO platform.student_key (student_id, wrapped) VALUES (gen_random_uuid(), '')`,
        `UPDATE platform.student_key SET wrapped = NULL`,
        'DELETE FROM platform.student_key',
        ...(service === 'directory' ? [] : [drop]),
      ];
      expect(await attempt(service, forbidden)).toEqual(all(forbidden, REFUSED));
      const allowed = [take, read, ...(service === 'directory' ? [drop] : [])];
      expect(await attempt(service, allowed)).toEqual(all(allowed, null));
    });

    it('changes no schema, no list of migrations, and becomes nobody else', async () => {
      const statements = [
        `CREATE TABLE ${own}.mine (id int)`,
        'CREATE TABLE public.mine (id int)',
        'CREATE SCHEMA mine',
        ...[own, 'events', 'platform'].map((schema) => `DELETE FROM ${schema}.migration`),
        'CREATE ROLE somebody',
      ];
      expect(await attempt(service, statements)).toEqual(all(statements, REFUSED));
    });
  });

  it('logs in with its password and can become nobody else', async () => {
    await grantServiceRoles(clone.url, { staffing: 'a pass/word@?' });
    const url = new URL(clone.url);
    url.username = roleOf('staffing');
    url.password = encodeURIComponent('a pass/word@?');
    const staffing = new pg.Client({ connectionString: url.toString() });
    await staffing.connect();
    try {
      await staffing.query('SELECT FROM staffing.appointment');
      await expect(staffing.query('SET ROLE yizhan_directory')).rejects.toMatchObject({ code: REFUSED });
    } finally {
      await staffing.end();
    }
  });

  it('loses what it should not have, also when two databases are granted at once', async () => {
    const other = await cloneDatabase();
    try {
      await db.query('GRANT ALL ON ALL TABLES IN SCHEMA directory TO yizhan_safety');
      await Promise.all([clone.url, other.url, clone.url].map((url) => grantServiceRoles(url)));
      const statements = ['SELECT FROM directory.person', 'DELETE FROM directory.person WHERE false'];
      expect(await attempt('safety', statements)).toEqual(all(statements, REFUSED));
    } finally {
      await other.drop();
    }
  });
});
