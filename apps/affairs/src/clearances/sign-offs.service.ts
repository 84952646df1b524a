import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, sql, StaleVersionError, type Tx } from '#database';
import { Files, filesOf } from '#files';
import { ByDto, toProblem } from '#http';
import { NotFound, type Problem } from '#problems';
import { inScope } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { evidenceOf } from './clearance.files.js';
import { EVIDENCE } from './clearance-list.entity.js';
import { EvidenceWrong } from './clearances.problems.js';
import { signOffVisible, signs, signScope } from './clearances.queries.js';
import { SIGN_OFF_ACTIONS, type SignOff, type SignOffAction } from './sign-off.entity.js';
import { type Loaded, type Rights, SignOffStore, type Step } from './sign-off-store.service.js';
import {
  type SignOffEvidenceDto,
  mustSayWhy,
  type SignOffDecision,
  type SignOffDecisionsDto,
  SignOffDetailDto,
  SignOffDto,
  SignOffResultDto,
} from './sign-offs.dto.js';

const SYSTEM = 'system:affairs';

/** What a department decides. */
export interface Decision {
  decision: SignOffDecision;
  reason?: string | undefined;
}

/** Departments sign their entries of students off, students hand in what is asked for, and the office grants deferrals. */
@Injectable()
export class SignOffs {
  constructor(
    private readonly database: Database,
    private readonly store: SignOffStore,
    private readonly files: Files,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** An entry with what was said about it; that staff read it is in the audit. */
  get(actor: Actor, id: string): Promise<SignOffDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const loaded = await this.find(tx, actor, id, false);
      if (!loaded.by.own || !actor.personId)
        await audit(tx, actor, { action: 'affairs.clearance.read', subject: { kind: 'clearance-sign-off', id } });
      return (await this.details(tx, [loaded]))[0]!;
    });
  }

  /** A department decides. Of two at once one is told that it is done already. */
  decide(actor: Actor, id: string, expected: number, decision: Decision): Promise<SignOffDto> {
    return this.change(actor, id, expected, decision.decision, (_, loaded) =>
      this.apply(loaded.signOff, decision, byOf(actor)),
    );
  }

  /** Many decisions, each by itself: what cannot be decided gets its problem, the others are done. */
  decideMany(actor: Actor, { rows }: SignOffDecisionsDto): Promise<SignOffResultDto[]> {
    rows.forEach(({ decision, reason }, i) => mustSayWhy(decision, reason, i));
    return this.database.transaction(actor, async (tx) => {
      const ids = rows.map(({ id }) => id);
      const found = await this.store.load(tx, ids, this.rights(actor), true);
      const steps = new Map<string, Step>();
      const results = rows.map((row) => {
        const id = row.id.toLowerCase();
        const loaded = found.get(id);
        const refused = loaded ? refusalOf(loaded, row.decision) : new NotFound({ what: 'clearance-sign-off' });
        if (refused) return resultOf(id, refused);
        const { signOff } = loaded!;
        if (steps.has(id) || signOff.version !== row.version) return resultOf(id, new StaleVersionError());
        this.apply(signOff, row, byOf(actor));
        steps.set(id, { loaded: loaded!, action: row.decision, by: byOf(actor) });
        return resultOf(id, signOff);
      });
      await this.store.write(tx, [...steps.values()]);
      return results;
    });
  }

  giveEvidence(actor: Actor, id: string, expected: number, { text, files }: SignOffEvidenceDto): Promise<SignOffDto> {
    return this.change(actor, id, expected, 'give_evidence', async (tx, { signOff, context: { entry } }) => {
      const fits = entry.evidence === 'text' ? text && files.length === 0 : text === undefined && files.length > 0;
      if (!fits) throw new EvidenceWrong({ pointer: '#', params: { evidence: EVIDENCE[entry.evidence].zh } });
      signOff.giveEvidence(text ?? null, this.clock.now());
      if (entry.evidence === 'text') return;
      await this.files.free(tx, evidenceOf(signOff), files);
      await this.files.attach(tx, actor, files, evidenceOf(signOff), { keepUntil: null, pointer: '#/files' });
    });
  }

  askDeferral(actor: Actor, id: string, expected: number, reason: string): Promise<SignOffDto> {
    return this.change(actor, id, expected, 'ask_deferral', (_, { signOff }) =>
      signOff.askDeferral(reason, this.clock.now()),
    );
  }

  /** 绿色通道: until that day it does not block. */
  defer(actor: Actor, id: string, expected: number, until: string, reason: string): Promise<SignOffDto> {
    return this.change(actor, id, expected, 'defer', (_, { signOff, context }) =>
      signOff.defer(until, reason, context.today, byOf(actor), this.clock.now()),
    );
  }

  declineDeferral(actor: Actor, id: string, expected: number, reason: string): Promise<SignOffDto> {
    return this.change(actor, id, expected, 'decline_deferral', (_, { signOff }) => signOff.declineDeferral(reason));
  }

  /** The time of a deferral is over, if it still is deferred: the entry waits again. */
  async endDeferral(tx: Tx, id: string): Promise<void> {
    const found = (await this.store.load(tx, [id], ALL, true)).get(id);
    if (!found?.signOff.deferredUntil || found.signOff.deferredUntil >= found.context.today) return;
    found.signOff.takeBack(SYSTEM, this.clock.now());
    await this.store.write(tx, [{ loaded: found, action: 'deferral_over', by: SYSTEM }]);
  }

  /** Entries with what was said about them, in the order given. */
  async details(tx: Tx, all: readonly Loaded[]): Promise<SignOffDetailDto[]> {
    const texts = await this.students.openFields(
      tx,
      all.map(({ signOff }) => signOff),
    );
    const details: SignOffDetailDto[] = [];
    for (const [i, loaded] of all.entries()) {
      const { signOff, context } = loaded;
      const withFiles = context.entry.evidence === 'file' && signOff.evidenceAt !== null;
      const files = withFiles ? await filesOf(tx, evidenceOf(signOff)) : [];
      details.push(Object.assign(new SignOffDetailDto(), answerOf(loaded), texts[i], { files }));
    }
    return details;
  }

  rights(actor: Actor): Rights {
    const today = this.clock.today();
    const answers = actor.scopeOf('affairs:clearance:answer');
    const own = answers.personId ? sql`s.student_id = ${answers.personId}` : answers.school ? sql`TRUE` : sql`FALSE`;
    return {
      visible: signOffVisible(actor, today),
      own,
      signs: signs(signScope(actor)),
      defers: inScope(actor.scopeOf('affairs:clearance:defer'), sql`s.student_id`, today),
    };
  }

  apply(signOff: SignOff, { decision, reason = '' }: Decision, by: string): void {
    const now = this.clock.now();
    if (decision === 'take_back') signOff.takeBack(by, now);
    else if (decision === 'clear') signOff.decide('cleared', null, by, now);
    else signOff.decide(decision === 'refuse' ? 'refused' : 'waived', reason, by, now);
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: SignOffAction,
    fn: (tx: Tx, loaded: Loaded) => void | Promise<void>,
  ): Promise<SignOffDto> {
    return this.database.transaction(actor, async (tx) => {
      const loaded = await this.find(tx, actor, id, true);
      // What was decided meanwhile is told first: it says more than that something has changed.
      const refused = refusalOf(loaded, action);
      if (refused) throw refused;
      if (loaded.signOff.version !== expected) throw new StaleVersionError();
      await fn(tx, loaded);
      await this.store.write(tx, [{ loaded, action, by: byOf(actor) }]);
      return answerOf(loaded);
    });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock: boolean): Promise<Loaded> {
    const found = (await this.store.load(tx, [id], this.rights(actor), lock)).get(id);
    if (!found) throw new NotFound({ what: 'clearance-sign-off' });
    return found;
  }
}

