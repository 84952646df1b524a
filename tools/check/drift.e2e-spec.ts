import { EntitySchema } from 'typeorm';
import { Job } from '#service';
import { cloneDatabase } from '#testing';
import { driftOf } from './drift.js';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

describe('drift', () => {
  it('is not what only the migrations know: indexes, checks, defaults', async () => {
    expect(await driftOf(database.url, [Job])).toEqual([]);
  });

  it('is a column, a type or a nullability that differs', async () => {
    const job = new EntitySchema({
      name: 'DriftedJob',
      schema: 'platform',
      tableName: 'job_error',
      columns: {
        id: { type: 'uuid', primary: true },
        jobId: { type: 'uuid', nullable: true },
        zh: { type: 'text' },
        en: { type: 'text' },
        file: { type: 'text', nullable: true },
        line: { type: 'text', nullable: true },
        columnName: { type: 'text', nullable: true },
        advice: { type: 'text' },
      },
    });
    const statements = (await driftOf(database.url, [job])).join('\n');
    expect(statements).toMatch(/ADD "advice" text NOT NULL/);
    expect(statements).toMatch(/ALTER COLUMN "job_id" DROP NOT NULL/);
    expect(statements).toMatch(/DROP COLUMN "line"/);
    expect(statements).not.toMatch(/"zh"/);
  });
});
