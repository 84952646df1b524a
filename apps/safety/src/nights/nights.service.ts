import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, query, queryOne, sql, type Sql, type Tx } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { inScope, inUnits } from '#roster';
import { JobDto, Jobs } from '#service';
import { CampusClock, daysBetween } from '#time';
import { lastNight } from '../curfew/night-window.js';
import { Retention } from '../passes/retention.service.js';
import { NightCheckRequestedV1 } from './night-check-requested.event.js';
import { findingCounts, NO_FINDINGS, residentCounts } from './night-numbers.queries.js';
import {
  FindingDto,
  type FindingHistoryDto,
  type FindingsQuery,
  FindingWithHistoryDto,
  MOST_NIGHTS,
  NightDto,
  type NightFindingsQuery,
  type NightsQuery,
  type RequestNightCheckDto,
} from './nights.dto.js';
import { NightNoLongerKept, NightNotOver, RangeEndsBeforeItBegins, TooManyNights } from './nights.problems.js';

/** A finding (alias `f`) with its student and building. */
const COLUMNS = sql`f.id, f.night::text AS night, json_build_object('id', s.id, 'number', s.number, 'name', s.name) AS student,
  f.building_id AS "buildingId", b.name AS "buildingName", f.finding, f.observed, f.minutes_late AS "minutesLate", f.excuse,
  f.excuse_id AS "excuseId", f.last_pass_at AS "lastPassAt", f.returned_at AS "returnedAt", f.revision`;
const TABLES = sql`safety.night_finding f JOIN directory.published_student_v1 s ON s.id = f.student_id
  JOIN directory.published_unit_v1 b ON b.id = f.building_id`;

const NIGHT_COLUMNS = sql`n.night::text AS night, n.revision, n.policy_number AS "policyNumber", n.checked_at AS "checkedAt", n.students, n.outages`;

/** A night without what is counted for the caller; `students` are those of the school. */
type NightRow = Omit<NightDto, 'counts'>;

