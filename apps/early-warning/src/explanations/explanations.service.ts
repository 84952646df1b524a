import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Bilingual, Permission } from '#contracts';
import { Database, query, queryOne, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope } from '#roster';
import {
  CANNOT_SAY,
  type Evidence,
  levelOf,
  type NamedMetric,
  type Rule,
  sayFigure,
  shownValue,
  UUID,
} from '#rule-language';
import { addDays, CampusClock } from '#time';
import { refuseFuture } from '../engine/as-of.js';
import { Engine, type RuleVersion } from '../engine/engine.js';
import { Questions } from '../evaluations/questions.js';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { publishedRules } from '../rules/rules.service.js';
import { silentMetrics } from '../engine/silence.js';
import { type RuleTest, visibleTo } from '../warnings/visibility.js';
import { type ExplainQuery, ExplanationDto } from './explanations.dto.js';
import {
  CARE_NOTICE,
  type Cause,
  type Finding,
  forStaff,
  figuresOf,
  forStudent,
  type NamedSilence,
  type Names,
  type Verdict,
} from './wording.js';

const READ: Permission = 'early-warning:explanation:read';

interface Student {
  id: string;
  number: string;
  active: boolean;
  grade: string | null;
  sex: string;
  ordinal: number | null;
}

interface Judged {
  verdict: Verdict;
  cause: Cause | null;
  level: number;
  silences: NamedSilence[];
  evidence: Evidence | null;
}

const GB_SEX = { male: '1', female: '2' };

