import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { Config } from '#config';
import { Database, query, sql, type Tx } from '#database';
import { dateOfDay, type Rule } from '#rule-language';
import { createApp } from '#service';
import type { TestIssuer } from '#testing';
import { earlyWarning } from '../../apps/early-warning/src/early-warning.module.js';
import { Engine, type Firings as EngineFirings, type RuleVersion } from '../../apps/early-warning/src/engine/engine.js';
import { blocksOf } from '../../apps/early-warning/src/engine/fold.js';
import { writeVectors } from '../../apps/early-warning/src/engine/vector-rows.js';
import type { Servers } from '../kit.js';
import { AS_OF, cohortOf, daysOf, dayVector, METRICS, type Size } from './data.js';
import type { Firings } from './peers.js';

const AS_OF_DATE = dateOfDay(AS_OF);
const CLASSES = 200;

/** The house's own engine on the bench's data, in PostgreSQL tables as a school has them. */
export class Ours {
  private constructor(
    private readonly app: INestApplicationContext,
    private readonly config: Config,
    readonly size: Size,
  ) {}

  static async load(own: Servers, size: Size): Promise<Ours> {
    const config = own.config({ roles: ['api'], poolSize: 10 });
    const app = await createApp([earlyWarning], config);
    await app.init();
    const database = app.get(Database);
    await database.transaction(null, (tx) => loadRoster(tx, size.students));
    await database.transaction(null, (tx) => loadVectors(tx, size));
    await query(database.connection, sql`VACUUM ANALYZE`);
    return new Ours(app, config, size);
  }

  /** Judges all rules as of the last day, with nothing in memory but what the engine keeps; seconds. */
  async judge(rules: readonly Rule[], look: (found: EngineFirings) => void = () => undefined): Promise<number> {
    const started = performance.now();
    // Looking at what was found is not part of it, with the peers neither.
    let looking = 0;
    await this.database.read((tx) =>
      this.engine.evaluate(tx, { rules: versions(rules), asOf: AS_OF_DATE }, (found) => {
        looking = performance.now();
        look(found);
        looking = performance.now() - looking;
      }),
    );
    return (performance.now() - started - looking) / 1000;
  }

  /** `judge`, with what was found in the form in which everybody is compared. */
  async evaluate(rules: readonly Rule[]): Promise<{ seconds: number; firings: Firings }> {
    const { students } = this.size;
    const firings = new Uint8Array(rules.length * students);
    const seconds = await this.judge(rules, (found) =>
      rules.forEach((_, i) =>
        found.levels(i).forEach((level, lane) => (firings[i * students + lane] = level > 0 ? 1 : 0)),
      ),
    );
    return { seconds, firings };
  }

  /** Judges a rule as of each of the last days; seconds. */
  async backtest(rule: Rule, days: number): Promise<number> {
    const started = performance.now();
    let seen = 0;
    await this.database.read((tx) =>
      this.engine.sweep(tx, { rules: versions([rule]), from: dateOfDay(AS_OF - days + 1), to: AS_OF_DATE }, () => {
        seen++;
      }),
    );
    if (seen !== days) throw new Error(`judged ${seen} of ${days} days`);
    return (performance.now() - started) / 1000;
  }

  /** The same data, an engine that has read nothing yet. */
  async fresh(): Promise<Ours> {
    return Ours.open(this.config, this.size);
  }

  /** An engine on data that was loaded before. */
  static async open(values: Partial<Config>, size: Size): Promise<Ours> {
    const config = Config.of({ ...values, vectorMemoryMb: 2_048, logLevel: 'error' });
    const app = await createApp([earlyWarning], config);
    await app.init();
    return new Ours(app, config, size);
  }

  /** The same data behind HTTP, in this process. */
  async listening(own: Servers, issuer: TestIssuer): Promise<{ ours: Ours; origin: string; token: string }> {
    const config = own.config({ jwksUrl: issuer.jwksUrl, baseUrl: 'http://yizhan.bench', roles: ['api'] });
    const app = await createApp([earlyWarning], config);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const token = await issuer.sign(config.issuer, {
      ...{ client_id: 'bench', sub: 'bench', scope: 'early-warning:metric:read' },
    });
    return { ours: new Ours(app, config, this.size), origin: `http://127.0.0.1:${port}`, token };
  }

  async close(): Promise<void> {
    await this.app.close();
  }

  get database(): Database {
    return this.app.get(Database);
  }

  private get engine(): Engine {
    return this.app.get(Engine);
  }
}

function versions(rules: readonly Rule[]): RuleVersion[] {
  return rules.map((definition) => ({ number: 1, definition }));
}

/** Students in classes, their lanes in the order of the bench's data. */
async function loadRoster(tx: Tx, students: number): Promise<void> {
  const ids = Array.from({ length: students }, () => randomUUID());
  const classes = Array.from({ length: CLASSES }, () => randomUUID());
  const numbers = ids.map((_, i) => `B${String(i).padStart(7, '0')}`);
  await query(
    tx,
    sql`INSERT INTO directory.unit (id, kind, code, name) SELECT id, 'class', id::text, id::text FROM unnest(${classes}::uuid[]) AS id`,
  );
  await query(tx, sql`INSERT INTO directory.unit_path SELECT id, id FROM unnest(${classes}::uuid[]) AS id`);
  await query(
    tx,
    sql`INSERT INTO directory.person (id, kind, number, name)
        SELECT id, 'student', number, number FROM unnest(${ids}::uuid[], ${numbers}::text[]) AS p(id, number)`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
        SELECT gen_random_uuid(), person, unit, '2020-09-01'
          FROM unnest(${ids}::uuid[], ${ids.map((_, i) => classes[cohortOf(i)]!)}::uuid[]) AS m(person, unit)`,
  );
  await query(
    tx,
    sql`INSERT INTO early_warning.student_ordinal (ordinal, student_id)
        SELECT i - 1, id FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS s(id, i)`,
  );
}

async function loadVectors(tx: Tx, size: Size): Promise<void> {
  for (const { code, number } of METRICS.values()) {
    const [row] = await query<{ number: number }>(
      tx,
      sql`INSERT INTO early_warning.metric (id, code, zh, en, unit, fold, domain, sensitivity, retention_days)
          VALUES (${randomUUID()}, ${code}, ${code}, ${code}, 'count', 'sum', 'study', 2, 400) RETURNING number`,
    );
    for (const day of daysOf(size)) {
      const values = dayVector(number, day, size.students);
      const pieces = blocksOf({ first: 0, values, n: 0 });
      await writeVectors(
        tx,
        pieces.map((piece) => ({ metric: row!.number, day, ...piece })),
        1,
      );
    }
  }
}
