import { Injectable } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import { type Actor, audit, requireSchool } from '#auth';
import type { Permission } from '#contracts';
import { Database, insert, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { list, type Page } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { checkRule, type Feature } from '#rule-language';
import { JobDto, Jobs } from '#service';
import { addDays, CampusClock, daysBetween } from '#time';
import { Engine } from '../engine/engine.js';
import { Questions } from '../evaluations/questions.js';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { refuseSensitive } from '../resources/matching-rule.js';
import { ResourcePolicy, isDiscreet } from '../resources/resources.policy.js';
import { ResourceKindUnknown } from '../resources/resources.problems.js';
import { carrierOf } from '../risk/snapshots.js';
import { compareBeside } from './compare-beside.js';
import { Effect, type EffectDefinition } from './effect.entity.js';
import { EffectRequestedV1 } from './effect-requested.event.js';
import { gatherEffect } from './effect-table.js';
import { EffectDto, type EffectFormDto, type EffectsQuery, MAX_COMPARED_BY, MAX_EFFECT_DAYS } from './effects.dto.js';
import { EffectsPolicy } from './effects.policy.js';

const READ: Permission = 'early-warning:effect:read';
const WRITE: Permission = 'early-warning:effect:write';
const SEED = 1;

/** What became of students after an intervention, against similar students without it. Worked out in the background, once. */
@Injectable()
export class Effects {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly engine: Engine,
    private readonly questions: Questions,
  ) {}

  list(actor: Actor, { state, ...page }: EffectsQuery): Promise<Page<EffectDto>> {
    requireSchool(actor, READ);
    return list(this.database.connection, page, {
      select: sql`e.id, e.state, e.job_id AS "jobId", e.definition, e.result, e.created_by AS "createdBy", e.created_at AS "createdAt",
                  e.finished_at AS "finishedAt"`,
      from: sql`early_warning.effect e`,
      where: [state && sql`e.state = ${state}`],
      sorts: { createdAt: sql`e.created_at` },
      defaultSort: '-createdAt',
      id: sql`e.id`,
      to: (row: Effect) => EffectDto.from(row),
    });
  }

  async get(actor: Actor, id: string): Promise<EffectDto> {
    requireSchool(actor, READ);
    const effect = await this.database.connection.findOneBy(Effect, { id });
    if (!effect) throw new NotFound({ what: 'effect' });
    return EffectDto.from(effect);
  }

  /** Accepts the question; throws Invalid, and MetricRefused (422) for data that is not used. */
  ask(actor: Actor, body: EffectFormDto): Promise<JobDto> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      const definition = await this.checked(tx, body);
      const job = await this.jobs.create(tx, actor, 'early-warning', 'effect');
      const effect = Object.assign(new Effect(), { definition, jobId: job.id, createdBy: actor.personId ?? actor.app });
      await insert(tx, effect);
      await audit(tx, actor, { action: 'early-warning.effect.asked', subject: { kind: 'effect', id: effect.id } });
      await this.events.publish(tx, new EffectRequestedV1(effect.id));
      return JobDto.from(job);
    });
  }

  /** The background half of `ask`. */
  async carryOut(tx: Tx, id: string): Promise<void> {
    const effect = await tx.findOneBy(Effect, { id });
    if (effect?.state !== 'asked') return;
    const policy = await this.policies.at(tx, EffectsPolicy, this.clock.today());
    const { minPairs } = policy.value;
    const where = { timeZone: this.clock.timeZone, seed: SEED };
    const { table, ...counts } = await this.questions.ask((read) =>
      gatherEffect(read, this.engine, effect.definition, where),
    );
    const found = await compareBeside(table, { minPairs, seed: SEED });
    effect.found({ ...found, ...counts, minPairs, policyVersion: policy.number, seed: SEED }, this.clock.now());
    await update(tx, effect);
    await this.jobs.succeed(tx, effect.jobId, { effectId: id, state: effect.state });
  }

  /** Ends what could not be carried out, or was stopped by an operator. */
  async giveUp(tx: Tx, id: string): Promise<void> {
    const effect = await tx.findOneBy(Effect, { id });
    if (effect?.state !== 'asked') return;
    effect.fail(this.clock.now());
    await update(tx, effect);
    await this.jobs.giveUp(tx, effect.jobId);
  }

  private async checked(tx: Tx, body: EffectFormDto): Promise<EffectDefinition> {
    const today = this.clock.today();
    const { intervention, resourceKind = null, from, to, weeks } = body;
    const { title, outcome, features } = instanceToPlain(body) as Pick<
      EffectDefinition,
      'title' | 'outcome' | 'features'
    >;
    const keys = Object.keys(features);
    const errors = [];
    if (from > to) errors.push({ pointer: '#/to', zh: '不能早于首日', en: 'must not be before the first day' });
    else if (daysBetween(from, to) >= MAX_EFFECT_DAYS)
      errors.push({ pointer: '#/to', zh: `最多 ${MAX_EFFECT_DAYS} 天`, en: `at most ${MAX_EFFECT_DAYS} days` });
    if (addDays(to, 7 * weeks) > today)
      errors.push({ pointer: '#/weeks', zh: '之后的时间还没有过完', en: 'what comes after is not over yet' });
    if (keys.length === 0 || keys.length > MAX_COMPARED_BY)
      errors.push({
        pointer: '#/features',
        zh: `须有 1 至 ${MAX_COMPARED_BY} 个`,
        en: `must be 1 to ${MAX_COMPARED_BY}`,
      });
    if (resourceKind !== null && intervention !== 'resource')
      errors.push({ pointer: '#/resourceKind', zh: '只用于资源', en: 'is for resources only' });
    const catalogue = await metricCatalogue(tx);
    const of = (name: string, some: Record<string, Feature>) =>
      checkRule(carrierOf(some), catalogue)
        .filter(({ pointer }) => pointer.startsWith('#/features'))
        .map((error) => ({
          ...error,
          pointer: error.pointer.replace(name ? '#/features/x' : '#/features', `#/${name || 'features'}`),
        }));
    errors.push(...of('outcome', { x: outcome }), ...(keys.length > 0 ? of('', features) : []));
    if (errors.length > 0) throw new Invalid({ errors });
    const { maxSensitivity } = (await this.policies.at(tx, EffectsPolicy, today)).value;
    await refuseSensitive(tx, features, '#/features', maxSensitivity);
    await refuseSensitive(tx, { outcome }, '#', maxSensitivity);
    if (resourceKind !== null) {
      const kind = (await this.policies.at(tx, ResourcePolicy, today)).value.kinds.find(
        ({ key }) => key === resourceKind,
      );
      if (!kind || isDiscreet(kind)) throw new ResourceKindUnknown({ pointer: '#/resourceKind' });
    }
    return { title, intervention, resourceKind, from, to, weeks, outcome, features };
  }
}
