import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor, audit } from '#auth';
import { Database, type Tx } from '#database';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { personById, reaches } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { ActivityPolicy, type Track, TRACKS } from '../activities/activities.policy.js';
import { Claim } from './claim.entity.js';
import { entriesOf, type StoredEntry } from './claims.queries.js';
import { TranscriptDto, type TrackProgressDto } from './transcript.dto.js';
import { SecondClassroomPolicy } from './second-classroom.policy.js';
import { transcriptOf } from './transcript.js';

/** What a student's second classroom comes to. */
@Injectable()
export class Transcripts {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** By the policies of today; that staff looked is in the audit. Throws NotFound for a student out of reach. */
  of(actor: Actor, studentId: string | undefined): Promise<TranscriptDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const person = studentId && (await personById(tx, studentId));
      const scope = actor.scopeOf('affairs:participation:read');
      if (!person || person.kind !== 'student' || !(await reaches(tx, scope, person.id, today)))
        throw new NotFound({ what: 'student' });
      if (actor.personId !== person.id)
        await audit(tx, actor, { action: 'affairs.transcript.read', subject: { kind: 'student', id: person.id } });
      const { value: policy, number: policyVersion } = await this.policies.at(tx, SecondClassroomPolicy, today);
      const { kinds } = (await this.policies.at(tx, ActivityPolicy, today)).value;
      const stored = await entriesOf(tx, person.id, this.clock.timeZone);
      const categoryOf = new Map(kinds.map(({ code, category }) => [code, category]));
      const { entries, categories, total } = transcriptOf(stored, { categories: policy.categories, categoryOf });
      const titles = await this.titlesOf(tx, stored);
      const names = new Map(policy.categories.map(({ code, name }) => [code, name]));
      return Object.assign(new TranscriptDto(), {
        ...{ studentId: person.id, total, required: policy.requiredCredits, policyVersion },
        categories: categories.map((one) => ({ ...one, name: names.get(one.code) })),
        tracks: progressOf(stored, new Map(kinds.map(({ code, track }) => [code, track])), policy.trackGoal),
        entries: entries.map(({ workId: _workId, title, ...entry }) => ({
          ...entry,
          title: title?.zh ?? titles.get(entry.id) ?? null,
          titleEn: title?.en ?? null,
        })),
      });
    });
  }

  private async titlesOf(tx: Tx, entries: readonly StoredEntry[]): Promise<Map<string, string | null>> {
    const ids = entries.filter(({ source }) => source === 'claim').map(({ id }) => id);
    const claims = await tx.findBy(Claim, { id: In(ids) });
    const texts = await this.students.openFields(tx, claims);
    return new Map(claims.map(({ id }, i) => [id, texts[i]!.title]));
  }
}

/** Each work counts once for the track of its kind. */
function progressOf(
  entries: readonly StoredEntry[],
  trackOf: ReadonlyMap<string, Track | null>,
  goal: number,
): TrackProgressDto[] {
  return (Object.keys(TRACKS) as Track[]).map((track) => {
    const works = entries.filter(({ kind }) => trackOf.get(kind) === track).map(({ workId }) => workId);
    return { track, done: new Set(works).size, goal };
  });
}
