import { Injectable } from '@nestjs/common';
import { type Actor, audit, MissingPermission } from '#auth';
import { AdmissionAdvancedV1, AdmissionReversedV1, type Permission } from '#contracts';
import { Database, findInScope, insert, onConflict, queryOne, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, peopleByIds, type Scope } from '#roster';
import { CampusClock } from '#time';
import { Organizations } from '../organizations/organizations.service.js';
import { AdmissionPolicy } from './admission.policy.js';
import { AdmissionRules, workingDaysOf } from './admission-rules.js';
import { Admission, AdmissionEntry, doneOf, standing } from './admission.entity.js';
import {
  AdmissionDto,
  type ApplyDto,
  type MoveAdmissionDto,
  type OpenAdmissionDto,
  RecordedAdmissionDto,
  type RecordStepDto,
} from './admissions.dto.js';
import {
  AlreadyApplying,
  ApplicantUnknown,
  DateBeforeEarlierStep,
  DateInFuture,
  EvidenceUnknownPerson,
  NoRulesThen,
  NotLatestEntry,
  StepBlocked,
  StepNotSupported,
  StepOutOfOrder,
  StepUnknown,
} from './admissions.problems.js';
import { entriesOf, fullMembersAmong, isOwnOrganization, selectAdmission } from './admissions.queries.js';
import { type Done, isRecordable, judge, lastDone, nextDeadline, timelineOf, type Verdict } from './engine.js';
import { type Evidence, NO_EVIDENCE } from './evidence.js';
import type { GateKind } from './gate.js';
import { lastSupportedStep, rulesFor, type Step } from './rule-set.js';

const WRITE: Permission = 'party-building:admission:write';
const SECOND = { admission_open: () => new AlreadyApplying({ pointer: '#/personId' }) };
const ANY_BRANCH: Scope = { school: true, unitIds: [] };