/** Answers "why" and "why not" for one student, by the same engine that raises warnings. */
@Injectable()
export class Explanations {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly questions: Questions,
  ) {}

  /** Students who ask about themselves get the wording for students and their own data, nothing else. Leaves an audit entry. */
  async explain(actor: Actor, { student: who, rule: code, asOf }: ExplainQuery): Promise<ExplanationDto> {
    const now = this.clock.today();
    refuseFuture(asOf, '?asOf', this.clock.today());
    // Before anything is worked out for somebody who may not ask.
    await this.student(this.database.connection, actor, who);
    const { studentId, answer } = await this.questions.ask(async (tx) => {
      const student = await this.student(tx, actor, who);
      const [rule] = await publishedRules(tx, [code]);
      const isSelf = actor.personId === student.id;
      if (!rule || !(isSelf || (await this.mayAskWhy(tx, actor, rule, student)))) throw new NotFound({ what: 'rule' });
      const day = asOf ?? (rule.definition.on === 'data' ? now : addDays(now, -1));
      const judged = await this.judge(tx, rule, student, day);
      const names = await this.names(tx, rule.definition);
      const finding: Finding = { rule: rule.definition, names, timeZone: this.clock.timeZone, ...judged };
      const answer: ExplanationDto = Object.assign(new ExplanationDto(), {
        rule: { code, number: rule.number, title: isSelf ? CARE_NOTICE : rule.definition.title },
        student: { id: student.id, number: student.number },
        asOf: day,
        forStudent: forStudent(finding),
        inputs: inputsOf(finding),
        ...(!isSelf && { staff: staffView(finding, judged) }),
      });
      return { studentId: student.id, answer };
    });
    return this.database.transaction(null, async (tx) => {
      await audit(tx, actor, { action: 'early-warning.explanation.read', subject: { kind: 'student', id: studentId } });
      return answer;
    });
  }

  private async student(tx: Tx, actor: Actor, who: string): Promise<Student> {
    const student = await queryOne<Student>(
      tx,
      sql`SELECT s.id, s.number, s.active, s.grade, s.sex, o.ordinal
            FROM directory.published_student_v1 s LEFT JOIN early_warning.student_ordinal o ON o.student_id = s.id
           WHERE ${isStudent(who)} AND ${inScope(actor.scopeOf(READ), sql`s.id`, this.clock.today())} LIMIT 1`,
    );
    if (!student) throw new NotFound({ what: 'student' });
    return student;
  }

  /** A rule may be for some posts only. */
  private async mayAskWhy(tx: Tx, actor: Actor, { definition }: RuleVersion, { id }: Student): Promise<boolean> {
    const rule: RuleTest = (test) => test(sql`${JSON.stringify(definition)}::jsonb`);
    const visible = visibleTo(actor, READ, rule, sql`${id}::uuid`, this.clock.today());
    return (await queryOne(tx, sql`SELECT 1 WHERE ${visible}`)) !== undefined;
  }

  private async judge(tx: Tx, rule: RuleVersion, student: Student, asOf: string): Promise<Judged> {
    const nothing = { level: 0, silences: [], evidence: null };
    const cause = await this.notJudged(tx, rule.definition, student, asOf);
    if (cause || student.ordinal === null)
      return { ...nothing, verdict: 'not_evaluated', cause: cause ?? 'not_active' };
    const silences = await this.silences(tx, rule.definition, asOf);
    const { ordinal } = student;
    const { level, evidence } = await this.engine.evaluate(tx, { rules: [rule], asOf }, async (firings) => {
      const levels = firings.levels(0);
      const [evidence] = await firings.evidence(tx, 0, [ordinal], levels);
      return { level: levels[ordinal] ?? CANNOT_SAY, evidence };
    });
    const known = { silences, evidence: evidence! };
    if (silences.length > 0) return { ...known, level: 0, verdict: 'no_data', cause: 'source_silent' };
    if (level === CANNOT_SAY) return { ...known, level: 0, verdict: 'no_data', cause: 'too_little_data' };
    return { ...known, level, verdict: level > 0 ? 'holds' : 'does_not_hold', cause: null };
  }

  /** Why the rule is not for this student on this day, if it is not. */
  private async notJudged(
    tx: Tx,
    { effective, students }: Rule,
    student: Student,
    asOf: string,
  ): Promise<Cause | null> {
    if (!student.active) return 'not_active';
    if ((effective?.from ?? asOf) > asOf || (effective?.to ?? asOf) < asOf) return 'not_in_force';
    const { units, grades, sex } = students ?? {};
    if (grades && !grades.some((grade) => String(grade) === student.grade)) return 'outside_students';
    if (sex && GB_SEX[sex] !== student.sex) return 'outside_students';
    if (!units) return null;
    const member = await queryOne(
      tx,
      sql`SELECT 1 FROM directory.published_membership_v1 WHERE person_id = ${student.id} AND unit_id = ANY(${units}::uuid[])
           AND valid_from <= ${asOf} AND (valid_to IS NULL OR valid_to > ${asOf}) LIMIT 1`,
    );
    return member ? null : 'outside_students';
  }

  private async silences(tx: Tx, rule: Rule, asOf: string): Promise<NamedSilence[]> {
    const silent = await silentMetrics(tx, asOf, this.clock);
    if (silent.size === 0) return [];
    const catalogue = await metricCatalogue(tx);
    const found = Object.values(rule.features).flatMap(
      ({ metric }) => silent.get(catalogue.get(metric)?.number ?? -1) ?? [],
    );
    const silences = new Map(found.map((silence) => [silence.source, silence]));
    const sources = await query<Bilingual & { code: string }>(
      tx,
      sql`SELECT code, zh, en FROM early_warning.source WHERE code = ANY(${[...silences.keys()]}::text[]) ORDER BY code`,
    );
    return sources.map(({ code, zh, en }) => ({ ...silences.get(code)!, name: { zh, en } }));
  }

  private async names(tx: Tx, rule: Rule): Promise<Names> {
    const codes = Object.values(rule.features).map(({ metric }) => metric);
    const rows = await query<NamedMetric & { code: string }>(
      tx,
      sql`SELECT code, zh, en, unit FROM early_warning.metric WHERE code = ANY(${codes}::text[])`,
    );
    return new Map(rows.map(({ code, zh, en, unit }) => [code, { zh, en, unit }]));
  }
}

/** Of `directory.published_student_v1 s`; each has an index of its own. */
export function isStudent(who: string): Sql {
  return UUID.test(who) ? sql`s.id = ${who}` : sql`s.number = ${who}`;
}

function staffView(finding: Finding, { verdict, cause, level, silences, evidence }: Judged): ExplanationDto['staff'] {
  return {
    ...{ verdict, cause },
    level: level > 0 ? levelOf(level) : null,
    sentence: forStaff(finding),
    silentSources: silences,
    evidence,
  };
}

/** The student's own numbers: no threshold, no condition, nobody else's place. */
export function inputsOf(finding: Finding): ExplanationDto['inputs'] {
  return figuresOf(finding).map((figure) => {
    const { feature, metric } = figure;
    const [zh, en] = [sayFigure(figure, 'zh', 'student'), sayFigure(figure, 'en', 'student')];
    return {
      metric: feature.metric,
      name: { zh: metric.zh, en: metric.en },
      ...shownValue(figure),
      text: zh === undefined || en === undefined ? null : { zh, en },
      from: feature.window?.from ?? null,
      to: feature.window?.to ?? null,
      days: feature.days,
    };
  });
}
