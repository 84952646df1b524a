import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { connect, migrate, newId } from '#database';
import { migrationSets } from '#service';
import { databaseUrl } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { Files1763750245000 } from '../src/migrations/1763750245000-files.js';

const STUDENT = newId();

/** Leaves of a school that migrates from the time when a proof was a text. */
describe('proofs that were references of a store outside', () => {
  const server = process.env['YIZHAN_TEST_POSTGRES']!;
  const name = `t_${randomUUID().replace(/-/g, '')}`;
  const url = databaseUrl(server, name);

  async function admin(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }
  beforeAll(() => admin(`CREATE DATABASE ${name}`));
  afterAll(() => admin(`DROP DATABASE ${name} WITH (FORCE)`));

  it('stand in the history of their leaves', async () => {
    const before = affairs.migrations.slice(0, affairs.migrations.indexOf(Files1763750245000));
    await migrate(url, migrationSets([{ ...affairs, migrations: before }]));
    const source = await connect({ url, entities: [], poolSize: 2, applicationName: 'yizhan-test' });
    try {
      const [given, none] = [newId(), newId()];
      for (const [id, attachments] of [
        [given, '{files/a.pdf,files/b.pdf}'],
        [none, '{}'],
      ]) {
        await source.query(
          `INSERT INTO affairs.leave (id, student_id, kind, status, starts_at, ends_at, planned_ends_at, reason, destination, urgent,
             attachments, papers_owed, round, returned_count, closed_how, submitted_by_app)
           VALUES ($1, $2, 'sick', 'closed', '2026-03-02T08:00+08', '2026-03-03T20:00+08', '2026-03-03T20:00+08', '事由', '去向', FALSE,
             $3, FALSE, 1, 0, 'self', 'portal')`,
          [id, STUDENT, attachments],
        );
      }
      await migrate(url, migrationSets([affairs]));
      // The comment has moved, under the student's name, and awaits being sealed.
      const rows = await source.query(
        `SELECT a.subject_id AS id, a.action, a.app, c.student_id AS student, convert_from(c.text, 'UTF8') AS comment
           FROM affairs.workflow_action a JOIN affairs.workflow_comment c ON c.id = a.id`,
      );
      expect(rows).toEqual([
        {
          id: given,
          action: 'attach',
          app: 'system:affairs',
          student: STUDENT,
          comment: expect.stringContaining('files/a.pdf, files/b.pdf'),
        },
      ]);
      expect(await source.query(`SELECT FROM affairs.leave`)).toHaveLength(2);
      expect(await source.query(`SELECT FROM affairs.file`)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });
});
