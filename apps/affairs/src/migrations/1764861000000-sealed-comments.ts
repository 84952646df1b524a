import type { MigrationInterface, QueryRunner } from 'typeorm';
import { workflowTablesComments } from '#workflow';

/** Comments on leaves and applications are sealed with the student's key; those that were there are, by `LeaveHandlers.sealTexts`. */
export class SealedComments1764861000000 implements MigrationInterface {
  name = 'SealedComments1764861000000';

  async up(runner: QueryRunner): Promise<void> {
    const studentOf = `coalesce((SELECT l.student_id FROM affairs.leave l WHERE l.id = a.subject_id),
      (SELECT p.student_id FROM affairs.application p WHERE p.id = a.subject_id), a.subject_id)`;
    await runner.query(workflowTablesComments('affairs', studentOf));
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
