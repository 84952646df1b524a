import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { ApplicationDecidedV1, StepOverdueV1 } from '#contracts';
import { onceIn, queryOne, type Sql, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { filesOf } from '#files';
import { PersonRefDto } from '#http';
import { type Person, personById, reaches } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { type Available, type Case, type Command, type Facts, overdueStep, problemOf, Workflows } from '#workflow';
import { itemAt, knownFieldsOf, publishedItem, type PublishedItem } from '../catalogue/catalogue.queries.js';
import { SYSTEM } from '../leave/leave-returns.service.js';
import { mustDecide } from '../tasks/deciders.js';
import { prefilledOf } from '../catalogue/prefilled.js';
import { Application, type ApplicationOperation, type Filled, type Outcome } from './application.entity.js';
import { materialsOf } from './application.files.js';
import { applicationFlow, factsOf } from './application.flow.js';
import { type Asker, offersOf, refusalOfOwn, refusalOnTop, withoutCase } from './application-offers.js';
import { ApplicationDetailDto } from './applications.dto.js';
import { visibleTo } from './applications.queries.js';

const OUTCOMES: Partial<Record<string, Outcome>> = {
  approved: 'completed',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
};

/** The decisions on applications: a case for each. What it decides becomes of the application here. */
@Injectable()
export class ApplicationCases {
  constructor(
    private readonly workflows: Workflows,
    private readonly events: Events,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Asks for the decisions on an application; undefined where its item asks for none. The caller saves the application. */
  async begin(
    tx: Tx,
    actor: Actor,
    application: Application,
    item: PublishedItem,
    data: Record<string, unknown>,
  ): Promise<Case | undefined> {
    const definition = applicationFlow(item);
    if (!definition) return undefined;
    const { id: subjectId, studentId, createdBy } = application;
    const people = [studentId, createdBy, actor.personId].filter((id) => typeof id === 'string');
    const opening = {
      ...{ definition, subjectId, personId: studentId, facts: factsOf(item.content, data) },
      ...{ initiators: [...new Set(people)], ownMatterOf: [studentId] },
    };
    const { now: at } = await this.askerOf(tx, actor, application);
    const begun = await this.workflows.begin(tx, opening, { by: actor, at });
    application.workflowId = begun.id;
    return begun;
  }

  /** Does something to the application's case, and to the application what follows from it. The caller has locked the application. */
  async act(tx: Tx, actor: Actor, application: Application, command: Command, comment: string | null): Promise<Case> {
    const [before, asker] = await Promise.all([this.locked(tx, application), this.askerOf(tx, actor, application)]);
    const refusal = refusalOnTop(command.op, asker);
    const acting = { by: actor, roles: asker.roles, at: asker.now, comment };
    if (refusal) {
      // What the case has against it comes first.
      const offers = offersOf(application, await this.workflows.available(tx, before, acting), asker);
      throw offers.find(({ action }) => action === command.op)?.refusal ?? refusal;
    }
    const after = await this.workflows.act(tx, before, command, acting);
    if (command.op === 'delegate' || command.op === 'transfer' || command.op === 'add-signer')
      await mustDecide(tx, 'affairs:application:decide', command.to, this.clock.today(), '#/to');
    await this.follow(tx, application, command, after);
    return after;
  }

  /** Does what a deadline of the application's case says, unless another one runs by now, or none. */
  async expire(tx: Tx, caseId: string, dueAt: string): Promise<void> {
    const row = await queryOne<{ id: string }>(
      tx,
      sql`SELECT id FROM affairs.application WHERE workflow_id = ${caseId} FOR UPDATE`,
    );
    const [before] = row ? await this.workflows.lock(tx, sql`w.id = ${caseId}`) : [];
    if (!row || !before) return;
    const after = await this.workflows.expire(tx, before, dueAt, SYSTEM, this.clock.now());
    if (!after) return;
    const application = await tx.findOneByOrFail(Application, { id: row.id });
    await this.follow(tx, application, { op: 'expire' }, after);
    await this.events.publish(tx, new StepOverdueV1(overdueStep(before, after)));
  }

  /** Says that it ended. The caller saves it, or has done so. */
  async publishEnd(tx: Tx, application: Application): Promise<void> {
    const { id, studentId, item, itemVersion, status } = application;
    const outcome = status as Outcome;
    const event = new ApplicationDecidedV1({ applicationId: id, studentId, item, itemVersion, outcome });
    await this.events.publish(tx, event, application);
  }

  /** The application as its own page shows it, with what the actor may do. */
  async detailOf(tx: Tx, actor: Actor, application: Application, known?: Case): Promise<ApplicationDetailDto> {
    const asker = await this.askerOf(tx, actor, application);
    const { now } = asker;
    const [item, student, files, filled, case_] = await Promise.all([
      this.itemOf(tx, application),
      personById(tx, application.studentId),
      filesOf(tx, materialsOf(application)),
      this.filledOf(tx, application),
      known ?? this.caseOf(tx, application, now),
    ]);
    const prefilled = application.status === 'draft' ? await this.prefilledNow(tx, application, item) : [];
    const available = case_ && (await this.workflows.available(tx, case_, { by: actor, roles: asker.roles, at: now }));
    const offers = offersOf(application, available, asker);
    return ApplicationDetailDto.of(
      application,
      { student: PersonRefDto.from(student as Person), item, files, filled, prefilled, case_, offers },
      now,
    );
  }

  /** Throws the problem for which the actor cannot do this with the application now: the one that `actions` gives as the reason. */
  async mustOffer(tx: Tx, actor: Actor, application: Application, what: ApplicationOperation): Promise<void> {
    const refusal = refusalOfOwn(application, what, await this.askerOf(tx, actor, application));
    if (refusal) throw refusal;
  }

  /** The fields that a correction by the actor may change now. Throws the reason where there is no correction to be made. */
  async correctableBy(tx: Tx, actor: Actor, application: Application): Promise<string[]> {
    const now = this.clock.now();
    const case_ = await this.caseOf(tx, application, now);
    if (!case_) throw withoutCase(application);
    const { roles } = await this.askerOf(tx, actor, application);
    const available = await this.workflows.available(tx, case_, { by: actor, roles, at: now });
    const offer = available.find(({ op }) => op === 'resubmit') as Available;
    if (!offer.allowed) throw problemOf(offer.reason, case_.instance, application.version);
    return offer.choices.fields ?? [];
  }

  /** Hands a correction in: it goes on under the definition that it began under. The caller has filled the application in. */
  async resubmit(
    tx: Tx,
    actor: Actor,
    application: Application,
    { facts, changed }: { facts: Facts; changed: string[] },
  ): Promise<Case> {
    const { instance } = await this.locked(tx, application);
    const { definitionVersion } = instance;
    const command = { op: 'resubmit' as const, definitionVersion, facts, chosen: {}, changed };
    return this.act(tx, actor, application, command, null);
  }

  /** What was filled in; null when the student's data was erased. */
  async filledOf(tx: Tx, application: Application): Promise<Filled | null> {
    const [texts] = await this.students.openFields(tx, [application]);
    const data = texts?.data;
    return data == null
      ? null
      : { data: JSON.parse(data) as Record<string, unknown>, materials: application.materials };
  }

  /** The version of the item that counts for the application: of a draft the published one, while there is one. */
  async itemOf(tx: Tx, { item: code, itemVersion, status }: Application): Promise<PublishedItem> {
    const published = status === 'draft' ? await publishedItem(tx, code) : undefined;
    const item = published ?? (await itemAt(tx, code, itemVersion));
    if (!item) throw new Error(`Item ${code} has no version ${itemVersion}`);
    return item;
  }

  /** Predicate over `a`: see `visibleTo`. */
  visible(actor: Actor): Sql {
    return visibleTo(actor, this.workflows, this.clock.now());
  }

  private async prefilledNow(tx: Tx, { studentId }: Application, item: PublishedItem) {
    const known = await knownFieldsOf(tx, studentId, this.clock.today());
    return known ? prefilledOf(item.content, known) : [];
  }

  private async follow(tx: Tx, application: Application, { op }: Command, { instance }: Case): Promise<void> {
    const { status } = instance;
    const outcome = OUTCOMES[status];
    if (outcome) application.end(outcome, this.clock.now());
    else if (op === 'return' && status === 'returned') application.returnForCorrection();
    else if (op === 'take-back' && status === 'returned') application.takeCorrectionBack();
    else if (op === 'take-back' && application.status === 'returned') application.takeReturnBack();
    await update(tx, application);
    if (outcome) await this.publishEnd(tx, application);
  }

  private async locked(tx: Tx, application: Application): Promise<Case> {
    if (!application.workflowId) throw withoutCase(application);
    const [case_] = await this.workflows.lock(tx, sql`w.id = ${application.workflowId}`);
    if (!case_) throw new Error(`Application ${application.id} has no case`);
    return case_;
  }

  /** The application's case, with whoever is to sign it now. */
  private async caseOf(tx: Tx, { workflowId }: Application, now: Date): Promise<Case | undefined> {
    const [stored] = workflowId ? await this.workflows.read(tx, [workflowId]) : [];
    return stored && this.workflows.current(tx, stored, now);
  }

  /** Students speak for themselves, and who filled it in for them; the school's officers see to cases that got stuck. */
  private askerOf(tx: Tx, actor: Actor, { id, studentId, createdBy }: Application): Promise<Asker & { now: Date }> {
    return onceIn(tx, `asker ${id}`, async () => {
      const submits = await reaches(tx, actor.scopeOf('affairs:application:submit'), studentId, this.clock.today());
      const owns = submits || (actor.personId !== undefined && actor.personId === createdBy);
      const decides = actor.can('affairs:application:decide');
      const manager = decides && actor.scopeOf('affairs:application:read').school;
      return {
        roles: [...(owns ? (['initiator'] as const) : []), ...(manager ? (['manager'] as const) : [])],
        owns,
        decides,
        now: this.clock.now(),
      };
    });
  }
}
