import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { Bilingual } from '#contracts';
import { insertAll, query, sql, type Tx } from '#database';
import { Policies, type PolicyAt } from '#policy';
import { CampusClock } from '#time';
import { StudentErased, StudentKeys } from '#vault';
import { type Achievement, achievements, type PublishedKind, sourceOf } from './achievements.js';
import { ArchiveEntry, type ReversalReason } from './archive-entry.entity.js';
import { ArchivePolicy } from './archive.policy.js';
import { wordsOf } from './entry-words.js';

/**
 * Keeps the archive as other services publish it: what counts has one entry that counts, what counts no more is reversed, what was corrected is
 * reversed and entered anew. In whichever order, and however often, events come: what is published now decides.
 */
@Injectable()
export class ArchiveFollowing {
  constructor(
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  async follow(tx: Tx, kind: PublishedKind, which: { ids: readonly string[] } | { groupId: string }): Promise<void> {
    // One after the other: of two events of the same thing at once the later one sees what the earlier one did.
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`early-warning.archive ${kind}`}, 0))`);
    const found = await achievements(tx, kind, which);
    const ids = [...new Set([...('ids' in which ? which.ids : []), ...found.map(({ sourceId }) => sourceId)])];
    const source = sourceOf(kind);
    const standing = new Map(
      (await tx.findBy(ArchiveEntry, { source, kind, sourceId: In(ids), reversed: false, reversesId: IsNull() })).map(
        (entry) => [entry.sourceId, entry],
      ),
    );
    const titles = await this.titlesOf(tx, [...standing.values()]);
    const policy = await this.policies.at(tx, ArchivePolicy, this.clock.today());
    const wanted = await this.entriesOf(
      tx,
      source,
      found.filter(({ counts }) => counts),
      policy,
    );
    const reversals: ArchiveEntry[] = [];
    const reverse = (entry: ArchiveEntry, reason: ReversalReason): void => {
      reversals.push(entry.reversal(reason, this.clock.today()));
    };
    const news = wanted.filter((entry) => {
      const before = standing.get(entry.sourceId);
      if (!before) return true;
      standing.delete(entry.sourceId);
      if (same(before, entry, titles.get(before.id)!)) return false;
      reverse(before, 'corrected');
      // What the student chose stays.
      entry.visibility = before.visibility;
      entry.inBook = before.inBook;
      return true;
    });
    for (const entry of standing.values()) reverse(entry, 'withdrawn');
    await reverseEntries(tx, reversals);
    await this.addSealed(tx, news);
  }

  /** Entries whose students were erased meanwhile are left out. */
  private async addSealed(tx: Tx, entries: ArchiveEntry[]): Promise<void> {
    try {
      await this.students.sealFields(tx, ...entries);
      await insertAll(tx, entries);
    } catch (error) {
      if (!(error instanceof StudentErased) || entries.length === 0) throw error;
      for (const entry of entries) {
        if (entries.length > 1) await this.addSealed(tx, [entry]);
      }
    }
  }

  private async entriesOf(
    tx: Tx,
    source: string,
    found: readonly Achievement[],
    { value: policy, number: policyNumber }: PolicyAt<ArchivePolicy>,
  ): Promise<ArchiveEntry[]> {
    const opened = await this.students.open(
      tx,
      found.map(({ studentId, sealedPlace, sealedTitle }) => ({
        studentId,
        place: sealedPlace ?? '',
        sealed: sealedTitle,
      })),
    );
    return found.flatMap((one, i) => {
      const { kind, sourceId, studentId, level, credits, hours, workId } = one;
      const zh = one.titleZh ?? opened[i] ?? null;
      // A title that was sealed is gone with its key: the student was erased.
      if (one.sealedTitle !== null && zh === null) return [];
      const title: Bilingual | null = zh === null ? null : { zh, en: one.titleEn ?? zh };
      const words = wordsOf(one, title);
      return Object.assign(new ArchiveEntry(), {
        ...{ kind, source, sourceId, studentId, credits, hours, workId, policyNumber },
        level: kind === 'honour' ? level : null,
        ...policy.placeOf(kind, one.code),
        happenedOn: this.dayOf(one),
        ...{ titleZh: words.zh, titleEn: words.en },
      });
    });
  }

  private dayOf({ happenedAt, happenedOn }: Achievement): string {
    const day = happenedAt && this.clock.dateOf(happenedAt);
    if (day && happenedOn) return day < happenedOn ? day : happenedOn;
    return (day ?? happenedOn)!;
  }

  private async titlesOf(tx: Tx, entries: readonly ArchiveEntry[]): Promise<Map<string, Bilingual>> {
    const texts = await this.students.openFields(tx, entries);
    return new Map(entries.map(({ id }, i) => [id, { zh: texts[i]!.titleZh ?? '', en: texts[i]!.titleEn ?? '' }]));
  }
}

function same(before: ArchiveEntry, now: ArchiveEntry, title: Bilingual): boolean {
  return (
    (['studentId', 'happenedOn', 'level', 'credits', 'hours', 'workId'] as const).every(
      (key) => before[key] === now[key],
    ) &&
    title.zh === now.titleZh &&
    title.en === now.titleEn
  );
}

/** Adds entries that take others back, and marks those. */
export async function reverseEntries(tx: Tx, reversals: ArchiveEntry[]): Promise<void> {
  if (reversals.length === 0) return;
  const ids = reversals.map(({ reversesId }) => reversesId!);
  await query(
    tx,
    sql`UPDATE early_warning.archive_entry SET reversed = TRUE, updated_at = now(), version = version + 1 WHERE id = ANY(${ids}::uuid[])`,
  );
  await insertAll(tx, reversals);
}
