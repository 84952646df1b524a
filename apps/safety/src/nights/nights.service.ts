import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Config } from '#config';
import { NightCheckRequestedV1 } from '#contracts';
import { Database, query, sql, type Sql } from '#database';
import { Events } from '#events';
import { keyset, NotFound, type Page, toPage } from '#http';
import { daysBetween, inScope, today } from '#roster';
import { JobDto, Jobs } from '#service';
import { lastNight } from '../curfew/night-window.js';
import { wasActive } from './night.queries.js';
import {
  FindingDto,
  type FindingHistoryDto,
  type FindingRow,
  type FindingsQuery,
  FindingWithHistoryDto,
  MOST_NIGHTS,
  NightDto,
  type NightFindingsQuery,
  type NightRow,
  type NightsQuery,
  type RequestNightCheckDto,
} from './nights.dto.js';
import { NightNotOver, RangeEndsBeforeItBegins, TooManyNights } from './nights.problems.js';

/** Nights and findings as those who answer for the students see them, and asking for a check. */
@Injectable()
export class Nights {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly config: Config,
  ) {}

  /** A check is about everybody, so it takes the right over the whole school. */
  request(actor: Actor, body: RequestNightCheckDto): Promise<JobDto> {
    requireSchool(actor, 'safety:night-check:write');
    const { night, to } = body;
    const last = lastNight(new Date(), this.config.timeZone);
    if (night > last) throw new NightNotOver({ pointer: '#/night', params: { last } });
    if (to !== undefined && to < night) throw new RangeEndsBeforeItBegins({ pointer: '#/to' });
    if (to !== undefined && to > last) throw new NightNotOver({ pointer: '#/to', params: { last } });
    if (to !== undefined && daysBetween(night, to) >= MOST_NIGHTS)
      throw new TooManyNights({ pointer: '#/to', params: { most: MOST_NIGHTS } });
    return this.database.transaction(actor, async (tx) => {
      const job = await this.jobs.create(tx, actor, 'safety', 'night-check');
      await this.events.publish(tx, new NightCheckRequestedV1(night, job.id, to));
      return JobDto.from(job);
    });
  }

  /** Newest first. */
  async list(actor: Actor, q: NightsQuery): Promise<Page<NightDto>> {
    const page = keyset(q, { sorts: { night: sql`n.night` }, defaultSort: '-night', id: sql`n.id` });
    const rows = await this.nights(
      actor,
      sql`(${q.from ?? null}::date IS NULL OR n.night >= ${q.from ?? null})
          AND (${q.to ?? null}::date IS NULL OR n.night <= ${q.to ?? null})
          AND ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(rows, q, (row) => [row.night, row.id], NightDto.from);
  }

  async get(actor: Actor, night: string): Promise<NightDto> {
    const [row] = await this.nights(actor, sql`n.night = ${night}`);
    if (!row) throw new NotFound({ what: 'finding' });
    return NightDto.from(row);
  }

  /** By student number. */
  async findingsOfNight(actor: Actor, night: string, q: NightFindingsQuery): Promise<Page<FindingDto>> {
    await this.get(actor, night);
    const page = keyset(q, { sorts: { number: sql`s.number` }, defaultSort: 'number', id: sql`f.id` });
    const rows = await this.findings(
      actor,
      page.sortKey,
      sql`f.night = ${night} AND ${ofKind(q.finding)}
          AND (${q.buildingId ?? null}::uuid IS NULL OR f.building_id = ${q.buildingId ?? null})
          AND ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(rows, q, (row) => [row.sortKey, row.id], FindingDto.from);
  }

  /** Newest night first. */
  async findingsOfStudent(actor: Actor, q: FindingsQuery): Promise<Page<FindingDto>> {
    const page = keyset(q, { sorts: { night: sql`f.night` }, defaultSort: '-night', id: sql`f.id` });
    const rows = await this.findings(
      actor,
      page.sortKey,
      sql`f.student_id = ${q.studentId} AND ${ofKind(q.finding)}
          AND (${q.from ?? null}::date IS NULL OR f.night >= ${q.from ?? null})
          AND (${q.to ?? null}::date IS NULL OR f.night <= ${q.to ?? null})
          AND ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(rows, q, (row) => [row.sortKey, row.id], FindingDto.from);
  }

  async getFinding(actor: Actor, id: string): Promise<FindingWithHistoryDto> {
    const [row] = await this.findings(actor, sql`''`, sql`f.id = ${id}`);
    if (!row) throw new NotFound({ what: 'finding' });
    const history = await query<FindingHistoryDto>(
      this.database.reader,
      sql`SELECT revision, finding, minutes_late AS "minutesLate", excuse, replaced_at AS "replacedAt"
            FROM safety.night_finding_history WHERE finding_id = ${id} ORDER BY revision DESC LIMIT 1000`,
    );
    return Object.assign(new FindingWithHistoryDto(), FindingDto.from(row), { history });
  }

  /** Numbers are counted over the caller's students only. */
  private nights(actor: Actor, rest: Sql): Promise<NightRow[]> {
    return query<NightRow>(
      this.database.reader,
      sql`SELECT n.id, n.night::text AS night, n.revision, n.policy_number AS "policyNumber",
                 n.checked_at AS "checkedAt", n.outages, ${this.studentsOf(actor)} AS students, c.*
            FROM safety.night n
            CROSS JOIN LATERAL (
              SELECT count(*) FILTER (WHERE f.finding = 'late')::int AS late,
                     count(*) FILTER (WHERE f.finding = 'not_returned')::int AS "notReturned",
                     count(*) FILTER (WHERE f.finding = 'excused')::int AS excused,
                     count(*) FILTER (WHERE f.finding = 'excused' AND f.excuse = 'leave')::int AS "excusedByLeave",
                     count(*) FILTER (WHERE f.finding = 'suppressed')::int AS suppressed,
                     count(*) FILTER (WHERE f.finding = 'unknown')::int AS unknown
                FROM safety.night_finding f WHERE f.night = n.night AND ${this.visible(actor, sql`f.student_id`)}) c
           WHERE ${rest}`,
    );
  }

  private studentsOf(actor: Actor): Sql {
    if (actor.scopeOf('safety:night-check:read').school) return sql`n.students`;
    return sql`(SELECT count(DISTINCT m.person_id)::int FROM directory.published_membership_v1 m
                  JOIN directory.published_student_v1 s ON s.id = m.person_id
                 WHERE ${wasActive(sql`s`, sql`n.night`)} AND m.unit_id = ANY(n.buildings)
                   AND m.valid_from <= n.night AND (m.valid_to IS NULL OR m.valid_to > n.night) AND ${this.visible(actor, sql`m.person_id`)})`;
  }

  private findings(actor: Actor, sortKey: Sql, rest: Sql): Promise<FindingRow[]> {
    return query<FindingRow>(
      this.database.reader,
      sql`SELECT f.id, f.night::text AS night, f.student_id AS "studentId", s.number AS "studentNumber",
                 s.name AS "studentName", f.building_id AS "buildingId", b.name AS "buildingName", f.finding, f.observed,
                 f.minutes_late AS "minutesLate", f.excuse, f.excuse_id AS "excuseId", f.last_pass_at AS "lastPassAt",
                 f.returned_at AS "returnedAt", f.revision, ${sortKey} AS "sortKey"
            FROM safety.night_finding f
            JOIN directory.published_student_v1 s ON s.id = f.student_id
            JOIN directory.published_unit_v1 b ON b.id = f.building_id
           WHERE ${this.visible(actor, sql`f.student_id`)} AND ${rest}`,
    );
  }

  private visible(actor: Actor, student: Sql): Sql {
    return inScope(actor.scopeOf('safety:night-check:read'), student, today(this.config.timeZone));
  }
}

function ofKind(finding: string | undefined): Sql {
  return finding === undefined ? sql`f.finding <> 'clear'` : sql`f.finding = ${finding}`;
}
