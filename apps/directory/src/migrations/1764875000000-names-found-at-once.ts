import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Without it, whoever looks for a name reads all that a roster import has left in the index's list of pending entries. */
export class NamesFoundAtOnce1764875000000 implements MigrationInterface {
  name = 'NamesFoundAtOnce1764875000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER INDEX directory.person_name_bigrams SET (fastupdate = off)`);
    await runner.query(`SELECT gin_clean_pending_list('directory.person_name_bigrams'::regclass)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