/** Nights and findings as those who answer for the students see them, and asking for a check. */
@Injectable()
export class Nights {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly retention: Retention,
    private readonly clock: CampusClock,
  ) {}

  /** A check is about everybody, so it takes the right over the whole school. */
  request(actor: Actor, body: RequestNightCheckDto): Promise<JobDto> {
    requireSchool(actor, 'safety:night-check:write');
    const { night, to } = body;
    const last = lastNight(this.clock.now(), this.clock.timeZone);
    if (night > last) throw new NightNotOver({ pointer: '#/night', params: { last } });
    if (to !== undefined && to < night) throw new RangeEndsBeforeItBegins({ pointer: '#/to' });
    if (to !== undefined && to > last) throw new NightNotOver({ pointer: '#/to', params: { last } });
    if (to !== undefined && daysBetween(night, to) >= MOST_NIGHTS)
      throw new TooManyNights({ pointer: '#/to', params: { most: MOST_NIGHTS } });
    return this.database.transaction(actor, async (tx) => {
      const first = await this.retention.firstNight(tx);
      if (night < first) throw new NightNoLongerKept({ pointer: '#/night', params: { first } });
      const job = await this.jobs.create(tx, actor, 'safety', 'night-check');
      await this.events.publish(tx, new NightCheckRequestedV1(night, job.id, to));
      return JobDto.from(job);
    });
  }

  /** Newest first. Numbers are counted over the caller's students only. */
  list(actor: Actor, q: NightsQuery): Promise<Page<NightDto>> {
    const { from, to } = q;
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, q, {
        select: NIGHT_COLUMNS,
        from: sql`safety.night n`,
        where: [from && sql`n.night >= ${from}`, to && sql`n.night <= ${to}`],
        sorts: { night: sql`n.night` },
        defaultSort: '-night',
        id: sql`n.id`,
        to: (row: NightRow) => row,
      });
      return { data: await this.withNumbers(tx, actor, data), ...rest };
    });
  }

  get(actor: Actor, night: string): Promise<NightDto> {
    return this.database.read(async (tx) => {
      const row = await queryOne<NightRow>(
        tx,
        sql`SELECT ${NIGHT_COLUMNS} FROM safety.night n WHERE n.night = ${night}`,
      );
      if (!row) throw new NotFound({ what: 'finding' });
      return (await this.withNumbers(tx, actor, [row]))[0] as NightDto;
    });
  }

  /** By student number. */
  async findingsOfNight(actor: Actor, night: string, q: NightFindingsQuery): Promise<Page<FindingDto>> {
    const known = await queryOne(this.database.connection, sql`SELECT FROM safety.night WHERE night = ${night}`);
    if (!known) throw new NotFound({ what: 'finding' });
    return list(this.database.connection, q, {
      select: COLUMNS,
      from: TABLES,
      where: [sql`f.night = ${night}`, ...this.filters(actor, q)],
      sorts: { number: sql`s.number`, updatedAt: sql`f.updated_at` },
      defaultSort: 'number',
      id: sql`f.id`,
      to: FindingDto.from,
    });
  }

  /** Newest night first. */
  async findings(actor: Actor, q: FindingsQuery): Promise<Page<FindingDto>> {
    const { from, to } = q;
    return list(this.database.connection, q, {
      select: COLUMNS,
      from: TABLES,
      where: [from && sql`f.night >= ${from}`, to && sql`f.night <= ${to}`, ...this.filters(actor, q)],
      sorts: { night: sql`f.night`, updatedAt: sql`f.updated_at` },
      defaultSort: '-night',
      id: sql`f.id`,
      to: FindingDto.from,
    });
  }

  async getFinding(actor: Actor, id: string): Promise<FindingWithHistoryDto> {
    const row = await queryOne<FindingDto>(
      this.database.connection,
      sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE f.id = ${id} AND ${this.visible(actor, sql`f.student_id`)}`,
    );
    if (!row) throw new NotFound({ what: 'finding' });
    const history = await query<FindingHistoryDto>(
      this.database.connection,
      sql`SELECT revision, finding, minutes_late AS "minutesLate", excuse, replaced_at AS "replacedAt"
            FROM safety.night_finding_history WHERE finding_id = ${id} ORDER BY revision DESC LIMIT 1000`,
    );
    return Object.assign(new FindingWithHistoryDto(), FindingDto.from(row), { history });
  }

  private filters(actor: Actor, q: NightFindingsQuery | FindingsQuery): (Sql | '' | undefined)[] {
    const { studentId, unitId, finding, buildingId, updatedSince } = q;
    return [
      this.visible(actor, sql`f.student_id`),
      anyOf(sql`f.student_id`, studentId, 'uuid'),
      inUnits(unitId, sql`f.student_id`, this.clock.today()),
      anyOf(sql`f.finding`, finding) ?? sql`f.finding <> 'clear'`,
      anyOf(sql`f.building_id`, buildingId, 'uuid'),
      updatedSince && sql`f.updated_at >= ${updatedSince}`,
    ];
  }

  /** Nights that follow each other with the numbers of the caller's students. */
  private async withNumbers(tx: Tx, actor: Actor, nights: readonly NightRow[]): Promise<NightDto[]> {
    if (nights.length === 0) return [];
    const dates = nights.map(({ night }) => night).sort();
    const range = { first: dates[0]!, last: dates.at(-1)! };
    const { school } = actor.scopeOf('safety:night-check:read');
    const counts = await findingCounts(tx, range, this.visible(actor, sql`f.student_id`));
    const students = school ? undefined : await residentCounts(tx, range, this.visible(actor, sql`m.person_id`));
    return nights.map((row) =>
      NightDto.from({
        ...row,
        students: students ? (students.get(row.night) ?? 0) : row.students,
        counts: counts.get(row.night) ?? NO_FINDINGS,
      }),
    );
  }

  private visible(actor: Actor, student: Sql): Sql {
    return inScope(actor.scopeOf('safety:night-check:read'), student, this.clock.today());
  }
}
