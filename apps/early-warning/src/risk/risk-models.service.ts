import { Injectable } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import { type Actor, audit, requireSchool } from '#auth';
import { Database, insert, query, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { list, type Page } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { checkRule, type Feature } from '#rule-language';
import { JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { Engine } from '../engine/engine.js';
import { Questions } from '../evaluations/questions.js';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { Processing } from '../processing/processing.service.js';
import { checkedDefinition } from '../rules/rules.service.js';
import { cardOf } from './card.js';
import type { Table } from './model/table.js';
import { MAX_FEATURES, RiskModelDto, type RiskModelsQuery, type RiskTrainingDto } from './risk.dto.js';
import { RiskModel, type RiskDefinition } from './risk-model.entity.js';
import { RiskMetricSensitive, RiskPersonNeeded } from './risk.problems.js';
import { forgetScores, lockModelInUse } from './risk-scores.service.js';
import { RiskTrainingPolicy } from './risk-training.policy.js';
import { carrierOf, type SnapshotRows, trainingTable } from './snapshots.js';
import { RiskScoresWantedV1 } from './scores-wanted.event.js';
import { trainBeside } from './train-beside.js';
import { RiskTrainingRequestedV1 } from './training-requested.event.js';

/** The school's risk models: trained from its own past, and put in use by a second person. */
@Injectable()
export class RiskModels {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly engine: Engine,
    private readonly questions: Questions,
    private readonly processing: Processing,
  ) {}

  /** Accepts a training. Refuses metrics that are more sensitive than the school trains on. */
  train(actor: Actor, body: RiskTrainingDto): Promise<JobDto> {
    requireSchool(actor, 'early-warning:risk:write');
    return this.database.transaction(actor, async (tx) => {
      const definition = await this.checked(tx, body);
      const job = await this.jobs.create(tx, actor, 'early-warning', 'risk-training');
      const model = new RiskModel();
      Object.assign(model, { definition, jobId: job.id, createdBy: actor.personId ?? actor.app });
      await insert(tx, model);
      await audit(tx, actor, {
        action: 'early-warning.risk-model.asked',
        subject: { kind: 'risk-model', id: model.id },
      });
      await this.events.publish(tx, new RiskTrainingRequestedV1(model.id));
      return JobDto.from(job);
    });
  }

  list({ state, ...page }: RiskModelsQuery): Promise<Page<RiskModelDto>> {
    return list(this.database.connection, page, {
      select: sql`m.id, m.state, m.job_id AS "jobId", m.definition, m.card, m.trained_at AS "trainedAt", m.created_at AS "createdAt",
                  m.created_by AS "createdBy", m.activated_at AS "activatedAt", m.activated_by AS "activatedBy",
                  m.retired_at AS "retiredAt", m.version`,
      from: sql`early_warning.risk_model m`,
      where: [state && sql`m.state = ${state}`],
      sorts: { createdAt: sql`m.created_at` },
      defaultSort: '-createdAt',
      id: sql`m.id`,
      to: (row: RiskModel) => RiskModelDto.from(row),
    });
  }

  async get(id: string): Promise<RiskModelDto> {
    return RiskModelDto.from(await findRiskModel(this.database.connection, id));
  }

  /** Puts a model in use in place of the one before; students are scored by it in the background. */
  activate(actor: Actor, id: string, expected: number): Promise<RiskModelDto> {
    requireSchool(actor, 'early-warning:risk:write');
    const { personId } = actor;
    if (personId === undefined) throw new RiskPersonNeeded();
    return this.database.transaction(actor, async (tx) => {
      await lockModelInUse(tx);
      const model = await findRiskModel(tx, id);
      const now = this.clock.now();
      model.activate(personId, now);
      const before = await tx.findOneBy(RiskModel, { state: 'active' });
      if (before) {
        before.retire(personId, now);
        await update(tx, before);
        await this.note(tx, actor, 'retired', before.id);
      }
      await update(tx, model, expected);
      await forgetScores(tx);
      await this.note(tx, actor, 'activated', id);
      await this.events.publish(tx, new RiskScoresWantedV1(id));
      return RiskModelDto.from(model);
    });
  }

  /** The scores go with it. */
  retire(actor: Actor, id: string, expected: number): Promise<RiskModelDto> {
    requireSchool(actor, 'early-warning:risk:write');
    return this.database.transaction(actor, async (tx) => {
      await lockModelInUse(tx);
      const model = await findRiskModel(tx, id);
      model.retire(actor.personId ?? actor.app, this.clock.now());
      await update(tx, model, expected);
      await forgetScores(tx);
      await this.note(tx, actor, 'retired', id);
      return RiskModelDto.from(model);
    });
  }

  /** The background half of `train`. What is read is read in a snapshot of its own: runs need not wait for the training. */
  async carryOut(tx: Tx, id: string): Promise<void> {
    const model = await tx.findOneBy(RiskModel, { id });
    if (model?.state !== 'training') return;
    const policy = await this.policies.at(tx, RiskTrainingPolicy, this.clock.today());
    const { table, rows, groups } = await this.questions.ask(async (read) => {
      const found = await trainingTable(read, this.engine, model.definition, this.processing);
      return { ...found, groups: await groupsOf(read, found.table.students) };
    });
    const refusal = tooLittle(table, policy.value);
    if (refusal) return this.refuse(tx, model, refusal);
    const trained = await trainBeside(table, (done, total) => this.jobs.progress(model.jobId, done, total));
    const card = cardOf(table, trained, rows satisfies SnapshotRows[], groups, policy);
    model.learned(trained.model, card, this.clock.now());
    await update(tx, model);
    await this.jobs.succeed(tx, model.jobId, { modelId: id, students: card.students, auc: card.auc });
  }

  /** Ends a training that could not be carried out, or was stopped by an operator. */
  async giveUp(tx: Tx, id: string): Promise<void> {
    const model = await tx.findOneBy(RiskModel, { id });
    if (model?.state !== 'training') return;
    model.state = 'failed';
    await update(tx, model);
    await this.jobs.giveUp(tx, model.jobId);
  }

  private async refuse(tx: Tx, model: RiskModel, error: { zh: string; en: string }): Promise<void> {
    model.state = 'failed';
    await update(tx, model);
    await this.jobs.fail(tx, model.jobId, [error]);
  }

  private async checked(tx: Tx, body: RiskTrainingDto): Promise<RiskDefinition> {
    const outcome = await checkedDefinition(tx, body.outcome, '#/outcome');
    const features = instanceToPlain(body.features) as Record<string, Feature>;
    const catalogue = await metricCatalogue(tx);
    const keys = Object.keys(features);
    if (keys.length === 0 || keys.length > MAX_FEATURES)
      throw new Invalid({
        errors: [{ pointer: '#/features', zh: `须有 1 至 ${MAX_FEATURES} 个`, en: `must be 1 to ${MAX_FEATURES}` }],
      });
    const errors = checkRule(carrierOf(features), catalogue).filter(({ pointer }) => pointer.startsWith('#/features'));
    const today = this.clock.today();
    body.snapshots.forEach(({ asOf, outcomeAsOf }, i) => {
      const pointer = `#/snapshots/${i}/outcomeAsOf`;
      if (outcomeAsOf <= asOf) errors.push({ pointer, zh: '须晚于 asOf', en: 'must be after asOf' });
      else if (outcomeAsOf >= today) errors.push({ pointer, zh: '须早于今天', en: 'must be before today' });
    });
    if (errors.length > 0) throw new Invalid({ errors });
    const { maxSensitivity: max } = (await this.policies.at(tx, RiskTrainingPolicy, today)).value;
    const used = [...Object.entries(features), ...Object.entries(outcome.features)];
    for (const [name, { metric }] of used) {
      const { sensitivity } = catalogue.get(metric)!;
      const pointer = features[name] ? `#/features/${name}/metric` : `#/outcome/features/${name}/metric`;
      if (sensitivity > max) throw new RiskMetricSensitive({ pointer, params: { metric, sensitivity, max } });
    }
    const snapshots = body.snapshots.map(({ asOf, outcomeAsOf }) => ({ asOf, outcomeAsOf }));
    return { title: { zh: body.title.zh, en: body.title.en }, outcome, features, snapshots };
  }

  private note(tx: Tx, actor: Actor, what: 'activated' | 'retired', id: string): Promise<void> {
    return audit(tx, actor, { action: `early-warning.risk-model.${what}`, subject: { kind: 'risk-model', id } });
  }
}

export async function findRiskModel(tx: Tx, id: string): Promise<RiskModel> {
  const model = await tx.findOneBy(RiskModel, { id });
  if (!model) throw new NotFound({ what: 'risk-model' });
  return model;
}

/** Why nothing is learned from these students, if so. */
function tooLittle({ outcomes, students }: Table, policy: RiskTrainingPolicy): { zh: string; en: string } | undefined {
  const all = new Set(students).size;
  const hit = new Set(students.filter((_, row) => outcomes[row] === 1)).size;
  const missed = new Set(students.filter((_, row) => outcomes[row] === 0)).size;
  const { minStudents, minOutcomes } = policy;
  if (all >= minStudents && hit >= minOutcomes && missed >= minOutcomes) return undefined;
  return {
    zh: `数据太少：${all} 名学生，其中 ${hit} 名出现结果、${missed} 名未出现；学校要求至少 ${minStudents} 名，两者各至少 ${minOutcomes} 名`,
    en: `too little to learn from: ${all} students, ${hit} with the outcome and ${missed} without it; the school asks for ${minStudents}, and ${minOutcomes} of either`,
  };
}

/** By what students are declared as in the roster, the group of each row. */
async function groupsOf(tx: Tx, lanes: Int32Array): Promise<Record<string, (string | null)[]>> {
  const rows = await query<{ ordinal: number; sex: string; grade: string | null }>(
    tx,
    sql`SELECT o.ordinal, s.sex, s.grade FROM early_warning.student_ordinal o
          JOIN directory.published_student_v1 s ON s.id = o.student_id WHERE o.ordinal = ANY(${[...new Set(lanes)]}::int[])`,
  );
  const byLane = new Map(rows.map((row) => [row.ordinal, row]));
  const of = (what: 'sex' | 'grade'): (string | null)[] =>
    Array.from(lanes, (lane) => byLane.get(lane)?.[what] ?? null);
  return { sex: of('sex'), grade: of('grade') };
}
