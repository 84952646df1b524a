import pg from 'pg';
import { AUDIT_KEEPING_RIGHTS, AUDIT_RIGHTS, AUDIT_TABLES } from '#auth';
import { roleOf, schemaOf, SERVICE_NAMES, type ServiceName } from '#contracts';
import { USAGE_RIGHTS, USAGE_TABLE } from '#http';
import { KEY_RIGHTS } from '#vault';

const READ_WRITE = 'SELECT, INSERT, UPDATE, DELETE';

/** Views of one service that others may read: all that are named `published_…`. */
const PUBLISHED = `
  SELECT format('%I.%I', schemaname, viewname) AS view FROM pg_views
   WHERE schemaname = ANY($1) AND viewname LIKE 'published\\_%'`;

/**
 * Gives every service a database role of its own: all rights on its schema, on the event log and on the shared plumbing,
 * reading of published views, nothing else; what a role could do beyond that is taken back. Run after the migrations, as the
 * owner of the database. With `passwords` the roles may log in; without they can only be granted to login roles of the
 * school's own.
 */
export async function grantServiceRoles(
  url: string,
  passwords: Partial<Record<ServiceName, string>> = {},
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(918273646)');
    const { rows: views } = await client.query<{ view: string }>(PUBLISHED, [SERVICE_NAMES.map(schemaOf)]);
    for (const service of SERVICE_NAMES) {
      await createRole(client, roleOf(service), passwords[service]);
      for (const statement of rightsOf(
        service,
        views.map(({ view }) => view),
      )) {
        await client.query(statement);
      }
    }
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function createRole(client: pg.Client, role: string, password: string | undefined): Promise<void> {
  // Roles belong to the whole server: another of its databases may be migrated at this moment.
  await client.query(
    `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
  if (password) await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}

function rightsOf(service: ServiceName, views: string[]): string[] {
  const [role, own] = [roleOf(service), schemaOf(service)];
  const all = [...SERVICE_NAMES.map(schemaOf), 'events', 'platform'].join(', ');
  const publishing = views.map((view) => view.split('.')[0] as string);
  return [
    ...['TABLES', 'SEQUENCES', 'FUNCTIONS'].map((what) => `REVOKE ALL ON ALL ${what} IN SCHEMA ${all} FROM ${role}`),
    `REVOKE ALL ON SCHEMA ${all} FROM ${role}`,
    `GRANT USAGE ON SCHEMA ${[...new Set([own, 'events', 'platform', ...publishing])].join(', ')} TO ${role}`,
    `GRANT ${READ_WRITE} ON ALL TABLES IN SCHEMA ${own}, events TO ${role}`,
    `REVOKE INSERT, UPDATE, DELETE ON ${own}.migration, events.migration FROM ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${own}, events, platform TO ${role}`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${own} TO ${role}`,
    `GRANT ${READ_WRITE} ON platform.idempotency_key, platform.policy_version, platform.job, platform.job_error, platform.own_export_part TO ${role}`,
    `GRANT SELECT ON platform.migration, platform.sandbox TO ${role}`,
    `GRANT ${AUDIT_RIGHTS} TO ${role}`,
    `GRANT ${USAGE_RIGHTS} TO ${role}`,
    `GRANT ${KEY_RIGHTS.select} TO ${role}`,
    `GRANT ${KEY_RIGHTS.take} TO ${role}`,
    // It shows the audit to who may see it and drops months that are over, and can change none of it either; and it erases students.
    ...(service === 'directory'
      ? [
          `GRANT SELECT ON ${AUDIT_TABLES.join(', ')} TO ${role}`,
          `GRANT ${AUDIT_KEEPING_RIGHTS} TO ${role}`,
          `GRANT ${KEY_RIGHTS.drop} TO ${role}`,
          `GRANT SELECT, DELETE ON ${USAGE_TABLE} TO ${role}`,
        ]
      : []),
    ...views.map((view) => `GRANT SELECT ON ${view} TO ${role}`),
  ];
}
