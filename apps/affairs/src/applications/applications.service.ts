import { Injectable } from '@nestjs/common';
import { type Actor, MissingPermission } from '#auth';
import { ApplicationSubmittedV1 } from '#contracts';
import { Database, findInScope, insert, onConflict, query, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Files } from '#files';
import { rowByRow } from '#http';
import { Invalid, NotFound } from '#problems';
import { peopleByIds, reaches } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { ActDto, type Case, type Command } from '#workflow';
import { knownFieldsOf, type KnownStudent, publishedItem, type PublishedItem } from '../catalogue/catalogue.queries.js';
import { formOf } from '../catalogue/form.js';
import { type Ask, assess, type Assessment, changedIn, forgedIn } from './application.checks.js';
import { Application, type Filled } from './application.entity.js';
import { materialsOf } from './application.files.js';
import { DecideManyDto } from '../tasks/decide-many.dto.js';
import { prefilledOf } from '../catalogue/prefilled.js';
import { ApplicationCases } from './application-cases.service.js';
import {
  ApplicationDecisionResultsDto,
  ApplicationFormDto,
  type BeginApplicationDto,
  type MaterialFilesDto,
  type PrecheckApplicationDto,
} from './application-forms.dto.js';
import { ApplicationDetailDto, ApplicationPrecheckDto } from './applications.dto.js';
import { ApplicationNotPossible, ApplicationOpenAlready } from './applications.problems.js';
import { findForChange } from './applications.queries.js';

