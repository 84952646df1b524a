import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const FILE = 'apps/early-warning/src/early-warning.module.ts';
const RULES: Record<string, { bad: string[]; good: string[] }> = {
  'no-built-sql': {
    bad: ['qb.orderBy(sort);', "qb.where('name = ' + name);", 'qb.andWhere(`id = ${id}`);', 'qb.select(columns);'],
    good: ["qb.orderBy('c.id');", "qb.where('c.id = ANY(:ids)', { ids });", 'qb.where({ id });', 'this.where(node);'],
  },
  'no-pasted-sql': {
    bad: ['tx.query(`SELECT * FROM ${table}`);', "tx.query('SELECT ' + column);"],
    good: ["tx.query('SELECT 1');", 'query(tx, sql`SELECT ${id}`);'],
  },
  'no-save': { bad: ['tx.save(person);', 'repository.save({ id });'], good: ['grant.save();', 'insert(tx, person);'] },
  'no-empty-where': {
    bad: ['tx.find(Person, { where: {} });', 'tx.findBy(Person, {});', 'tx.findOneBy(Person, []);', 'repo.findBy({});'],
    good: ['tx.find(Person, { where: { id } });', 'tx.findBy(Person, { id });', 'list.find((x) => x.where);'],
  },
  'no-synchronize': { bad: ['connect({ synchronize: true });'], good: ['connect({ synchronize: false });'] },
  'no-data-source': { bad: ['new DataSource({});'], good: ['connect({});'] },
  'no-process-env': {
    bad: ['process.env.PORT;', "const { env } = process.env['X'];", "import { env } from 'node:process';"],
    good: ['process.exit(0);'],
  },
  'no-queue-client': {
    bad: ["import { Queue } from 'bullmq';", "import Redis from 'ioredis';", "import { X } from '@nestjs/bullmq';"],
    good: ["import { Events } from '#events';"],
  },
  'no-machine-time': {
    bad: ['new Date();', 'Date();', 'Date.now();', 'const now = Date.now;', 'DateTime.now();', 'DateTime.local();'],
    good: ['new Date(at);', 'Date.parse(at);', 'this.clock.now();', 'performance.now();', 'DateTime.utc(2026, 9, 1);'],
  },
  'no-database-time': {
    bad: [
      'sql`SELECT 1 WHERE w.due_at < now()`;',
      'sql`SELECT ${id} WHERE now() >= due_at`;',
      "sql`DELETE FROM t WHERE at > now() - interval '1 day'`;",
      'sql`SELECT extract(epoch FROM due_at - clock_timestamp())`;',
      'sql`SELECT 1 WHERE valid_to > current_date`;',
    ],
    good: [
      'sql`UPDATE t SET updated_at = now(), version = version + 1`;',
      'sql`INSERT INTO t (at) VALUES (now())`;',
      'sql`SELECT 1 WHERE w.due_at < ${this.clock.now()}`;',
    ],
  },
  'no-loose-statistics': {
    bad: ['sql`SELECT avg(value) FROM t`;', 'sql`SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY v) FROM t`;'],
    good: ['sql`SELECT count(*) FROM t`;', 'sql`SELECT average FROM t`;'],
  },
  'no-console': { bad: ["console.log('x');"], good: ["logger.log('x');"] },
  'explain-disable': {
    bad: [
      '// eslint-disable-next-line',
      '/* eslint-disable no-eval */',
      '/* eslint-disable */',
      '// eslint-disable-line -- because',
    ],
    good: ['// eslint-disable-next-line house/no-save -- the fixture has no version\ntx.save(x);'],
  },
};

// Without the rules that need types: those would compile the project for every line that is tried.
const eslint = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked as Linter.Config });

/** House rules that object to `code` in a file of a service. */
async function objections(code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: FILE });
  return result!.messages
    .filter(({ ruleId, fatal }) => fatal || ruleId?.startsWith('house/'))
    .map((m) => m.ruleId ?? m.message);
}

describe('the rules of the house', () => {
  it.each(Object.entries(RULES))('%s', async (rule, { bad, good }) => {
    for (const code of bad) expect([code, await objections(code)]).toEqual([code, [`house/${rule}`]]);
    for (const code of good) expect([code, await objections(code)]).toEqual([code, []]);
  });

  it('are all tried here', async () => {
    const { rules } = (await eslint.calculateConfigForFile(FILE)) as { rules: object };
    const ours = Object.keys(rules).filter((name) => name.startsWith('house/'));
    expect(
      Object.keys(RULES)
        .map((name) => `house/${name}`)
        .sort(),
    ).toEqual(ours.sort());
  });
});
