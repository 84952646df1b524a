import { Injectable, StreamableFile } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, query, queryOne, sql, type Tx } from '#database';
import type { Language } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { holdsOn, inScope, termOf } from '#roster';
import { addDays, CampusClock } from '#time';
import { type GroupFigures, published, shapedFrom } from '../disclosure/egress.js';
import { sourceStatesOn } from '../engine/silence.js';
import { Questions } from '../evaluations/questions.js';
import { type Domain, DOMAINS, type Fold } from '../metrics/metric.entity.js';
import { portraitChart } from './portrait-chart.js';
import { CUT_KINDS, PortraitPolicy } from './portrait.policy.js';
import {
  MAX_WEEKS,
  type PortraitGroupFiguresDto,
  type PortraitMetricDto,
  StudentPortraitDto,
  type StudentPortraitQuery,
} from './student-portrait.dto.js';
import { mondays, usualBefore, weeklyValues } from './student-weeks.js';
import { type DayValue, daysOfStudent, mondayOf, reachOf } from './weekly-values.js';

export const SVG_TYPE = 'image/svg+xml';

const READ: Permission = 'early-warning:portrait:read';
/** Between terms. */
const DEFAULT_WEEKS = 18;

interface MetricRow {
  number: number;
  code: string;
  zh: string;
  en: string;
  unit: string;
  decimals: number;
  fold: Fold;
  domain: Domain;
}

