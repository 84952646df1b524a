import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, query, sql, type Tx } from '#database';
import { rowByRow } from '#http';
import { type FieldError, Invalid } from '#problems';
import { CampusClock } from '#time';
import { Exact } from './exact.js';
import { type ClassReviewsDto, EntryResultsDto, type MarkDto, type MarksDto } from './round-entries.dto.js';
import { entryAsker, findEntry } from './round-entries.queries.js';
import type { EntryAction, RoundEntry } from './round-entry.entity.js';
import type { Round } from './round.entity.js';
import { visibleEntry } from './rounds.queries.js';

/** What people say of entries: marks of reviewers, opinions of classes. Each row by itself. */
@Injectable()
export class RoundReviews {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  /** A reviewer's marks. Nobody is shown another's before the list is proposed, and then only what is worked out of them. */
  mark(actor: Actor, { rows }: MarksDto): Promise<EntryResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, async ({ id, marks }, i) => {
        const { entry, round } = await this.entryFor(tx, actor, id, 'mark');
        inOrder(round, marks, i);
        await query(
          tx,
          sql`INSERT INTO affairs.round_mark (entry_id, component, reviewer_id, value)
              SELECT ${id}, m.component, ${actor.personId}, m.value::numeric FROM jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) AS m(component text, value text)
              ON CONFLICT (entry_id, component, reviewer_id) DO UPDATE SET value = excluded.value`,
        );
        return entry;
      });
      return Object.assign(new EntryResultsDto(), { rows: results });
    });
  }

  recordClassReviews(actor: Actor, { rows }: ClassReviewsDto): Promise<EntryResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, async ({ id, favour, against, abstained, present, due }, i) => {
        const { entry } = await this.entryFor(tx, actor, id, 'class-review');
        const errors: FieldError[] = [];
        if (favour + against + abstained !== present)
          errors.push(
            error(`#/rows/${i}/present`, '应为赞成、反对与弃权之和', 'must be favour, against and abstained together'),
          );
        if (present > due) errors.push(error(`#/rows/${i}/due`, '不能少于到会', 'cannot be less than present'));
        if (errors.length > 0) throw new Invalid({ errors });
        await query(
          tx,
          sql`INSERT INTO affairs.round_class_review (entry_id, favour, against, abstained, present, due, recorded_by, recorded_by_app)
              VALUES (${id}, ${favour}, ${against}, ${abstained}, ${present}, ${due}, ${actor.personId ?? null}, ${actor.app})
              ON CONFLICT (entry_id) DO UPDATE SET favour = excluded.favour, against = excluded.against, abstained = excluded.abstained,
                present = excluded.present, due = excluded.due, recorded_by = excluded.recorded_by, recorded_by_app = excluded.recorded_by_app`,
        );
        return entry;
      });
      return Object.assign(new EntryResultsDto(), { rows: results });
    });
  }

  private async entryFor(
    tx: Tx,
    actor: Actor,
    id: string,
    action: EntryAction,
  ): Promise<{ entry: RoundEntry; round: Round }> {
    const today = this.clock.today();
    const { entry, round } = await findEntry(tx, visibleEntry(actor, today), id);
    const refused = entry.refusal(action, round, await entryAsker(tx, actor, entry, round, today));
    if (refused) throw refused;
    await audit(tx, actor, { action: `affairs.round-entry.${action}`, subject: { kind: 'round-entry', id } });
    return { entry, round };
  }
}

/** Throws Invalid unless they are marks of components that people score, within their limits, each once. */
function inOrder({ content }: Round, marks: readonly MarkDto[], row: number): void {
  const errors = marks.flatMap(({ component, value }, i) => {
    const at = `#/rows/${row}/marks/${i}`;
    const scored = content.components.find(({ code, from }) => code === component && from === 'people');
    if (!scored) return [error(`${at}/component`, '不是由评委打分的分数项', 'is no component that people score')];
    if (marks.findIndex((one) => one.component === component) < i)
      return [error(`${at}/component`, '重复', 'is there twice')];
    return outOfRange(value, scored.max)
      ? [error(`${at}/value`, `应为 0–${scored.max}`, `must be 0 to ${scored.max}`)]
      : [];
  });
  if (errors.length > 0) throw new Invalid({ errors });
}

export function outOfRange(value: string, max: string): boolean {
  const score = Exact.of(value);
  return score.compare(Exact.zero) < 0 || score.compare(Exact.of(max)) > 0;
}

function error(pointer: string, zh: string, en: string): FieldError {
  return { pointer, zh, en };
}
