import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, queryOne, sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope } from '#roster';
import { addDays, CampusClock } from '#time';
import { Engine } from '../engine/engine.js';
import { refuseFuture } from '../engine/as-of.js';
import { Questions } from '../evaluations/questions.js';
import { ProcessingOff } from '../processing/processing.problems.js';
import { Processing } from '../processing/processing.service.js';
import { countsBetween } from './card.js';
import { featureNames } from './feature-names.js';
import { countsOf } from './model/bins.js';
import { psi } from './model/measures.js';
import { partsOf, placesOf, scoresOf, sharesOf } from './model/model.js';
import { RiskDriftDto, RiskDto } from './risk.dto.js';
import { RiskModel } from './risk-model.entity.js';
import { findRiskModel } from './risk-models.service.js';
import { RiskModelNotTrained } from './risk.problems.js';
import { columnsOf } from './snapshots.js';
import { sayPart } from './wording.js';

const READ: Permission = 'early-warning:risk:read';

/** What the model in use says of students. */
@Injectable()
export class Risks {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly questions: Questions,
    private readonly processing: Processing,
  ) {}

  /** Part by part, as of yesterday. Students who ask about themselves get the words, no number. Leaves an audit entry. */
  async of(actor: Actor, studentId: string): Promise<RiskDto> {
    const today = this.clock.today();
    await this.requireStudent(this.database.connection, actor, studentId);
    const asOf = addDays(today, -1);
    const answer = await this.questions.ask(async (tx) => {
      const { ordinal } = await this.requireStudent(tx, actor, studentId);
      if (!(await this.processing.allows(tx, 'risk', [studentId])).has(studentId)) throw new ProcessingOff();
      const model = await tx.findOneBy(RiskModel, { state: 'active' });
      if (!model || ordinal === null) throw new NotFound({ what: 'risk-model' });
      return this.explain(tx, model, studentId, ordinal, asOf, actor.personId === studentId);
    });
    return this.database.transaction(null, async (tx) => {
      await audit(tx, actor, { action: 'early-warning.risk.read', subject: { kind: 'student', id: studentId } });
      return answer;
    });
  }

  /** How far the students of a day are from those the model was trained on; counts only. */
  drift(id: string, day: string | undefined): Promise<RiskDriftDto> {
    const today = this.clock.today();
    refuseFuture(day, '?asOf', today);
    const asOf = day ?? addDays(today, -1);
    return this.questions.ask(async (tx) => {
      const { model, card, definition } = await findRiskModel(tx, id);
      if (!model || !card) throw new RiskModelNotTrained();
      const { lanes, columns } = await columnsOf(tx, this.engine, definition.features, asOf);
      const places = placesOf(model, columns);
      const { borders, counts } = card.scores;
      return Object.assign(new RiskDriftDto(), {
        asOf,
        students: lanes.length,
        score: rounded(psi(counts, countsBetween(borders, scoresOf(model, columns)))),
        features: model.features.map(({ key, bins, counts: before }, i) => ({
          feature: key,
          psi: rounded(psi(before, countsOf(bins, places[i]!))),
        })),
      });
    });
  }

  private async explain(
    tx: Tx,
    { id, model, card, definition }: RiskModel,
    studentId: string,
    ordinal: number,
    asOf: string,
    isSelf: boolean,
  ): Promise<RiskDto> {
    const { columns } = await columnsOf(tx, this.engine, definition.features, asOf, [ordinal]);
    const names = await featureNames(tx, definition.features);
    const values = new Map(columns.map(({ key, values }) => [key, values[0]!]));
    const scores = scoresOf(model!, columns);
    const parts = partsOf(model!, columns).map(([points], i) => {
      const term = model!.terms[i]!;
      const features = term.features.map((feature) => model!.features[feature]!.key);
      return { features, text: sayPart(model!, term, points!, names, values), points: points! };
    });
    parts.sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
    return Object.assign(new RiskDto(), {
      ...{ studentId, modelId: id, asOf, title: definition.title },
      base: isSelf ? null : model!.base,
      score: isSelf ? null : scores[0]!,
      share: isSelf ? null : sharesOf(model!, scores)[0]!,
      parts: parts.map((part) => (isSelf ? { ...part, points: null } : part)),
      note: card!.note,
    });
  }

  private async requireStudent(tx: Tx, actor: Actor, id: string): Promise<{ ordinal: number | null }> {
    const student = await queryOne<{ ordinal: number | null }>(
      tx,
      sql`SELECT o.ordinal FROM directory.published_student_v1 s LEFT JOIN early_warning.student_ordinal o ON o.student_id = s.id
           WHERE s.id = ${id} AND ${inScope(actor.scopeOf(READ), sql`s.id`, this.clock.today())}`,
    );
    if (!student) throw new NotFound({ what: 'student' });
    return student;
  }
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
