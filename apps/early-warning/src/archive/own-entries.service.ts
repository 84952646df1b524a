import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { type Actor, audit, ownStudent } from '#auth';
import { Database, findInScope, insert, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { Files, filesOf } from '#files';
import { anyOf, ByDto, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { ArchiveEntry } from './archive-entry.entity.js';
import { reverseEntries } from './archive-following.service.js';
import { ArchivePolicy } from './archive.policy.js';
import { ArchiveAreaUnknown, ArchiveTrackUnknown, OwnEntryInFuture } from './archive.problems.js';
import { ownEntryVisible, verifies } from './archive.queries.js';
import {
  OwnEntryDetailDto,
  OwnEntryDto,
  type OwnEntriesQuery,
  type OwnEntryFormDto,
  type SubmitOwnEntryDto,
} from './own-entries.dto.js';
import { type Asker, OWN_ENTRY_ACTIONS, OwnEntry, type OwnEntryAction } from './own-entry.entity.js';
import { filesOfEntry } from './own-entry.files.js';

const COLUMNS = sql`o.id, ${personRef(sql`o.student_id`)} AS student, o.area, o.track, o.happened_on::text AS "happenedOn", o.status,
  o.decided_by AS "decidedBy", o.decided_at AS "decidedAt", o.created_at AS "createdAt", o.version`;

type Row = Omit<OwnEntryDto, 'title' | 'decidedBy'> & { decidedBy: string | null };

/** What students record themselves; verified by whoever answers for them, it enters the archive. */
@Injectable()
export class OwnEntries {
  constructor(
    private readonly database: Database,
    private readonly files: Files,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: OwnEntriesQuery): Promise<Page<OwnEntryDto>> {
    const { status, studentId, mine, updatedSince } = request;
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: COLUMNS,
        from: sql`early_warning.own_entry o`,
        where: [
          ownEntryVisible(actor, this.clock.today()),
          anyOf(sql`o.status`, status),
          anyOf(sql`o.student_id`, studentId, 'uuid'),
          mine ? sql`o.student_id = ${actor.personId ?? null}` : undefined,
          updatedSince && sql`o.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`o.created_at`, updatedAt: sql`o.updated_at` },
        defaultSort: '-createdAt',
        id: sql`o.id`,
        to: (row: Row) => row,
      });
      const entries = await tx.findBy(OwnEntry, { id: In(data.map(({ id }) => id)) });
      const texts = await this.students.openFields(tx, entries);
      const titles = new Map(entries.map(({ id }, i) => [id, texts[i]!.title]));
      return { data: data.map((row) => answerOf(new OwnEntryDto(), row, { title: titles.get(row.id) })), ...rest };
    });
  }

  /** One record with its text and files; staff who read it are in the audit. */
  get(actor: Actor, id: string): Promise<OwnEntryDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const entry = await this.find(tx, actor, id);
      if (actor.personId !== entry.studentId) await this.audit(tx, actor, id, 'read');
      return this.detail(tx, actor, entry);
    });
  }

  /** Throws ArchiveAreaUnknown, ArchiveTrackUnknown, OwnEntryInFuture (422), NotFound for a student out of reach. */
  submit(actor: Actor, body: SubmitOwnEntryDto): Promise<OwnEntryDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const studentId = await ownStudent(tx, actor, 'early-warning:archive:write', body.studentId, today);
      await this.check(tx, body);
      const entry = Object.assign(new OwnEntry(), { studentId, ...formOf(body) });
      await this.students.sealFields(tx, entry);
      await insert(tx, entry);
      await this.attach(tx, actor, entry, body.files);
      return this.detail(tx, actor, entry);
    });
  }

  change(actor: Actor, id: string, expected: number, body: OwnEntryFormDto): Promise<OwnEntryDetailDto> {
    return this.act(actor, id, expected, 'change', async (tx, entry) => {
      await this.check(tx, body);
      entry.change(formOf(body));
      await this.attach(tx, actor, entry, body.files);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<OwnEntryDetailDto> {
    return this.act(actor, id, expected, 'withdraw', async (tx, entry) => {
      entry.withdraw();
      await this.takeOut(tx, entry);
    });
  }

  verify(actor: Actor, id: string, expected: number): Promise<OwnEntryDetailDto> {
    return this.act(actor, id, expected, 'verify', async (tx, entry) => {
      const [texts] = await this.students.openFields(tx, [entry]);
      entry.decide('verified', actor.personId ?? actor.app, null, this.clock.now());
      const { value, number: policyNumber } = await this.policies.at(tx, ArchivePolicy, this.clock.today());
      const { studentId, area, track, happenedOn, id: sourceId } = entry;
      const { visibility } = value.placeOf('own', null);
      const added = Object.assign(new ArchiveEntry(), {
        ...{ studentId, area, track, happenedOn, sourceId, visibility, policyNumber },
        ...{ kind: 'own', source: 'early-warning', workId: sourceId, level: null, credits: null, hours: null },
        ...{ titleZh: texts!.title, titleEn: texts!.title },
      } as const);
      await this.students.sealFields(tx, added);
      await insert(tx, added);
    });
  }

  /** Of what was verified, the entry in the archive is reversed. */
  refuse(actor: Actor, id: string, expected: number, reason: string): Promise<OwnEntryDetailDto> {
    return this.act(actor, id, expected, 'refuse', async (tx, entry) => {
      entry.decide('refused', actor.personId ?? actor.app, reason, this.clock.now());
      await this.takeOut(tx, entry);
    });
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    action: OwnEntryAction,
    fn: (tx: Tx, entry: OwnEntry) => Promise<void>,
  ): Promise<OwnEntryDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const entry = await this.find(tx, actor, id, 'update');
      if (entry.version !== expected) throw new StaleVersionError();
      const by = await this.asker(tx, actor, entry);
      const refused = entry.refusal(action, by);
      if (refused) throw refused;
      await fn(tx, entry);
      await this.students.sealFields(tx, entry);
      await update(tx, entry);
      if (!by.own) await this.audit(tx, actor, id, action);
      return this.detail(tx, actor, entry);
    });
  }

  private audit(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    return audit(tx, actor, { action: `early-warning.own-entry.${action}`, subject: { kind: 'own-entry', id } });
  }

  private async takeOut(tx: Tx, { id }: OwnEntry): Promise<void> {
    const where = { kind: 'own', sourceId: id, reversed: false, reversesId: IsNull() } as const;
    const standing = await tx.findBy(ArchiveEntry, where);
    await reverseEntries(
      tx,
      standing.map((entry) => entry.reversal('withdrawn', this.clock.today())),
    );
  }

  private async check(tx: Tx, { area, track, happenedOn }: OwnEntryFormDto): Promise<void> {
    const { areas, tracks } = (await this.policies.at(tx, ArchivePolicy, this.clock.today())).value;
    if (!areas.some(({ code }) => code === area)) throw new ArchiveAreaUnknown({ pointer: '#/area' });
    if (track !== undefined && !tracks.some(({ code }) => code === track))
      throw new ArchiveTrackUnknown({ pointer: '#/track' });
    if (happenedOn > this.clock.today()) throw new OwnEntryInFuture({ pointer: '#/happenedOn' });
  }

  private async attach(tx: Tx, actor: Actor, entry: OwnEntry, ids: string[]): Promise<void> {
    const subject = filesOfEntry(entry);
    await this.files.free(tx, subject, ids);
    if (ids.length > 0) await this.files.attach(tx, actor, ids, subject, { keepUntil: null, pointer: '#/files' });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<OwnEntry> {
    const where = ownEntryVisible(actor, this.clock.today());
    const entry = await findInScope(tx, OwnEntry, id, { alias: 'o', where, ...(lock && { lock }) });
    if (!entry) throw new NotFound({ what: 'record' });
    return entry;
  }

  private async detail(tx: Tx, actor: Actor, entry: OwnEntry): Promise<OwnEntryDetailDto> {
    const row = await queryOne<Row>(tx, sql`SELECT ${COLUMNS} FROM early_warning.own_entry o WHERE o.id = ${entry.id}`);
    const [texts] = await this.students.openFields(tx, [entry]);
    const by = await this.asker(tx, actor, entry);
    const actions = (Object.keys(OWN_ENTRY_ACTIONS) as OwnEntryAction[]).map((action) => {
      const refused = entry.refusal(action, by);
      return offered(action, refused);
    });
    return answerOf(new OwnEntryDetailDto(), row!, {
      ...texts,
      actions,
      files: await filesOf(tx, filesOfEntry(entry)),
    });
  }

  private async asker(tx: Tx, actor: Actor, { id, studentId }: OwnEntry): Promise<Asker> {
    const { personId } = actor;
    const own = actor.can('early-warning:archive:write') && (personId ?? studentId) === studentId;
    const row = await queryOne<{ verifies: boolean }>(
      tx,
      sql`SELECT ${verifies(actor, this.clock.today())} AS verifies FROM early_warning.own_entry o WHERE o.id = ${id}`,
    );
    // Nobody verifies their own.
    return { own, verifies: personId !== studentId && row!.verifies };
  }
}

function answerOf<D extends OwnEntryDto>(dto: D, { decidedBy, ...row }: Row, more: object): D {
  return Object.assign(dto, row, { decidedBy: decidedBy === null ? null : ByDto.from(decidedBy) }, more);
}

function formOf({ area, track, happenedOn, title, text }: OwnEntryFormDto): {
  area: string;
  track: string | null;
  happenedOn: string;
  title: string;
  text: string | null;
} {
  return { area, track: track ?? null, happenedOn, title, text: text ?? null };
}
