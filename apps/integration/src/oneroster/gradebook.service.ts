import { Injectable } from '@nestjs/common';
import type { FindOptionsWhere } from 'typeorm';
import { type Actor, audit, auditList } from '#auth';
import { Database, insert, insertAll, newId, query, queryOne, raw, sql, type Tx, update } from '#database';
import { Invalid, NotFound } from '#problems';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { Collections } from './collections.service.js';
import type { GradebookObjectDto, SourcedIdPairsDto } from './gradebook.dto.js';
import { Category, LineItem, Result, ScoreScale } from './gradebook.entity.js';
import { type Given, inUse, References, type Rows, type Within } from './gradebook-refs.js';
import { GradebookInUse, GradebookRefused } from './oneroster.problems.js';
import type { Moment } from './resources.js';
import type { CollectionName } from './routes.js';

type Name = keyof Rows;
const TABLES: { [N in Name]: new () => Rows[N] } = {
  category: Category,
  scoreScale: ScoreScale,
  lineItem: LineItem,
  result: Result,
};
/** What is said of how somebody did. */
const NOTHING_SAID = {
  ...{ score: null, textScore: null, comment: null },
  ...{ inProgress: null, incomplete: null, late: null, missing: null },
};

/** What apps write into the gradebook of OneRoster 1.2. */
@Injectable()
export class Gradebook {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly keys: StudentKeys,
    private readonly collections: Collections,
  ) {}

  /** Writes an object; answers whether it is new. Throws GradebookRefused. */
  async put<N extends Name>(actor: Actor, name: N, sourcedId: string, given: Given[N]): Promise<boolean> {
    if (given.sourcedId !== sourcedId) throw notThatOfPath(name);
    return this.database.transaction(actor, async (tx) => {
      // Two that create the same one follow each other.
      await query(
        tx,
        sql`SELECT pg_advisory_xact_lock(hashtextextended(${`integration.gradebook ${name} ${sourcedId}`}, 0))`,
      );
      if (given.status === 'tobedeleted') {
        await this.remove(tx, actor, name, sourcedId);
        return false;
      }
      const found = await this.rowOf(tx, name, sourcedId);
      const [row] = await this.rowsOf(tx, actor, name, [given], [`#/${name}`], {}, found ?? undefined);
      await (found ? update(tx, row!) : insert(tx, row!));
      if (row instanceof Result)
        await audit(tx, actor, {
          action: 'integration.oneroster.put-result',
          subject: { kind: 'person', id: row.studentId },
        });
      return !found;
    });
  }

  /** Writes new objects under ids of the house, all or none. Throws NotFound for what stands in the address, GradebookRefused. */
  async post<N extends 'lineItem' | 'result'>(
    actor: Actor,
    name: N,
    given: Given[N][],
    within: Within,
  ): Promise<SourcedIdPairsDto> {
    return this.database.transaction(actor, async (tx) => {
      const { moment } = this;
      for (const [of, id] of Object.entries(within) as [CollectionName, string][])
        await this.collections.mustExist(tx, of, id, moment);
      const pointers = given.map((_, i) => `#/${name}s/${i}`);
      const rows = await this.rowsOf(tx, actor, name, given, pointers, within);
      for (const row of rows) row.sourcedId = newId();
      await insertAll(tx, rows);
      if (name === 'result')
        await auditList(tx, actor, { action: 'integration.oneroster.post-results', rows: rows.length, filter: within });
      return {
        sourcedIdPairs: rows.map(({ sourcedId }, i) => ({
          suppliedSourcedId: given[i]!.sourcedId,
          allocatedSourcedId: sourcedId,
        })),
      };
    });
  }

  /** It stays as `tobedeleted`; a result says nothing more, and those of a line item go with it. Throws NotFound, GradebookInUse. */
  async delete(actor: Actor, name: Name, sourcedId: string): Promise<void> {
    await this.database.transaction(actor, (tx) => this.remove(tx, actor, name, sourcedId));
  }

  private async remove(tx: Tx, actor: Actor, name: Name, sourcedId: string): Promise<void> {
    const row = await this.rowOf(tx, name, sourcedId);
    if (!row) throw new NotFound({ what: name });
    if (row.deleted) return;
    const { tablePath } = tx.dataSource.getMetadata(TABLES[name]);
    const used = await queryOne(tx, sql`SELECT FROM ${raw(tablePath)} g WHERE g.id = ${row.id} AND (${inUse(name)})`);
    if (used) throw new GradebookInUse();
    const gone = { deleted: true, changedAt: this.clock.now(), byApp: actor.app };
    await update(tx, Object.assign(row, gone, row instanceof Result && NOTHING_SAID));
    if (row instanceof LineItem)
      await query(
        tx,
        sql`UPDATE integration.gradebook_result SET deleted = true, changed_at = ${gone.changedAt}, by_app = ${gone.byApp}, score = NULL,
              text_score = NULL, comment = NULL, in_progress = NULL, incomplete = NULL, late = NULL, missing = NULL,
              version = version + 1, updated_at = now()
             WHERE line_item_id = ${row.id} AND NOT deleted`,
      );
    if (row instanceof Result)
      await audit(tx, actor, {
        action: 'integration.oneroster.delete-result',
        subject: { kind: 'person', id: row.studentId },
      });
  }

  private rowOf<N extends Name>(tx: Tx, name: N, sourcedId: string): Promise<Rows[N] | null> {
    const where = { sourcedId } as FindOptionsWhere<Rows[N]>;
    return tx.findOne(TABLES[name], { where, lock: { mode: 'pessimistic_write' } });
  }

  /** Rows of what was given, ready to be written. */
  private async rowsOf<N extends Name>(
    tx: Tx,
    actor: Actor,
    name: N,
    given: Given[N][],
    pointers: string[],
    within: Within,
    found?: Rows[N],
  ): Promise<Rows[N][]> {
    const references = new References(tx, this.moment, pointers, within);
    const fieldsOf = references[name].bind(references) as unknown as (given: Given[N][]) => Promise<Partial<Rows[N]>[]>;
    const fields = await fieldsOf(given);
    if (found instanceof LineItem) await this.mustKeepClass(tx, found, fields[0] as Partial<LineItem>);
    const rows = fields.map((one, i) =>
      Object.assign(found ?? new TABLES[name](), one, {
        ...{ sourcedId: (given[i] as GradebookObjectDto).sourcedId, deleted: false },
        ...{ changedAt: this.clock.now(), byApp: actor.app },
      }),
    );
    await this.keys.sealFields(tx, ...rows.filter((row) => row instanceof Result));
    return rows;
  }

  /** Its results are of students of the class that it had. */
  private async mustKeepClass(tx: Tx, { id, classId }: LineItem, next: Partial<LineItem>): Promise<void> {
    if (classId === next.classId) return;
    const graded = await queryOne(
      tx,
      sql`SELECT FROM integration.gradebook_result WHERE line_item_id = ${id} AND NOT deleted LIMIT 1`,
    );
    if (!graded) return;
    const why = { zh: '已有成绩，不能改到别的班级', en: 'cannot be another: there are results' };
    throw new GradebookRefused({ errors: [{ pointer: '#/lineItem/class', ...why }] });
  }

  private get moment(): Moment {
    return { today: this.clock.today(), timeZone: this.clock.timeZone };
  }
}

function notThatOfPath(name: Name): Error {
  const why = { zh: '与地址中的不同', en: 'is not that of the address' };
  return new Invalid({ errors: [{ pointer: `#/${name}/sourcedId`, ...why }] });
}