/** Yizhan itself, and systems with the permission to report. */
export const ALL: Rights = { visible: sql`TRUE`, own: sql`FALSE`, signs: sql`TRUE`, defers: sql`FALSE` };

export function byOf(actor: Actor): string {
  return actor.personId ?? actor.app;
}

export function refusalOf({ signOff, by, context }: Loaded, action: SignOffAction): Problem | undefined {
  return signOff.refusal(action, by, context);
}

/** `changed`: it is going to be written. */
export function resultOf(id: string, of: SignOff | Error, changed = true): SignOffResultDto {
  if (!(of instanceof Error)) {
    const version = of.version + (changed ? 1 : 0);
    return SignOffResultDto.from({ id, status: of.state, version, problem: null });
  }
  const { kind, text } = toProblem(of)!;
  return SignOffResultDto.from({
    id,
    status: null,
    version: null,
    problem: { code: kind.code, status: kind.status, ...text },
  });
}

export function answerOf(loaded: Loaded): SignOffDto {
  const { signOff, student, context } = loaded;
  const { id, clearanceId, entry, unitId, blocking, state, evidenceAt, deferralAskedAt, deferredUntil, version } =
    signOff;
  return Object.assign(new SignOffDto(), {
    ...{
      id,
      clearanceId,
      student,
      entry,
      title: context.entry.title,
      unitId,
      blocking,
      asksFor: context.entry.evidence,
    },
    ...{ state, evidenceAt, deferralAskedAt, deferredUntil, decidedAt: signOff.decidedAt, version },
    decidedBy: signOff.decidedBy === null ? null : ByDto.from(signOff.decidedBy),
    actions: (Object.keys(SIGN_OFF_ACTIONS) as SignOffAction[]).map((action) => {
      const refused = refusalOf(loaded, action);
      return offered(action, refused);
    }),
  });
}
