import { Injectable } from '@nestjs/common';
import { type Actor, audit, ownStudent } from '#auth';
import { ProcessingChangedV1 } from '#contracts';
import { Database, insert, onConflict, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { lockRuns } from '../runs/run-lock.js';
import { Withdrawals } from '../warnings/withdrawals.service.js';
import { allows, choiceRefusal, COMES_TO, PROCESSING_ACTIONS, type ProcessingAction } from './choices.js';
import { type ProcessingChoices as Offer, ProcessingPolicy } from './processing.policy.js';
import { ChosenAlready } from './processing.problems.js';
import { type Chosen, PROCESSING_KINDS, ProcessingChoice, type ProcessingKind } from './processing-choice.entity.js';
import {
  ProcessingChoiceDto,
  type ChoicesQuery,
  type ChooseProcessingDto,
  OwnProcessingDto,
} from './processing.dto.js';

const CHOOSE = 'early-warning:processing:choose';

/** What a student says about kinds of processing. */
@Injectable()
export class ProcessingChoices {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly withdrawals: Withdrawals,
    private readonly clock: CampusClock,
  ) {}

  own(actor: Actor, named: string | undefined): Promise<OwnProcessingDto[]> {
    return this.database.transaction(actor, async (tx) => {
      const studentId = await ownStudent(tx, actor, CHOOSE, named, this.clock.today());
      return this.of(tx, studentId);
    });
  }

  history(actor: Actor, request: ChoicesQuery): Promise<Page<ProcessingChoiceDto>> {
    const { personId = null } = actor.scopeOf(CHOOSE);
    return this.database.read(async (tx) => {
      const page = await list(tx, request, {
        select: sql`c.id`,
        from: sql`early_warning.processing_choice c`,
        where: [sql`c.student_id = ${personId}::uuid`, anyOf(sql`c.kind`, request.kind)],
        sorts: { chosenAt: sql`c.chosen_at` },
        defaultSort: '-chosenAt',
        id: sql`c.id`,
        to: ({ id }: { id: string }) => id,
      });
      const shown = new Map((await this.shown(tx, page.data)).map((one) => [one.id, one]));
      return { ...page, data: page.data.map((id) => shown.get(id)!) };
    });
  }

  /** In force with the answer. Throws what the rules do not offer (409). */
  choose(actor: Actor, { studentId: named, kind, action, reason }: ChooseProcessingDto): Promise<OwnProcessingDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const studentId = await ownStudent(tx, actor, CHOOSE, named, today);
      const { value: policy, number: policyNumber } = await this.policies.at(tx, ProcessingPolicy, today);
      const latest = (await latestOf(tx, studentId)).get(kind);
      const { choice } = policy.ruleOf(kind);
      const refused = choiceRefusal(action, choice, latest?.what);
      if (refused) throw refused;
      await this.add(tx, actor, {
        studentId,
        kind,
        what: COMES_TO[action],
        text: reason ?? null,
        policyNumber,
        choice,
        latest,
      });
      if (actor.personId !== studentId)
        await audit(tx, actor, {
          action: `early-warning.processing.${action}`,
          subject: { kind: 'student', id: studentId },
        });
      return (await this.of(tx, studentId)).find((one) => one.kind === kind)!;
    });
  }

  /**
   * The next choice of the student about the kind; throws ChosenAlready (409) where another was first. One that ends warnings by rules takes
   * those back that wait, after any run that goes on: it may be raising one.
   */
  async add(
    tx: Tx,
    actor: Actor,
    {
      latest,
      choice: offer,
      ...values
    }: Pick<ProcessingChoice, 'studentId' | 'kind' | 'what' | 'policyNumber'> & {
      text: string | null;
      choice: Offer;
      latest: Latest | undefined;
    },
  ): Promise<void> {
    const ends = values.kind === 'rules' && !allows(offer, values.what);
    if (ends) await lockRuns(tx);
    const choice = Object.assign(new ProcessingChoice(), {
      ...values,
      number: (latest?.number ?? 0) + 1,
      ...{ chosenBy: actor.personId ?? null, chosenByApp: actor.app, chosenAt: this.clock.now() },
    });
    await this.students.sealFields(tx, choice);
    await onConflict(insert(tx, choice), { processing_choice_in_turn: () => new ChosenAlready() });
    const { studentId, kind, what } = choice;
    if (ends) await this.withdrawals.ofStudent(tx, studentId, actor.personId ?? actor.app);
    await this.events.publish(tx, new ProcessingChangedV1({ studentId, kind, what }));
  }

  private async of(tx: Tx, studentId: string): Promise<OwnProcessingDto[]> {
    const { value: policy, number: policyVersion } = await this.policies.at(tx, ProcessingPolicy, this.clock.today());
    const latest = await latestOf(tx, studentId);
    const shown = await this.shown(
      tx,
      [...latest.values()].map(({ id }) => id),
    );
    return (Object.keys(PROCESSING_KINDS) as ProcessingKind[]).map((kind) => {
      const { ground, choice, text } = policy.ruleOf(kind);
      const what = latest.get(kind)?.what;
      return Object.assign(new OwnProcessingDto(), {
        ...{ kind, name: PROCESSING_KINDS[kind], ground, choice, text, policyVersion },
        processed: allows(choice, what),
        latest: shown.find((one) => one.kind === kind) ?? null,
        actions: (Object.keys(PROCESSING_ACTIONS) as ProcessingAction[]).map((action) =>
          offered(action, choiceRefusal(action, choice, what)),
        ),
      });
    });
  }

  private async shown(tx: Tx, ids: readonly string[]): Promise<ProcessingChoiceDto[]> {
    const choices = await tx.findBy(
      ProcessingChoice,
      ids.map((id) => ({ id })),
    );
    const texts = await this.students.openFields(tx, choices);
    return choices.map(({ id, kind, what, policyNumber, chosenAt }, i) =>
      Object.assign(new ProcessingChoiceDto(), {
        ...{ id, kind, what, chosenAt },
        text: texts[i]!.text,
        policyVersion: policyNumber,
      }),
    );
  }
}

/** The latest choice about a kind. */
export interface Latest {
  id: string;
  what: Chosen;
  number: number;
}

/** The latest choices of a student, by kind. */
export async function latestOf(tx: Tx, studentId: string): Promise<Map<ProcessingKind, Latest>> {
  const rows = await query<Latest & { kind: ProcessingKind }>(
    tx,
    sql`SELECT DISTINCT ON (kind) kind, id, what, number FROM early_warning.processing_choice WHERE student_id = ${studentId}
         ORDER BY kind, number DESC`,
  );
  return new Map(rows.map((row) => [row.kind, row]));
}