/** Applying for an item of the catalogue: drafts, the pre-check, submission, correction, decisions. */
@Injectable()
export class Applications {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly files: Files,
    private readonly cases: ApplicationCases,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** A draft, of what the student's item asks for; what is known is filled in. */
  begin(actor: Actor, body: BeginApplicationDto): Promise<ApplicationDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const studentId = body.studentId ?? actor.personId;
      if (!studentId) throw new Invalid({ errors: [{ pointer: '#/studentId', zh: '必填', en: 'is required' }] });
      const item = await publishedItem(tx, body.item);
      if (!item) throw new NotFound({ pointer: '#/item', what: 'item' });
      const channel = await this.channelOf(tx, actor, studentId);
      const known = await this.knownOf(tx, studentId);
      const { code, version: itemVersion } = item;
      const sole = !item.content.severalAtOnce;
      const application = Application.draft({ studentId, item: code, itemVersion, sole, channel }, actor);
      const filled = ApplicationFormDto.filled(body);
      application.fill(accepted(item, known, filled));
      await this.students.sealFields(tx, application);
      await this.checkFiles(tx, actor, application, body.materials);
      await onConflict(insert(tx, application), {
        application_sole: () => new ApplicationOpenAlready({ pointer: '#/item' }),
      });
      await this.attach(tx, actor, application);
      return this.cases.detailOf(tx, actor, application);
    });
  }

  write(actor: Actor, id: string, expected: number, body: ApplicationFormDto): Promise<ApplicationDetailDto> {
    return this.change(actor, id, expected, async (tx, application) => {
      await this.cases.mustOffer(tx, actor, application, 'save');
      const item = await this.cases.itemOf(tx, application);
      await this.checkFiles(tx, actor, application, body.materials);
      application.itemVersion = item.version;
      application.fill(accepted(item, await this.knownOf(tx, application.studentId), ApplicationFormDto.filled(body)));
      await this.students.sealFields(tx, application);
      await this.attach(tx, actor, application);
      await update(tx, application);
    });
  }

  discard(actor: Actor, id: string, expected: number): Promise<void> {
    return this.database.transaction(actor, async (tx) => {
      const application = await findForChange(tx, this.cases.visible(actor), id, expected);
      await this.cases.mustOffer(tx, actor, application, 'discard');
      await this.files.free(tx, materialsOf(application));
      await query(tx, sql`DELETE FROM affairs.application WHERE id = ${id}`);
    });
  }

  /** Says what submission, or the correction of what was returned, would say, and who would decide. Writes nothing. */
  precheck(actor: Actor, id: string, body: PrecheckApplicationDto): Promise<ApplicationPrecheckDto> {
    return this.database.read(async (tx) => {
      const application = await findInScope(tx, Application, id, { alias: 'a', where: this.cases.visible(actor) });
      if (!application) throw new NotFound({ what: 'application' });
      const returned = application.status === 'returned';
      const correctable = returned ? await this.cases.correctableBy(tx, actor, application) : undefined;
      if (!returned) await this.cases.mustOffer(tx, actor, application, 'submit');
      await this.checkFiles(tx, actor, application, body.materials);
      const { ask, item } = await this.askOf(tx, application, body, correctable);
      const assessment = await assess(tx, ask, this.clock);
      const people = await peopleByIds(tx, [
        ...new Set(assessment.steps.flatMap(({ signers }) => signers.flatMap(({ candidates }) => candidates))),
      ]);
      return ApplicationPrecheckDto.from(assessment, item.version, people);
    });
  }

  submit(actor: Actor, id: string, expected: number): Promise<ApplicationDetailDto> {
    return this.change(actor, id, expected, async (tx, application) => {
      await this.cases.mustOffer(tx, actor, application, 'submit');
      const { ask, item } = await this.askOf(tx, application, {});
      const { data, dueAt } = possible(await assess(tx, ask, this.clock));
      const now = this.clock.now();
      application.submit(item.version, dueAt, now);
      application.fill({ data, materials: application.materials });
      await this.students.sealFields(tx, application);
      const case_ = await this.cases.begin(tx, actor, application, item, data);
      if (!case_) application.end('completed', now);
      await update(tx, application);
      const { studentId, item: code, itemVersion } = application;
      await this.events.publish(
        tx,
        new ApplicationSubmittedV1({ applicationId: id, studentId, item: code, itemVersion }),
        application,
      );
      if (!case_) await this.cases.publishEnd(tx, application);
      return case_;
    });
  }

  /** What was returned, corrected: nothing but what was named may differ. It runs on under the version of the item that it was made to. */
  resubmit(actor: Actor, id: string, expected: number, body: ApplicationFormDto): Promise<ApplicationDetailDto> {
    return this.change(actor, id, expected, async (tx, application) => {
      const correctable = await this.cases.correctableBy(tx, actor, application);
      await this.checkFiles(tx, actor, application, body.materials);
      const { ask, before } = await this.askOf(tx, application, body, correctable);
      const { data, dueAt, facts } = possible(await assess(tx, ask, this.clock));
      const { materials } = ask;
      application.resubmit(dueAt);
      application.fill({ data, materials });
      await this.students.sealFields(tx, application);
      await this.attach(tx, actor, application);
      return this.cases.resubmit(tx, actor, application, { facts, changed: changedIn(before, { data, materials }) });
    });
  }

  /** Whatever `actions` of the application offers, but what needs the form. */
  doAny(actor: Actor, id: string, expected: number, body: ActDto): Promise<ApplicationDetailDto> {
    return this.change(actor, id, expected, (tx, application) =>
      this.act(tx, actor, application, ActDto.toCommand(body), body.comment ?? null),
    );
  }

  /** Many at once, each by itself: a row that cannot be decided says why and changes nothing, the others are done. */
  decideMany(actor: Actor, { rows }: DecideManyDto): Promise<ApplicationDecisionResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, async (row, i) => {
        const command = DecideManyDto.commandOf(row, i);
        const application = await findForChange(tx, this.cases.visible(actor), row.id, row.version);
        await this.act(tx, actor, application, command, row.comment ?? null);
        return application;
      });
      return Object.assign(new ApplicationDecisionResultsDto(), { results });
    });
  }

  private async act(
    tx: Tx,
    actor: Actor,
    application: Application,
    command: Command,
    comment: string | null,
  ): Promise<Case> {
    const case_ = await this.cases.act(tx, actor, application, command, comment);
    // Who takes it back has their files back.
    if (application.status === 'withdrawn') await this.files.free(tx, materialsOf(application));
    return case_;
  }

  /** Whoever sees the application is told why they cannot change it; to others it does not exist. */
  private change(
    actor: Actor,
    id: string,
    expected: number,
    fn: (tx: Tx, application: Application) => Promise<Case | undefined | void>,
  ): Promise<ApplicationDetailDto> {
    if (!actor.can('affairs:application:submit') && !actor.can('affairs:application:decide'))
      throw new MissingPermission('affairs:application:submit');
    return this.database.transaction(actor, async (tx) => {
      const application = await findForChange(tx, this.cases.visible(actor), id, expected);
      const case_ = await fn(tx, application);
      return this.cases.detailOf(tx, actor, application, case_ ?? undefined);
    });
  }

  /** What is saved, or is to be looked at in its place, as a question to `assess`. `correctable`: it was returned, and this may be corrected. */
  private async askOf(
    tx: Tx,
    application: Application,
    body: PrecheckApplicationDto,
    correctable?: readonly string[],
  ): Promise<{ ask: Ask; item: PublishedItem; before: Filled }> {
    const { studentId, channel } = application;
    const item = await this.cases.itemOf(tx, application);
    const known = await this.knownOf(tx, studentId);
    const before = (await this.cases.filledOf(tx, application)) ?? { data: {}, materials: {} };
    const { materials } = body.materials
      ? ApplicationFormDto.filled({ data: {}, materials: body.materials })
      : application;
    const filled = { data: body.data ?? before.data, materials };
    const correction = correctable && { before, correctable };
    return { ask: { ...filled, studentId, channel, item, known, correction }, item, before };
  }

  private async knownOf(tx: Tx, studentId: string): Promise<KnownStudent> {
    const known = await knownFieldsOf(tx, studentId, this.clock.today());
    if (!known) throw new NotFound({ pointer: '#/studentId', what: 'student' });
    return known;
  }

  /** Students, and apps for them, apply online; staff for a student they answer for, at the counter. To others the student does not exist. */
  private async channelOf(tx: Tx, actor: Actor, studentId: string): Promise<Application['channel']> {
    const date = this.clock.today();
    if (await reaches(tx, actor.scopeOf('affairs:application:submit'), studentId, date)) return 'online';
    const answersFor = actor.scopeOf('affairs:application:read');
    if (actor.can('affairs:application:decide') && (await reaches(tx, answersFor, studentId, date))) return 'counter';
    throw new NotFound({ pointer: '#/studentId', what: 'student' });
  }

  /** Throws NotAttachable (422) for files that are not the actor's to hand in here, with the place of each. */
  private async checkFiles(
    tx: Tx,
    actor: Actor,
    application: Application,
    materials: readonly MaterialFilesDto[] = [],
  ): Promise<void> {
    const given = materials.flatMap(({ files }, i) =>
      files.map((id, place) => ({ id, pointer: `#/materials/${i}/files/${place}` })),
    );
    if (given.length === 0) return;
    const ids = given.map(({ id }) => id);
    await this.files.check(tx, actor, ids, materialsOf(application), (place) => given[place]!.pointer);
  }

  /** Attaches the files that the materials name, and gives the others back. */
  private async attach(tx: Tx, actor: Actor, application: Application): Promise<void> {
    const ids = Object.values(application.materials).flat();
    const subject = materialsOf(application);
    await this.files.free(tx, subject, ids);
    if (ids.length > 0) await this.files.attach(tx, actor, ids, subject, { keepUntil: null, pointer: '#/materials' });
  }
}

