import { Injectable } from '@nestjs/common';
import { buffer } from 'node:stream/consumers';
import { type Actor, audit } from '#auth';
import { Database, query, sql, type Tx } from '#database';
import { type Cell, writeTable } from '#exchange';
import { NotFound } from '#problems';
import { unitInScope } from '#roster';
import { StudentKeys } from '#vault';
import { Exact } from './exact.js';
import type { ExportProfile } from './round-content.js';
import { RoundEntry } from './round-entry.entity.js';
import { Round } from './round.entity.js';
import { lockRound } from './rounds.queries.js';

type Values = Record<ExportProfile['columns'][number]['value'], Cell>;

/** Results as a bank or the province wants them. */
@Injectable()
export class RoundExports {
  constructor(
    private readonly database: Database,
    private readonly students: StudentKeys,
  ) {}

  /** Those who are in, as a workbook with the columns of the profile, once the round is final. Why is in the audit. */
  export(actor: Actor, id: string, code: string): Promise<Buffer> {
    return this.database.transaction(actor, async (tx) => {
      const scope = actor.scopeOf('affairs:round:export');
      const round = await lockRound(tx, unitInScope(scope, sql`r.unit_id`), id);
      const profile = round.content.exports.find((one) => one.code === code);
      if (!profile) throw new NotFound({ pointer: ':code', what: 'export' });
      if (round.status !== 'final') throw round.notInState();
      await audit(tx, actor, { action: `affairs.round.export-${code}`, subject: { kind: 'round', id } });
      const rows = await this.rows(tx, round);
      async function* lines(): AsyncGenerator<Cell[]> {
        yield profile!.columns.map(({ header }) => header);
        for (const row of rows) yield profile!.columns.map(({ value }) => row[value]);
      }
      return buffer(writeTable(lines(), { type: 'xlsx' }));
    });
  }

  private async rows(tx: Tx, { id, content }: Round): Promise<Values[]> {
    const rows = await query<
      { id: string; place: number; total: string | null; level: string } & Record<
        'name' | 'number' | 'college' | 'major' | 'class',
        string | null
      >
    >(
      tx,
      sql`SELECT e.id, e.place, e.total::text, e.level, p.name, p.number, c.name AS college, m.name AS major, k.name AS class
            FROM affairs.round_entry e JOIN directory.published_person_v1 p ON p.id = e.student_id
            LEFT JOIN directory.published_unit_v1 c ON c.id = e.college_id LEFT JOIN directory.published_unit_v1 m ON m.id = e.major_id
            LEFT JOIN directory.published_unit_v1 k ON k.id = e.class_id
           WHERE e.round_id = ${id} AND e.status = 'entered' AND e.outcome = 'awarded' AND e.revoked_at IS NULL
           ORDER BY c.code, e.place, e.id`,
    );
    const entries = await tx.findBy(RoundEntry, { roundId: id, outcome: 'awarded' });
    const texts = await this.students.openFields(tx, entries);
    const accounts = new Map(entries.map((entry, i) => [entry.id, texts[i]!.account]));
    return rows.map(({ id: entryId, level: reached, total, name, number, college, major, class: class_, place }) => {
      // Of who is erased meanwhile only that they are in is left.
      const level = content.levels.find(({ code }) => code === reached);
      return {
        ...{
          name: name ?? '',
          number: number ?? '',
          college: college ?? '',
          major: major ?? '',
          class: class_ ?? '',
          place,
        },
        ...{
          level: level?.name.zh ?? '',
          amount: level?.amount ?? '',
          total: total === null ? '' : Exact.of(total).toString(),
        },
        account: accounts.get(entryId) ?? '',
      };
    });
  }
}
