import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, sql, type Tx } from '#database';
import { NotFound, type Problem } from '#problems';
import { SignOffNotAutomatic } from './clearances.problems.js';
import { ALL, byOf, refusalOf, resultOf, SignOffs } from './sign-offs.service.js';
import type { Loaded } from './sign-off-store.service.js';
import { SignOffStore, type Step } from './sign-off-store.service.js';
import type { ReportDto, ReportedResult, ReportRowDto, SignOffDecision, SignOffResultDto } from './sign-offs.dto.js';

/** What systems say of automatic entries, such as the library of books: the same said twice changes nothing. */
@Injectable()
export class ClearanceReports {
  constructor(
    private readonly database: Database,
    private readonly store: SignOffStore,
    private readonly signOffs: SignOffs,
  ) {}

  /** Each row by itself: what cannot be taken gets its problem, with the nil UUID where nothing is known by its number and entry. */
  take(actor: Actor, { listId, rows }: ReportDto): Promise<SignOffResultDto[]> {
    return this.database.transaction(actor, async (tx) => {
      const ids = await idsOf(tx, listId, rows);
      const found = await this.store.load(tx, [...new Set(ids.filter((id) => id !== null))], ALL, true);
      const steps = new Map<string, Step>();
      const results = rows.map((row, i) => {
        const loaded = found.get(ids[i] ?? '');
        if (!loaded) return resultOf(NOBODY, new NotFound({ what: 'clearance-sign-off' }));
        const { signOff } = loaded;
        if (!loaded.context.entry.automatic) return resultOf(signOff.id, new SignOffNotAutomatic());
        const needed = decisionsFor(loaded, row.result);
        for (const decision of needed) {
          const refused: Problem | undefined = refusalOf(loaded, decision);
          if (refused) return resultOf(signOff.id, refused);
          this.signOffs.apply(signOff, { decision, reason: row.reason }, byOf(actor));
          steps.set(signOff.id, { loaded, action: decision, by: byOf(actor) });
        }
        return resultOf(signOff.id, signOff, needed.length > 0 || steps.has(signOff.id));
      });
      await this.store.write(tx, [...steps.values()]);
      return results;
    });
  }
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What makes an entry say what a system says; nothing where it says so already, or a department has waived it. */
function decisionsFor({ signOff: { state } }: Loaded, result: ReportedResult): SignOffDecision[] {
  if (state === result || state === 'waived') return [];
  if (result === 'waiting') return state === 'cleared' || state === 'refused' ? ['take_back'] : [];
  if (result === 'cleared') return ['clear'];
  return state === 'cleared' ? ['take_back', 'refuse'] : ['refuse'];
}

/** The entries behind numbers and codes, in the order given; null: there is none. */
export async function idsOf(
  tx: Tx,
  listId: string,
  rows: readonly Pick<ReportRowDto, 'studentNumber' | 'entry'>[],
): Promise<(string | null)[]> {
  const given = rows.map(({ studentNumber, entry }, i) => ({ i, studentNumber, entry }));
  const found = await query<{ id: string | null }>(
    tx,
    sql`SELECT s.id FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS r(i int, "studentNumber" text, entry text)
          LEFT JOIN directory.published_student_v1 p ON p.number = r."studentNumber"
          LEFT JOIN affairs.clearance c ON c.student_id = p.id AND c.list_id = ${listId} AND c.left_on IS NULL
          LEFT JOIN affairs.clearance_sign_off s ON s.clearance_id = c.id AND s.entry = r.entry ORDER BY r.i`,
  );
  return found.map(({ id }) => id);
}
