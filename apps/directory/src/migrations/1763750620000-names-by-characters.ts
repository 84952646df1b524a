import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People are found by two characters of a name without reading everybody. Trigrams do not help there: two characters have none. */
export class NamesByCharacters1763750620000 implements MigrationInterface {
  name = 'NamesByCharacters1763750620000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- every two characters that follow each other; none of a text of one
      CREATE FUNCTION directory.bigrams(whole text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN ARRAY(SELECT substr(whole, i, 2) FROM generate_series(1, length(whole) - 1) AS i);
      CREATE INDEX person_name_bigrams ON directory.person USING gin (directory.bigrams(name));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
