import fc from 'fast-check';
import { Actor } from '#auth';
import type { Permission } from '#contracts';
import { PERMISSIONS } from '#contracts';
import { type Database, forget, type Tx } from '#database';
import { Events } from '#events';
import { Files } from '#files';
import { Problem } from '#problems';
import { personWithPosts } from '#roster';
import type { TestApp } from '#testing';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { ApplicationCases } from '../src/applications/application-cases.service.js';
import { Applications } from '../src/applications/applications.service.js';
import type { PublishedItem } from '../src/catalogue/catalogue.queries.js';
import { formOf } from '../src/catalogue/form.js';
import { formArbitrary } from './form-arbitrary.js';

/** What is filled in and handed in: each material with the places of its files among those that there are. */
export interface Drawn {
  data: Record<string, unknown>;
  materials: { key: string; files: number[] }[];
}

/** What is filled in for an item: whole, whole but for one thing, or nothing. `files`: so many there are to choose from. */
export function drawnFor({ content }: PublishedItem, files: number): fc.Arbitrary<Drawn> {
  const prefilled = content.prefilled.map(({ field }) => field);
  const known = Object.fromEntries(prefilled.map((field) => [field, 'x']));
  const fields = Object.keys((content.form as { properties: object }).properties);
  const whole = formArbitrary(content.form, prefilled).filter(
    (data) => formOf(content).errorsOf({ ...data, ...known }).length === 0,
  );
  const odd = fc.oneof(
    fc.constantFrom<unknown>('', 7, -1, 1e9, 1.5, null, [], ['a'], {}, '软工2401', '2026-02-30', true),
    fc.string({ minLength: 190, maxLength: 210 }),
  );
  const spoiled = fc
    .record({ data: whole, field: fc.constantFrom(...fields, 'unknown'), value: odd, left: fc.boolean() })
    .map(({ data, field, value, left }) => {
      const { [field]: _, ...others } = data;
      return left ? others : { ...others, [field]: value };
    });
  const data = fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 4, arbitrary: spoiled },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  const some = fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(0, 2) });
  const handed = content.materials.map(({ key }, i) =>
    some.map((n) => ({ key, files: Array.from({ length: n }, (_, k) => (i + k) % (files - 1)) })),
  );
  // The last file is somebody else's.
  const foreign = content.materials.slice(0, 1).map(({ key }) => ({ key, files: [files - 1] }));
  const strange = fc.oneof(
    { weight: 12, arbitrary: fc.constant<Drawn['materials']>([]) },
    { weight: 1, arbitrary: fc.constant<Drawn['materials']>([{ key: 'unknown', files: [] }]) },
    { weight: 1, arbitrary: fc.constant(foreign) },
  );
  return fc
    .tuple(data, fc.tuple(...handed), strange)
    .map(([filled, own, more]) => ({ data: filled, materials: [...own, ...more] }));
}

class RolledBack extends Error {}

/** The use cases of applications, and whatever they write taken back in the end: each in a savepoint of one transaction. */
export async function andBack(test: TestApp, fn: (applications: Applications, tx: Tx) => Promise<void>): Promise<void> {
  await test.database
    .transaction(null, async (tx) => {
      const nested = async <T>(use: (tx: Tx) => Promise<T>): Promise<T> => {
        forget(tx);
        return tx.transaction(use);
      };
      const database: Pick<Database, 'transaction' | 'read'> = {
        transaction: (_, use) => nested(use),
        read: (use) => readOnly(tx, () => nested(use)),
      };
      const [events, files, cases] = [test.app.get(Events), test.app.get(Files), test.app.get(ApplicationCases)];
      const [keys, clock] = [test.app.get(StudentKeys), test.app.get(CampusClock)];
      await fn(new Applications(database as Database, events, files, cases, keys, clock), tx);
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
}

/** Nothing can be written meanwhile; PostgreSQL takes the setting back with the savepoint. */
async function readOnly<T>(tx: Tx, fn: () => Promise<T>): Promise<T> {
  await tx.query('SAVEPOINT reading');
  try {
    await tx.query('SET LOCAL transaction_read_only = on');
    return await fn();
  } finally {
    await tx.query('ROLLBACK TO SAVEPOINT reading');
  }
}

/** Somebody with what their posts of today give them, as a request of theirs has it. */
export async function actorOf(test: TestApp, id: string): Promise<Actor> {
  const person = (await personWithPosts(test.tx, id, test.clock.today()))!;
  const granted = Object.keys(PERMISSIONS) as Permission[];
  return Actor.person('test-portal', { id, student: person.kind === 'student', posts: person.posts }, granted);
}

export type Answered<T> = { answer: T; problem?: undefined } | { answer?: undefined; problem: Problem };

/** What is answered, or the problem that is. */
export async function answered<T>(asked: Promise<T>): Promise<Answered<T>> {
  try {
    return { answer: await asked };
  } catch (error) {
    if (error instanceof Problem) return { problem: error };
    throw error;
  }
}