/** What a draft keeps of what is filled in: not what is known. Throws Invalid for what is no draft of this form, or says otherwise than is known. */
function accepted(item: PublishedItem, known: KnownStudent, { data, materials }: Filled): Filled {
  const prefilled = prefilledOf(item.content, known);
  const keys = item.content.materials.map(({ key }) => key);
  const errors = [
    ...formOf(item.content).partialErrorsOf(data),
    ...forgedIn(data, prefilled),
    ...Object.keys(materials)
      .filter((key) => !keys.includes(key))
      .map(() => ({ pointer: '#/materials', zh: '该事项没有此材料', en: 'is no material of this item' })),
  ].map(({ pointer, zh, en }) => ({ pointer, zh, en }));
  if (errors.length > 0) throw new Invalid({ errors });
  const asked = new Set(prefilled.map(({ field }) => field));
  return { data: Object.fromEntries(Object.entries(data).filter(([field]) => !asked.has(field))), materials };
}

/** What was assessed, when nothing speaks against it; else ApplicationNotPossible with all that does. */
function possible(assessment: Assessment): Assessment {
  const blockers = assessment.findings.filter(({ severity }) => severity === 'blocker');
  if (blockers.length > 0) {
    throw new ApplicationNotPossible({ errors: blockers.map(({ severity: _, ...error }) => error) });
  }
  return assessment;
}
