import { Injectable } from '@nestjs/common';
import { type Actor, audit, requireSchool } from '#auth';
import { WARNING_LEVELS } from '#contracts';
import { Database } from '#database';
import { Invalid } from '#problems';
import { unitById } from '#roster';
import { CANNOT_SAY, rankOf } from '#rule-language';
import { CampusClock } from '#time';
import { refuseFuture } from '../engine/as-of.js';
import { Engine } from '../engine/engine.js';
import { checkedDefinition } from '../rules/rules.service.js';
import { EvaluationDto, type EvaluationQuery, type EvaluationRequestDto, MAX_IDS } from './evaluations.dto.js';
import { TooManyIds } from './evaluations.problems.js';
import { Questions } from './questions.js';
import { studentNumbers } from './students.js';

const EXPLAINED = 20;

/** Judges a rule that need not exist: what would it flag? Stores nothing of it. */
@Injectable()
export class Evaluations {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly questions: Questions,
  ) {}

  /** Naming students leaves an audit entry. */
  async evaluate(actor: Actor, body: EvaluationRequestDto, { ids }: EvaluationQuery): Promise<EvaluationDto> {
    requireSchool(actor, 'early-warning:rule:write');
    requireSchool(actor, 'early-warning:warning:read');
    const { connection } = this.database;
    refuseFuture(body.asOf, '#/asOf', this.clock.today());
    const definition = await checkedDefinition(connection, body.rule, '#/rule');
    if (body.unitId && !(await unitById(connection, body.unitId)))
      throw new Invalid({ errors: [{ pointer: '#/unitId', zh: '没有这个单位或场所', en: 'is no unit or place' }] });
    const { asOf, unitId, includeFuture, evidence = false } = body;
    const question = { rules: [{ number: 0, definition }], asOf, population: { unitId, includeFuture } };
    const answer = await this.questions.ask((tx) =>
      this.engine.evaluate(tx, question, async (firings) => {
        const levels = firings.levels(0);
        const flagged = firings.population.filter((lane) => levels[lane]! > 0 && levels[lane] !== CANNOT_SAY);
        if (ids && flagged.length > MAX_IDS) throw new TooManyIds({ params: { max: MAX_IDS } });
        const explained = evidence ? flagged.slice(0, EXPLAINED) : [];
        const numbers = await studentNumbers(tx, ids ? flagged : explained);
        const found = await firings.evidence(tx, 0, explained, levels);
        return Object.assign(new EvaluationDto(), {
          asOf,
          n: firings.population.length,
          flagged: flagged.length,
          unknown: firings.population.filter((lane) => levels[lane] === CANNOT_SAY).length,
          levels: Object.fromEntries(
            (Object.keys(WARNING_LEVELS) as (keyof typeof WARNING_LEVELS)[]).map((level) => [
              level,
              flagged.filter((lane) => levels[lane] === rankOf(level)).length,
            ]),
          ),
          hwm: firings.hwm,
          ...(ids && { students: flagged.map((lane) => numbers.get(lane)!) }),
          ...(evidence && {
            evidence: found.map((one, i) => ({ student: numbers.get(explained[i]!)!, evidence: one })),
          }),
        });
      }),
    );
    if (!ids && !evidence) return answer;
    return this.database.transaction(null, async (tx) => {
      await audit(tx, actor, { action: 'early-warning.evaluation.read', subject: { kind: 'rule', id: definition.id } });
      return answer;
    });
  }
}
