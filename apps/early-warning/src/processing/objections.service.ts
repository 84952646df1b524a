import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { Database, findInScope, query, sql, type Sql, type Tx } from '#database';
import { anyOf, ByDto, list, type Page, PersonRefDto } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, peopleByIds } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { COMES_TO, OBJECTION_ACTIONS, type ObjectionAction, objectionRefusal } from './choices.js';
import { type Latest, latestOf, ProcessingChoices } from './choices.service.js';
import { ObjectionDto, type ObjectionsQuery, type ObjectionStatus } from './processing.dto.js';
import { ProcessingPolicy } from './processing.policy.js';
import { ProcessingChoice } from './processing-choice.entity.js';

/** What came after an objection `c`; null: nothing yet. */
const NEXT = sql`(SELECT n.what FROM early_warning.processing_choice n
  WHERE n.student_id = c.student_id AND n.kind = c.kind AND n.number = c.number + 1)`;
const STATUS = sql`CASE ${NEXT} WHEN 'objection_upheld' THEN 'upheld' WHEN 'objection_refused' THEN 'refused'
  WHEN 'objection_withdrawn' THEN 'withdrawn' ELSE 'weighing' END`;

/** Objections of students to kinds of processing, where they are weighed rather than honoured at once. */
@Injectable()
export class Objections {
  constructor(
    private readonly database: Database,
    private readonly choices: ProcessingChoices,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ObjectionsQuery): Promise<Page<ObjectionDto>> {
    const { status, kind, studentId } = request;
    return this.database.transaction(null, async (tx) => {
      const page = await list(tx, request, {
        select: sql`c.id`,
        from: sql`early_warning.processing_choice c`,
        where: [
          await this.visible(tx, actor),
          anyOf(STATUS, status),
          anyOf(sql`c.kind`, kind),
          anyOf(sql`c.student_id`, studentId, 'uuid'),
        ],
        sorts: { chosenAt: sql`c.chosen_at` },
        defaultSort: '-chosenAt',
        id: sql`c.id`,
        to: ({ id }: { id: string }) => id,
      });
      await auditList(tx, actor, {
        action: 'early-warning.objection.list',
        rows: page.data.length,
        filter: request,
      });
      const shown = new Map((await this.shown(tx, actor, page.data)).map((one) => [one.id, one]));
      return { ...page, data: page.data.map((id) => shown.get(id)!) };
    });
  }

  get(actor: Actor, id: string): Promise<ObjectionDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.find(tx, actor, id);
      await this.audit(tx, actor, id, 'read');
      return (await this.shown(tx, actor, [id]))[0]!;
    });
  }

  /** Throws ObjectionNotOpen, ObjectionNotYours (409). */
  answer(actor: Actor, id: string, action: ObjectionAction, answer: string): Promise<ObjectionDto> {
    return this.database.transaction(actor, async (tx) => {
      const { studentId, kind } = await this.find(tx, actor, id);
      const { value: policy, number: policyNumber } = await this.policies.at(tx, ProcessingPolicy, this.clock.today());
      const latest = (await latestOf(tx, studentId)).get(kind);
      const { choice } = policy.ruleOf(kind);
      const refused = objectionRefusal(choice, askerOf(actor, { id, studentId }, latest));
      if (refused) throw refused;
      await this.choices.add(tx, actor, {
        studentId,
        kind,
        what: COMES_TO[action],
        text: answer,
        policyNumber,
        choice,
        latest,
      });
      await this.audit(tx, actor, id, action);
      return (await this.shown(tx, actor, [id]))[0]!;
    });
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<ProcessingChoice> {
    const objection = await findInScope(tx, ProcessingChoice, id, { alias: 'c', where: await this.visible(tx, actor) });
    if (!objection) throw new NotFound({ what: 'objection' });
    return objection;
  }

  private audit(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    return audit(tx, actor, { action: `early-warning.objection.${action}`, subject: { kind: 'objection', id } });
  }

  /** Over a choice `c`: an objection of a kind that is weighed, of a student in the actor's charge. */
  private async visible(tx: Tx, actor: Actor): Promise<Sql> {
    const today = this.clock.today();
    const { value } = await this.policies.at(tx, ProcessingPolicy, today);
    const weighed = value.kinds.filter(({ choice }) => choice === 'weighed_objection').map(({ kind }) => kind);
    const scope = inScope(actor.scopeOf('early-warning:processing:decide'), sql`c.student_id`, today);
    return sql`(c.what = 'objected' AND c.kind = ANY(${weighed}::text[]) AND ${scope})`;
  }

  private async shown(tx: Tx, actor: Actor, ids: readonly string[]): Promise<ObjectionDto[]> {
    const { value: policy } = await this.policies.at(tx, ProcessingPolicy, this.clock.today());
    const statuses = await query<{ id: string; status: ObjectionStatus; nextId: string | null; isLatest: boolean }>(
      tx,
      sql`SELECT c.id, ${STATUS} AS status, n.id AS "nextId", n.id IS NULL AS "isLatest" FROM early_warning.processing_choice c
            LEFT JOIN early_warning.processing_choice n ON n.student_id = c.student_id AND n.kind = c.kind AND n.number = c.number + 1
           WHERE c.id = ANY(${ids}::uuid[])`,
    );
    const all = await tx.findBy(
      ProcessingChoice,
      statuses.flatMap(({ id, nextId }) => [{ id }, ...(nextId ? [{ id: nextId }] : [])]),
    );
    const opened = await this.students.openFields(tx, all);
    const texts = new Map(all.map(({ id }, i) => [id, opened[i]!.text]));
    const byId = new Map(all.map((one) => [one.id, one]));
    const students = [...new Set(all.map(({ studentId }) => studentId))];
    const people = new Map((await peopleByIds(tx, students)).map((one) => [one.id, PersonRefDto.from(one)]));
    return statuses.map(({ id, status, nextId, isLatest }) => {
      const { studentId, kind, chosenAt } = byId.get(id)!;
      const answered = nextId && status !== 'withdrawn' ? byId.get(nextId) : undefined;
      const by = { isLatest, mayWeigh: actor.personId !== undefined && actor.personId !== studentId };
      return Object.assign(new ObjectionDto(), {
        ...{ id, kind, status, chosenAt, student: people.get(studentId) ?? null, text: texts.get(id) ?? null },
        answer: answered ? (texts.get(answered.id) ?? null) : null,
        answeredBy: answered ? ByDto.of(answered.chosenBy, answered.chosenByApp) : null,
        actions: (Object.keys(OBJECTION_ACTIONS) as ObjectionAction[]).map((action) =>
          offered(action, objectionRefusal(policy.ruleOf(kind).choice, by)),
        ),
      });
    });
  }
}

function askerOf(
  { personId }: Actor,
  { id, studentId }: { id: string; studentId: string },
  latest: Latest | undefined,
): { isLatest: boolean; mayWeigh: boolean } {
  return { isLatest: latest?.id === id, mayWeigh: personId !== undefined && personId !== studentId };
}
