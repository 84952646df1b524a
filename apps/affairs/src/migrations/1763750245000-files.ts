import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createFileTable } from '#files';

/** Proofs are files that were handed in, and no longer references of a store outside. What was referred to stays in the leave's history. */
export class Files1763750245000 implements MigrationInterface {
  name = 'Files1763750245000';

  async up(runner: QueryRunner): Promise<void> {
    await createFileTable(runner, 'affairs');
    await runner.query(`
      INSERT INTO affairs.leave_action (id, leave_id, action, app, comment)
        SELECT gen_random_uuid(), id, 'attach', 'system:affairs', left('此前登记的材料引用 / References of proofs given before: ' || array_to_string(attachments, ', '), 2000)
          FROM affairs.leave WHERE cardinality(attachments) > 0;
      ALTER TABLE affairs.leave DROP COLUMN attachments;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