/** Carrying admissions forward: what is written. Everything entered stays; a mistake is reversed by a further entry. */
@Injectable()
export class Admissions {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly organizations: Organizations,
    private readonly rules: AdmissionRules,
    private readonly clock: CampusClock,
  ) {}

  /** A student hands in their own application, today. */
  apply(actor: Actor, values: ApplyDto): Promise<RecordedAdmissionDto> {
    const { personId } = actor;
    if (personId === undefined) throw new MissingPermission('party-building:admission:apply');
    return this.open(actor, ANY_BRANCH, { ...values, personId, appliedOn: this.clock.today() });
  }

  /** An organizer enters an application that was received on paper. */
  receive(actor: Actor, values: OpenAdmissionDto): Promise<RecordedAdmissionDto> {
    return this.open(actor, actor.scopeOf(WRITE), values, actor.scopeOf(WRITE));
  }

  /** Records that a step was taken. */
  record(
    actor: Actor,
    id: string,
    stepNumber: string,
    expected: number,
    values: RecordStepDto,
  ): Promise<RecordedAdmissionDto> {
    return this.database.transaction(actor, async (tx) => {
      const admission = await this.find(tx, actor, id);
      admission.assertOpen();
      const steps = (await this.rules.reader(tx))(admission);
      const entries = (await entriesOf(tx, [id])).get(id) ?? [];
      const done = doneOf(entries);
      const step = this.recordableStep(steps, done, stepNumber);
      this.checkDate(values.takenOn, done, step.number);
      const { documents, people, choices } = values;
      await checkPeople(tx, people);
      const evidence: Evidence = { documents, people, choices };
      const entry = this.entry(actor, admission, entries, {
        kind: 'record',
        step: step.number,
        takenOn: values.takenOn,
        evidence,
      });
      await this.judge(tx, admission, step, done, entry);
      await this.stand(tx, admission, [...entries, entry], expected);
      await insert(tx, entry);
      return this.advanced(tx, actor, admission, entry);
    });
  }

  /** Takes the latest record back: it stays, and no longer counts. Taking the application itself back withdraws it. */
  reverse(actor: Actor, id: string, entryId: string, expected: number, reason: string): Promise<AdmissionDto> {
    return this.database.transaction(actor, async (tx) => {
      const admission = await this.find(tx, actor, id);
      admission.assertOpen();
      const entries = (await entriesOf(tx, [id])).get(id) ?? [];
      const target = entries.find((entry) => entry.id === entryId);
      if (!target) throw new NotFound({ what: 'entry' });
      if (standing(entries).at(-1)?.id !== entryId) throw new NotLatestEntry();
      const takenOn = this.clock.today();
      const what = { kind: 'reversal', step: target.step, takenOn, reversesId: entryId, reason } as const;
      const entry = this.entry(actor, admission, entries, what);
      await this.stand(tx, admission, [...entries, entry], expected);
      await insert(tx, entry);
      const event = new AdmissionReversedV1({ admissionId: id, step: target.step ?? 1, stage: admission.stage });
      await this.events.publish(tx, event, admission);
      return this.answer(tx, actor, id, 'reverse');
    });
  }

  /** Hands an admission over to another branch; the time served is kept, since all periods count from its own steps. */
  move(actor: Actor, id: string, expected: number, values: MoveAdmissionDto): Promise<AdmissionDto> {
    return this.database.transaction(actor, async (tx) => {
      const admission = await this.find(tx, actor, id);
      admission.assertOpen();
      if (values.on > this.clock.today()) throw new DateInFuture({ pointer: '#/on' });
      const branch = await this.organizations.branchFor(tx, actor.scopeOf(WRITE), values.organizationId);
      const entries = (await entriesOf(tx, [id])).get(id) ?? [];
      const { on: takenOn, reason } = values;
      const entry = this.entry(actor, admission, entries, { kind: 'move', takenOn, organizationId: branch.id, reason });
      admission.organizationId = branch.id;
      await update(tx, admission, expected);
      await insert(tx, entry);
      return this.answer(tx, actor, id, 'move');
    });
  }

  private open(actor: Actor, branches: Scope, values: OpenAdmissionDto, people?: Scope): Promise<RecordedAdmissionDto> {
    return this.database.transaction(actor, async (tx) => {
      const { personId, organizationId, appliedOn, birthDate, documents } = values;
      const now = this.clock.today();
      if (appliedOn > now) throw new DateInFuture({ pointer: '#/appliedOn' });
      const rules = rulesFor(appliedOn);
      if (!rules) throw new NoRulesThen({ pointer: '#/appliedOn' });
      const known = await queryOne(
        tx,
        sql`SELECT 1 FROM directory.published_person_v1 p
             WHERE p.id = ${personId} AND p.active AND ${people ? inScope(people, sql`p.id`, now) : sql`TRUE`}`,
      );
      if (!known) throw new ApplicantUnknown({ pointer: '#/personId' });
      await this.organizations.branchFor(tx, branches, organizationId);
      const { number: policyNumber } = await this.policies.at(tx, AdmissionPolicy, appliedOn);
      const stamp = { ruleVersion: rules.version, policyNumber };
      const admission = Object.assign(new Admission(), { personId, organizationId, appliedOn, birthDate, ...stamp });
      const steps = (await this.rules.reader(tx))(admission);
      const evidence: Evidence = { ...NO_EVIDENCE, documents };
      const entry = this.entry(actor, admission, [], { kind: 'record', step: 1, takenOn: appliedOn, evidence });
      await this.judge(tx, admission, steps[0] as Step, [], entry);
      await this.settle(tx, admission, [entry]);
      await onConflict(insert(tx, admission), SECOND);
      await insert(tx, entry);
      return this.advanced(tx, actor, admission, entry);
    });
  }

  /** The admission, when the actor may carry it; else NotFound. */
  private async find(tx: Tx, actor: Actor, id: string): Promise<Admission> {
    const reached = inScope(actor.scopeOf(WRITE), sql`a.person_id`, this.clock.today());
    const found = await findInScope(tx, Admission, id, { alias: 'a', where: reached });
    if (!found) throw new NotFound({ what: 'admission' });
    return found;
  }

  private recordableStep(steps: readonly Step[], done: readonly Done[], number: string): Step {
    const step = steps.find((one) => String(one.number) === number);
    if (!step) throw new StepUnknown();
    const last = lastSupportedStep(steps);
    if (step.number > last) throw new StepNotSupported({ params: { last } });
    if (!isRecordable(steps, done, step.number)) {
      throw new StepOutOfOrder({ params: { next: Math.min(lastDone(done) + 1, last) } });
    }
    return step;
  }

  private checkDate(takenOn: string, done: readonly Done[], number: number): void {
    const pointer = '#/takenOn';
    if (takenOn > this.clock.today()) throw new DateInFuture({ pointer });
    const first = new Map<number, string>();
    for (const record of done) if (!first.has(record.step)) first.set(record.step, record.takenOn);
    const earlier = [...first].filter(([step]) => step < number).map(([, date]) => date);
    const latest = earlier.sort().at(-1);
    if (latest !== undefined && takenOn < latest)
      throw new DateBeforeEarlierStep({ pointer, params: { date: latest } });
  }

  /** Puts the verdicts on the entry; throws when one blocks. */
  private async judge(
    tx: Tx,
    admission: Admission,
    step: Step,
    done: readonly Done[],
    entry: AdmissionEntry,
  ): Promise<void> {
    const { takenOn: on, evidence } = entry;
    const people = evidence.people.map((person) => person.personId);
    const taken = {
      on,
      evidence,
      fullMembers: await fullMembersAmong(tx, people, on),
      ownOrganization: await isOwnOrganization(tx, admission.organizationId, admission.personId, on),
    };
    const facts = { birthDate: admission.birthDate, done };
    entry.verdicts = await judge(step, facts, taken, workingDaysOf(tx));
    const blocking = entry.verdicts.filter((verdict) => verdict.verdict === 'block');
    if (blocking.length > 0) {
      throw new StepBlocked({
        errors: blocking.map((verdict) => ({ pointer: pointerOf(verdict, step), ...wording(verdict) })),
      });
    }
  }

  /** Works out where the admission stands after its entries, and writes it. */
  private async stand(
    tx: Tx,
    admission: Admission,
    entries: readonly AdmissionEntry[],
    expected: number,
  ): Promise<void> {
    await this.settle(tx, admission, entries);
    await update(tx, admission, expected);
  }

  private async settle(tx: Tx, admission: Admission, entries: readonly AdmissionEntry[]): Promise<void> {
    const steps = (await this.rules.reader(tx))(admission);
    const done = doneOf(entries);
    const facts = { birthDate: admission.birthDate, done };
    const states = await timelineOf(steps, facts, this.clock.today(), workingDaysOf(tx));
    const step = lastDone(done);
    const { stage } = steps[Math.max(step, 1) - 1] as Step;
    admission.stand({ step, stage, due: nextDeadline(states) });
  }

  private entry(
    actor: Actor,
    admission: Admission,
    entries: readonly AdmissionEntry[],
    what: Pick<AdmissionEntry, 'kind' | 'takenOn'> & Partial<AdmissionEntry>,
  ): AdmissionEntry {
    return Object.assign(new AdmissionEntry(), {
      admissionId: admission.id,
      number: entries.length + 1,
      evidence: NO_EVIDENCE,
      verdicts: [],
      ruleVersion: admission.ruleVersion,
      policyNumber: admission.policyNumber,
      enteredByApp: actor.app,
      enteredByPerson: actor.personId ?? null,
      ...what,
    });
  }

  private async advanced(
    tx: Tx,
    actor: Actor,
    admission: Admission,
    entry: AdmissionEntry,
  ): Promise<RecordedAdmissionDto> {
    const event = { admissionId: admission.id, step: entry.step ?? 1, stage: admission.stage };
    await this.events.publish(tx, new AdmissionAdvancedV1(event), admission);
    const answer = await this.answer(tx, actor, admission.id, 'record');
    return Object.assign(new RecordedAdmissionDto(), answer, { verdicts: entry.verdicts });
  }

  private async answer(tx: Tx, actor: Actor, id: string, action: string): Promise<AdmissionDto> {
    await audit(tx, actor, { action: `party-building.admission.${action}`, subject: { kind: 'admission', id } });
    const row = await selectAdmission(tx, sql`a.id = ${id}`);
    if (!row) throw new NotFound({ what: 'admission' });
    return AdmissionDto.from(row, this.clock.today());
  }
}

const POINTERS: Partial<Record<GateKind, string>> = {
  document: '#/documents',
  collective_decision: '#/documents',
  filing: '#/documents',
  count_range: '#/people',
  choice: '#/choices',
  own_organization: '#/organizationId',
};

/** The field of the request that a blocking gate is about. */
function pointerOf({ kind }: Verdict, step: Step): string {
  if (kind === 'min_age' && step.number === 1) return '#/birthDate';
  return POINTERS[kind] ?? (step.number === 1 ? '#/appliedOn' : '#/takenOn');
}

function wording({ key, zh, en }: Verdict): { code: string; zh: string; en: string } {
  return { code: key, zh, en };
}

async function checkPeople(tx: Tx, people: { personId: string }[]): Promise<void> {
  const known = new Set(
    (
      await peopleByIds(
        tx,
        people.map((person) => person.personId),
      )
    ).map((person) => person.id),
  );
  const index = people.findIndex((person) => !known.has(person.personId.toLowerCase()));
  if (index >= 0) throw new EvidenceUnknownPerson({ pointer: `#/people/${index}/personId` });
}