/** The metrics of one student over time (云档案). */
@Injectable()
export class StudentPortraits {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
    private readonly questions: Questions,
  ) {}

  /** Throws NotFound for who is out of reach. That somebody else than the student looked is in the audit, with the reason. */
  async of(actor: Actor, studentId: string | undefined, request: StudentPortraitQuery): Promise<StudentPortraitDto> {
    const today = this.clock.today();
    if (!studentId) throw new NotFound({ what: 'student' });
    await this.requireStudent(this.database.connection, actor, studentId);
    const portrait = await this.questions.ask(async (tx) => {
      const ordinal = await this.requireStudent(tx, actor, studentId);
      const weeks = await this.weeks(tx, request, today);
      const { value: policy, number: policyVersion } = await this.policies.at(tx, PortraitPolicy, today);
      const metrics = await this.metrics(tx, studentId, ordinal, weeks, policy, request);
      return Object.assign(new StudentPortraitDto(), { studentId, weeks, metrics, policyVersion });
    });
    const groups = portrait.metrics.flatMap(({ points }) =>
      points.flatMap(({ group }) => (group ? [figuresOf(group)] : [])),
    );
    return this.database.transaction(null, async (tx) => {
      const subject = { kind: 'student', id: studentId };
      if (actor.personId !== studentId || actor.access)
        await audit(tx, actor, { action: 'early-warning.portrait.read', subject });
      return published(portrait, groups);
    });
  }

  /** The same as a picture. */
  async draw(
    actor: Actor,
    studentId: string | undefined,
    request: StudentPortraitQuery,
    language: Language,
  ): Promise<StreamableFile> {
    const portrait = await this.of(actor, studentId, request);
    const svg = Buffer.from(await portraitChart(portrait, language));
    return shapedFrom(
      portrait,
      new StreamableFile(svg, { type: SVG_TYPE, disposition: 'inline; filename="portrait.svg"' }),
    );
  }

  /** Those that are over, of the term unless asked for others. */
  private async weeks(tx: Tx, { from, to }: StudentPortraitQuery, today: string): Promise<string[]> {
    const over = addDays(mondayOf(today), -1);
    const last = to !== undefined && to < over ? to : over;
    const first = from ?? (await termOf(tx, last))?.startsOn ?? addDays(last, -7 * DEFAULT_WEEKS);
    if (from !== undefined && to !== undefined && from > to)
      throw new Invalid({ errors: [{ pointer: '?from', zh: '不能晚于末日', en: 'must not be after the last day' }] });
    const lastWeek = mondayOf(addDays(last, -6));
    const weeks = mondays(mondayOf(first), lastWeek);
    if (weeks.length <= MAX_WEEKS) return weeks;
    if (from === undefined) return weeks.slice(-MAX_WEEKS);
    const text = { zh: `至多 ${MAX_WEEKS} 周`, en: `covers more than ${MAX_WEEKS} weeks` };
    throw new Invalid({ errors: [{ pointer: '?from', ...text }] });
  }

  private async metrics(
    tx: Tx,
    studentId: string,
    ordinal: number | null,
    weeks: readonly string[],
    policy: PortraitPolicy,
    { domain, metric }: StudentPortraitQuery,
  ): Promise<PortraitMetricDto[]> {
    const [first, last] = [weeks[0], weeks.at(-1)];
    if (first === undefined || last === undefined) return [];
    const rows = await query<MetricRow>(
      tx,
      sql`SELECT number, code, zh, en, unit, decimals, fold, domain FROM early_warning.metric
           WHERE sensitivity < 4 AND (${domain ?? null}::text[] IS NULL OR domain = ANY(${domain ?? null}::text[]))
             AND (${metric ?? null}::text[] IS NULL OR code = ANY(${metric ?? null}::text[]))
           ORDER BY array_position(${Object.keys(DOMAINS)}::text[], domain), code`,
    );
    const all = mondays(addDays(first, -7 * policy.pastWeeks), last);
    const before = all.length - weeks.length;
    const { from } = reachOf('last', all[0]!);
    const days = ordinal === null ? [] : await daysOfStudent(tx, ordinal, from, addDays(last, 6));
    const byMetric = new Map<number, DayValue[]>();
    for (const one of days) {
      const known = byMetric.get(one.metric);
      if (known) known.push(one);
      else byMetric.set(one.metric, [one]);
    }
    const silences = await this.silences(tx, weeks);
    const groups = await this.groups(tx, studentId, first, last);
    return rows.map(({ number, code, zh, en, unit, decimals, fold, domain: of }) => {
      const values = weeklyValues(byMetric.get(number) ?? [], { fold, decimals }, all);
      return {
        ...{ metric: code, name: { zh, en }, domain: of, unit, fold },
        points: weeks.map((week, i) => ({
          week,
          value: values[before + i]!,
          sourceSilent: silences.get(week)?.has(code) ?? false,
          usual: usualBefore(values, before + i, policy),
          group: groups.get(`${number} ${week}`) ?? null,
        })),
      };
    });
  }

  /** Codes of the metrics whose source was silent on the last day of a week. */
  private async silences(tx: Tx, weeks: readonly string[]): Promise<Map<string, Set<string>>> {
    const states = await sourceStatesOn(
      tx,
      weeks.map((week) => addDays(week, 6)),
      this.clock,
    );
    return new Map(
      weeks.map((week) => [week, new Set(states.get(addDays(week, 6))!.flatMap(({ silentMetrics }) => silentMetrics))]),
    );
  }

  /** By metric and week: of the groups the student belongs to, and of which there are figures, the smallest. */
  private async groups(
    tx: Tx,
    studentId: string,
    first: string,
    last: string,
  ): Promise<Map<string, PortraitGroupFiguresDto>> {
    const today = this.clock.today();
    const rows = await query<PortraitGroupFiguresDto & { metric: number; week: string }>(
      tx,
      sql`SELECT DISTINCT ON (c.metric, s.week) c.metric, s.week::text AS week, c.students, c.mean, c.low_quartile AS "lowQuartile", c.median,
                 c.high_quartile AS "highQuartile", json_build_object('id', u.id, 'kind', u.kind, 'code', u.code, 'name', u.name) AS unit
            FROM early_warning.portrait_cell c JOIN early_warning.portrait_snapshot s ON s.id = c.snapshot_id
            JOIN directory.published_unit_v1 u ON u.id = c.unit_id
           WHERE c.students IS NOT NULL AND s.withdrawn_at IS NULL AND s.week BETWEEN ${first} AND ${last}
             AND (u.kind = 'school' OR c.unit_id IN (SELECT m.unit_id FROM directory.published_membership_v1 m
                   WHERE m.person_id = ${studentId} AND NOT m.secondary AND ${holdsOn(sql`m`, today)}))
           ORDER BY c.metric, s.week, c.students, array_position(${Object.keys(CUT_KINDS)}::text[], u.kind) DESC NULLS LAST`,
    );
    return new Map(rows.map(({ metric, week, ...group }) => [`${metric} ${week}`, group]));
  }

  private async requireStudent(tx: Tx, actor: Actor, id: string): Promise<number | null> {
    const student = await queryOne<{ ordinal: number | null }>(
      tx,
      sql`SELECT o.ordinal FROM directory.published_student_v1 s LEFT JOIN early_warning.student_ordinal o ON o.student_id = s.id
           WHERE s.id = ${id} AND ${inScope(actor.scopeOf(READ), sql`s.id`, this.clock.today())}`,
    );
    if (!student) throw new NotFound({ what: 'student' });
    return student.ordinal;
  }
}

function figuresOf({ students, mean, lowQuartile, median, highQuartile }: PortraitGroupFiguresDto): GroupFigures {
  return { students, figures: [mean, lowQuartile, median, highQuartile] };
}
