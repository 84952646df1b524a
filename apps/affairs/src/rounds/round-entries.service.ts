import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { RoundEntryChangedV1 } from '#contracts';
import { Database, findInScope, insert, onConflict, query, queryOne, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { anyOf, ByDto, list, type Page } from '#http';
import { type FieldError, Invalid, NotFound } from '#problems';
import { inScope, inUnits, personRef, reaches } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { knownFieldsOf } from '../catalogue/catalogue.queries.js';
import { eligibilityOf } from '../catalogue/eligibility.js';
import { formOf } from '../catalogue/form.js';
import { Exact } from './exact.js';
import { isFor } from './round-evaluation.js';
import {
  type EnterDto,
  type EntryFormDto,
  type RoundEntriesQuery,
  RoundEntryDetailDto,
  RoundEntryDto,
} from './round-entries.dto.js';
import { entryAsker, findEntry, PUBLISHED, withdrawnEntry } from './round-entries.queries.js';
import { ENTRY_ACTIONS, type EntryAction, RoundEntry } from './round-entry.entity.js';
import { Round } from './round.entity.js';
import { EnteredAlready, EntryNotPossible, NOT_THIS_WAY } from './rounds.problems.js';
import { homesOf, lockGroup, visibleEntry, visibleRound } from './rounds.queries.js';

/** Students in rounds: they apply or are nominated, and see what came of it. */
@Injectable()
export class RoundEntries {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Lists of rounds in which it is private to be at all are in the audit. */
  async list(actor: Actor, request: RoundEntriesQuery): Promise<Page<RoundEntryDto>> {
    const page = await this.database.read((tx) => this.page(tx, actor, request));
    const rows = page.data.filter(
      ({ kind, student }) => (kind === 'hardship' || kind === 'aid') && student.id !== actor.personId,
    ).length;
    if (rows > 0)
      await auditList(this.database.connection, actor, { action: 'affairs.round-entry.list', rows, filter: request });
    return page;
  }

  /** Who reads the entry of somebody else leaves an entry in the audit. */
  async get(actor: Actor, id: string): Promise<RoundEntryDetailDto> {
    const detail = await this.database.read(async (tx) => {
      const entry = await findInScope(tx, RoundEntry, id, {
        alias: 'e',
        where: visibleEntry(actor, this.clock.today()),
      });
      if (!entry) throw new NotFound({ what: 'round-entry' });
      return this.detail(tx, actor, entry, await tx.findOneByOrFail(Round, { id: entry.roundId }));
    });
    if (detail.student.id !== actor.personId)
      await audit(this.database.connection, actor, {
        action: 'affairs.round-entry.read',
        subject: { kind: 'round-entry', id },
      });
    return detail;
  }

  /** A student comes in by themselves, or staff who answer for them nominate them. */
  enter(actor: Actor, { roundId, studentId: named, data }: EnterDto): Promise<RoundEntryDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const studentId = named ?? actor.personId;
      if (!studentId) throw new Invalid({ errors: [{ pointer: '#/studentId', zh: '必填', en: 'is required' }] });
      const round = await findInScope(tx, Round, roundId, {
        alias: 'r',
        where: visibleRound(actor, today),
        lock: 'share',
      });
      if (!round || round.status === 'draft') throw new NotFound({ pointer: '#/roundId', what: 'round' });
      const way = await this.wayOf(tx, actor, studentId);
      if (round.status !== 'open') throw round.notInState();
      const errors = [...(await this.findings(tx, round, studentId, way)), ...filledIn(round, data ?? {})];
      if (errors.length > 0) throw new EntryNotPossible({ errors });
      const home = (await homesOf(tx, [studentId], today)).get(studentId);
      const none = { collegeId: null, majorId: null, classId: null };
      const made = RoundEntry.make({ roundId, studentId, way, ...(home ?? none) }, actor);
      const before = await withdrawnEntry(tx, roundId, studentId);
      before?.enterAgain(made);
      const entry = before ?? made;
      entry.data = JSON.stringify(data ?? {});
      await this.students.sealFields(tx, entry);
      const write = before ? update(tx, entry) : insert(tx, entry);
      await onConflict(write, { round_entry_once: () => new EnteredAlready({ pointer: '#/studentId' }) });
      return this.detail(tx, actor, entry, round);
    });
  }

  write(actor: Actor, id: string, expected: number, { data }: EntryFormDto): Promise<RoundEntryDetailDto> {
    return this.change(actor, id, expected, 'change', async (tx, entry, round) => {
      const errors = filledIn(round, data);
      if (errors.length > 0) throw new EntryNotPossible({ errors });
      entry.data = JSON.stringify(data);
      await this.students.sealFields(tx, entry);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<RoundEntryDetailDto> {
    return this.change(actor, id, expected, 'withdraw', async (_, entry) => {
      entry.status = 'withdrawn';
    });
  }

  /** A final result that turned out to be wrong no longer holds, and whoever uses results hears of it. */
  revoke(actor: Actor, id: string, expected: number, reason: string): Promise<RoundEntryDetailDto> {
    return this.change(actor, id, expected, 'revoke', async (tx, entry) => {
      entry.revoke(actor.personId ?? null, reason, this.clock.now());
      await this.students.sealFields(tx, entry);
      await this.publishChange(tx, entry);
    });
  }

  /** The revocation was wrong: the result holds again. */
  reinstate(actor: Actor, id: string, expected: number): Promise<RoundEntryDetailDto> {
    return this.change(actor, id, expected, 'reinstate', (tx, entry) => {
      entry.reinstate();
      return this.publishChange(tx, entry);
    });
  }

  /** The objection for which somebody was taken out should not have been upheld: they are in the review again. */
  restore(actor: Actor, id: string, expected: number): Promise<RoundEntryDetailDto> {
    return this.change(actor, id, expected, 'restore', async (_, entry) => {
      Object.assign(entry, { status: 'entered', outcome: null });
    });
  }

  async detail(tx: Tx, actor: Actor, entry: RoundEntry, round: Round): Promise<RoundEntryDetailDto> {
    const { within, ...asker } = await entryAsker(tx, actor, entry, round, this.clock.today());
    const [texts] = await this.students.openFields(tx, [entry]);
    const known = await queryOne<Pick<RoundEntryDetailDto, 'student' | 'ownMarks' | 'classReview'>>(
      tx,
      sql`SELECT ${personRef(sql`${entry.studentId}::uuid`)} AS student,
                 (SELECT coalesce(json_agg(json_build_object('component', m.component, 'value', trim_scale(m.value)::text) ORDER BY m.component), '[]')
                    FROM affairs.round_mark m WHERE m.entry_id = ${entry.id} AND m.reviewer_id = ${actor.personId ?? null}) AS "ownMarks",
                 (SELECT json_build_object('favour', c.favour, 'against', c.against, 'abstained', c.abstained, 'present', c.present, 'due', c.due)
                    FROM affairs.round_class_review c WHERE c.entry_id = ${entry.id}) AS "classReview"`,
    );
    const { id, roundId, way, status, revokedAt, createdAt, updatedAt, version, createdBy, createdByApp } = entry;
    // Until the notice the list may still change: it is for those alone who make it.
    const published = round.status === 'notice' || round.status === 'final';
    const shown = published || (within && actor.personId !== entry.studentId);
    const { outcome, level, place, overQuota, scores, exclusions } = shown ? entry : NOTHING;
    const refusals = (Object.keys(ENTRY_ACTIONS) as EntryAction[]).map((action) =>
      offered(action, entry.refusal(action, round, asker)),
    );
    return Object.assign(new RoundEntryDetailDto(), {
      ...{
        id,
        roundId,
        title: round.content.title,
        kind: round.kind,
        way,
        status,
        revokedAt,
        createdAt,
        updatedAt,
        version,
      },
      ...{
        outcome,
        level,
        place,
        overQuota,
        total: shown && entry.total !== null ? plain(entry.total) : null,
        ...known,
      },
      classReview: shown ? known!.classReview : null,
      data: texts?.data == null ? null : (JSON.parse(texts.data) as Record<string, unknown>),
      automaticGroup: within ? (texts?.automaticGroup ?? null) : null,
      revokedFor: within ? (texts?.revokedFor ?? null) : null,
      createdBy: ByDto.of(createdBy, createdByApp),
      scores: round.content.components.flatMap(({ code: component }) => {
        const score = scores?.[component];
        return score === undefined ? [] : [{ component, score }];
      }),
      exclusions: exclusions ?? [],
      actions: refusals,
    });
  }

  private async publishChange(tx: Tx, entry: RoundEntry): Promise<void> {
    const { id: entryId, roundId } = entry;
    await this.events.publish(tx, new RoundEntryChangedV1({ roundId, entryId }), entry);
  }

  private page(tx: Tx, actor: Actor, request: RoundEntriesQuery): Promise<Page<RoundEntryDto>> {
    const { roundId, status, outcome, level, way, studentId, unitId, mine, updatedSince } = request;
    const me = actor.personId ?? null;
    const today = this.clock.today();
    const within = inScope(actor.scopeOf('affairs:round:read'), sql`e.student_id`, today);
    const shown = sql`(${PUBLISHED} OR (e.student_id IS DISTINCT FROM ${me}::uuid AND ${within}))`;
    return list(tx, request, {
      select: sql`e.id, e.round_id AS "roundId", r.content->'title' AS title, r.kind, ${personRef(sql`e.student_id`)} AS student, e.way, e.status,
                  CASE WHEN ${shown} THEN e.outcome END AS outcome, CASE WHEN ${shown} THEN e.level END AS level,
                  CASE WHEN ${shown} THEN e.place END AS place, CASE WHEN ${shown} THEN trim_scale(e.total)::text END AS total,
                  ${shown} AND e.over_quota AS "overQuota", e.revoked_at AS "revokedAt", e.created_at AS "createdAt",
                  e.updated_at AS "updatedAt", e.version`,
      from: sql`affairs.round_entry e JOIN affairs.round r ON r.id = e.round_id`,
      where: [
        visibleEntry(actor, today),
        anyOf(sql`e.round_id`, roundId, 'uuid'),
        anyOf(sql`e.status`, status),
        outcome && sql`(${shown} AND ${anyOf(sql`e.outcome`, outcome) ?? sql`TRUE`})`,
        level && sql`(${shown} AND ${anyOf(sql`e.level`, level) ?? sql`TRUE`})`,
        anyOf(sql`e.way`, way),
        anyOf(sql`e.student_id`, studentId, 'uuid'),
        inUnits(unitId, sql`e.student_id`, today),
        mine ? sql`e.student_id = ${me}` : undefined,
        updatedSince && sql`e.updated_at >= ${updatedSince}`,
      ],
      sorts: {
        createdAt: sql`e.created_at`,
        updatedAt: sql`e.updated_at`,
        place: sql`CASE WHEN ${shown} THEN coalesce(e.place, 2147483647) ELSE 2147483647 END`,
      },
      defaultSort: '-createdAt',
      id: sql`e.id`,
      to: (row: RoundEntryDto) => RoundEntryDto.from(row),
    });
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: EntryAction,
    fn: (tx: Tx, entry: RoundEntry, round: Round) => Promise<void>,
  ): Promise<RoundEntryDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const { entry, round } = await findEntry(tx, visibleEntry(actor, today), id, expected);
      if (action === 'reinstate') await lockGroup(tx, round);
      const refused = entry.refusal(action, round, await entryAsker(tx, actor, entry, round, today));
      if (refused) throw refused;
      await fn(tx, entry, round);
      await update(tx, entry);
      if (actor.personId !== entry.studentId)
        await audit(tx, actor, { action: `affairs.round-entry.${action}`, subject: { kind: 'round-entry', id } });
      return this.detail(tx, actor, entry, round);
    });
  }

  /** How somebody whom the actor may bring in comes in. Throws NotFound for other students. */
  private async wayOf(tx: Tx, actor: Actor, studentId: string): Promise<'self' | 'nomination'> {
    const today = this.clock.today();
    if (await reaches(tx, actor.scopeOf('affairs:round:enter'), studentId, today)) return 'self';
    if (await reaches(tx, actor.scopeOf('affairs:round:review'), studentId, today)) return 'nomination';
    throw new NotFound({ pointer: '#/studentId', what: 'student' });
  }

  private async findings(
    tx: Tx,
    { content, unitId }: Round,
    studentId: string,
    way: 'self' | 'nomination',
  ): Promise<FieldError[]> {
    const today = this.clock.today();
    const at = (zh: string, en: string): FieldError => ({ pointer: '#/roundId', zh, en });
    const errors: FieldError[] = [];
    if (!content.entry.includes(way)) errors.push(at(NOT_THIS_WAY.zh, NOT_THIS_WAY.en));
    if (content.entryUntil !== null && content.entryUntil < today)
      errors.push(at('申请已截止', 'The last day is over'));
    const meant = await query(
      tx,
      sql`SELECT FROM directory.published_student_v1 s WHERE s.id = ${studentId} AND s.active AND ${isFor(content, unitId, sql`s.id`, sql`s.grade`, today)}`,
    );
    const known = await knownFieldsOf(tx, studentId, today);
    if (meant.length === 0 || !known) return [...errors, at('不面向该学生', 'The round is not for this student')];
    const unmet = eligibilityOf(content, known.student, today).filter(({ ok }) => !ok);
    return [...errors, ...unmet.map(({ reason }) => at(reason.zh, reason.en))];
  }
}

const NOTHING: Pick<RoundEntry, 'outcome' | 'level' | 'place' | 'overQuota' | 'scores' | 'exclusions'> = {
  ...{ outcome: null, level: null, place: null, overQuota: false, scores: null, exclusions: null },
};

function filledIn({ content }: Round, data: Record<string, unknown>): FieldError[] {
  return formOf(content)
    .errorsOf(data)
    .map(({ pointer, zh, en }) => ({ pointer, zh, en }));
}

/** A numeric as people write it. */
function plain(numeric: string): string {
  return Exact.of(numeric).toString();
}
