import fc from 'fast-check';
import { sql } from '#database';
import { type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { act, type CaseAnswer, CASES, clearCases, openCase, staff, SUPERVISIONS, warn } from './case-kit.js';
import { CareModel, TRIES, type Try, type What, WHO, type Who } from './care-model.js';
import { holdSchedules } from './kit.js';

const WARNINGS = '/early-warning/v1/warnings';
const IDS: Record<Who, string> = {
  counselor: staff.counselorCs,
  foreign: staff.counselorFl,
  college: staff.collegeOfficerCs,
  school: staff.schoolOfficer,
  psychologist: staff.psychologist,
};
/** To whom a case is offered, and who joins the team, when somebody does so. */
const NEXT: Record<Who, Who> = {
  counselor: 'foreign',
  foreign: 'counselor',
  college: 'psychologist',
  school: 'counselor',
  psychologist: 'college',
};

/** No new walk begins after so long. */
const WALKS_MS = 20_000;

interface Real {
  caseId: string;
  warningId: string;
}
type Seen = CaseAnswer & { reopenedCount: number };
type Proposed = { id: string; what: What; proposedBy: { id: string } };
const proposalsOf = ({ proposals }: Seen): Proposed[] => proposals as Proposed[];

describe('a care case and its warning', () => {
  let test: TestApp;
  const clients = {} as Record<Who, Client>;
  const tried = new Map<string, number>();
  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    for (const who of WHO) clients[who] = await test.person(IDS[who]);
    test.clock.set('2026-11-20T10:00:00+08:00');
  });
  afterAll(() => test?.close());

  /** The case as somebody sees it, with what it offers them held against the model. */
  const look = async (model: CareModel, { caseId, warningId }: Real, who: Who): Promise<Seen | undefined> => {
    const answer = await clients[who].get(`${CASES}/${caseId}`);
    expect([who, answer.status]).toEqual([who, model.sees(who) ? 200 : 404]);
    if (answer.status === 404) return undefined;
    const seen = answer.body as Seen;
    const offered = Object.fromEntries(seen.actions.map(({ action, allowed }) => [action, allowed]));
    expect([who, offered]).toEqual([
      who,
      Object.fromEntries(seen.actions.map(({ action }) => [action, model.may(action, who)])),
    ]);
    expect(seen).toMatchObject({ stage: model.stage, reopenedCount: model.reopened, owner: { id: IDS[model.owner] } });
    if (who === 'counselor') {
      const { body } = await clients.counselor.get(`${WARNINGS}/${warningId}`).expect(200);
      const warning = body as { status: string; actions: { action: string; allowed: boolean }[] };
      expect(warning.status).toBe(model.warning);
      for (const { action, allowed } of warning.actions)
        if (action === 'confirm' || action === 'dismiss' || action === 'close')
          expect([action, allowed]).toEqual([action, model.mayTriage(action)]);
    }
    return seen;
  };

  class Step implements fc.AsyncCommand<CareModel, Real> {
    constructor(
      readonly what: Try,
      readonly who: Who,
    ) {}
    check = () => true;
    toString = () => `${this.who} ${this.what}`;

    async run(model: CareModel, real: Real): Promise<void> {
      const { what, who } = this;
      if (what === 'confirm' || what === 'dismiss' || what === 'close') return this.triage(model, real, what);
      const seen = await look(model, real, who);
      if (what === 'race') return this.race(model, real);
      const allowed = model.sees(who) && model.may(actionOf(what), who) && this.makesSense(model);
      const before = JSON.stringify([...test0(model)]);
      const answer = await this.send(
        seen ?? ({ id: real.caseId, version: 1, proposals: [], transfer: null } as unknown as Seen),
        real,
      );
      if (!answer) return;
      expect([who, what, answer.status, allowed ? '' : before]).toEqual([
        who,
        what,
        allowed ? 200 : answer.status,
        allowed ? '' : before,
      ]);
      if (!allowed) expect([403, 404, 409, 412, 422]).toContain(answer.status);
      else this.effect(model, seen!);
      tried.set(`${what} ${allowed}`, (tried.get(`${what} ${allowed}`) ?? 0) + 1);
      await look(model, real, 'counselor');
    }

    /** What the model does not say of `actions[]`: whom one cannot offer it to, and warnings that cannot be taken. */
    private makesSense(model: CareModel): boolean {
      const next = NEXT[this.who];
      if (this.what === 'offer_transfer') return next !== model.owner;
      if (this.what === 'team') return !model.members.has(next);
      if (this.what === 'take_warnings')
        return (
          !model.taken &&
          (model.warning === 'open' || model.warning === 'confirmed') &&
          this.who !== 'foreign' &&
          this.who !== 'psychologist'
        );
      return true;
    }

    private send(seen: Seen, { warningId }: Real) {
      const who = clients[this.who];
      const proposal = (kind: string) => proposalsOf(seen).find((one) => one.what === kind)?.id ?? warningId;
      const [verb = '', kind = ''] = this.what.split('_');
      switch (this.what) {
        case 'record':
          return act(who, seen, 'entries', { kind: 'talk', text: '谈话' });
        case 'plan':
          return act(who, seen, 'plan', { goals: '目标' });
        case 'team':
          return act(who, seen, 'members', { personId: IDS[NEXT[this.who]], duties: '参与' });
        case 'take_warnings':
          return act(who, seen, 'warnings', { warningIds: [warningId] });
        case 'offer_transfer':
          return act(who, seen, 'transfers', { toId: IDS[NEXT[this.who]], reason: '转接' });
        case 'accept':
        case 'refuse':
          return act(who, seen, `transfers/${seen.transfer?.id ?? warningId}/${this.what}`);
        case 'withdraw_transfer':
          return act(who, seen, `transfers/${seen.transfer?.id ?? warningId}/withdraw`);
        case 'withdraw_proposal': {
          const own = proposalsOf(seen).find(({ proposedBy }) => proposedBy.id === IDS[this.who]);
          return act(who, seen, `proposals/${own?.id ?? warningId}/withdraw`);
        }
        default: {
          if (verb !== 'propose')
            return act(who, seen, `proposals/${proposal(kind)}/${verb === 'decide' ? 'confirm' : 'decline'}`);
          const more = kind === 'level' ? { level: 'serious' } : kind === 'closure' ? { effect: 'improved' } : {};
          return act(who, seen, 'proposals', { what: kind, reason: '理由', ...more });
        }
      }
    }

    private effect(model: CareModel, seen: Seen): void {
      const [verb, kind] = this.what.split('_') as [string, What];
      if (this.what === 'record') model.helped = true;
      else if (this.what === 'plan') model.goals = true;
      else if (this.what === 'team') model.members.add(NEXT[this.who]);
      else if (this.what === 'take_warnings') Object.assign(model, { taken: true, warning: 'confirmed' });
      else if (this.what === 'offer_transfer') model.offeredTo = NEXT[this.who];
      else if (this.what === 'accept') Object.assign(model, { owner: this.who, offeredTo: null });
      else if (this.what === 'refuse') Object.assign(model, { owner: model.head, offeredTo: null });
      else if (this.what === 'withdraw_transfer') model.offeredTo = null;
      else if (this.what === 'withdraw_proposal') {
        const own = proposalsOf(seen).find(({ proposedBy }) => proposedBy.id === IDS[this.who])!;
        delete model.waiting[own.what];
      } else if (verb === 'propose') model.waiting[kind] = this.who;
      else if (verb === 'decide') model.decided(kind);
      else delete model.waiting[kind];
    }

    /** Both officers confirm what waits, at once: one of them does. */
    private async race(model: CareModel, real: Real): Promise<void> {
      const kind = (['level', 'closure', 'reopening'] as const).find(
        (one) => model.may(`decide_${one}`, 'college') && model.may(`decide_${one}`, 'school'),
      );
      if (!kind) return;
      const seen = (await look(model, real, 'college'))!;
      const { id } = proposalsOf(seen).find(({ what }) => what === kind)!;
      const answers = await Promise.all(
        (['college', 'school'] as const).map((who) => act(clients[who], seen, `proposals/${id}/confirm`)),
      );
      const won = answers.filter(({ status }) => status === 200);
      expect([won.length, answers.filter(({ status }) => status === 409 || status === 412).length]).toEqual([1, 1]);
      model.decided(kind);
      tried.set('race true', (tried.get('race true') ?? 0) + 1);
    }

    private async triage(model: CareModel, { warningId }: Real, what: 'confirm' | 'dismiss' | 'close'): Promise<void> {
      const who = clients[this.who];
      const reached = this.who === 'counselor' || this.who === 'college' || this.who === 'school';
      const { version } = (await clients.school.get(`${WARNINGS}/${warningId}`).expect(200)).body as {
        version: number;
      };
      const body = what === 'dismiss' ? { reason: 'excused' } : what === 'close' ? { outcome: 'resolved' } : {};
      const answer = await who.post(`${WARNINGS}/${warningId}/${what}`, body).set('If-Match', `"${version}"`);
      const allowed = reached && model.mayTriage(what);
      expect([this.who, what, answer.status === 200]).toEqual([this.who, what, allowed]);
      if (allowed) model.warning = what === 'confirm' ? 'confirmed' : what === 'dismiss' ? 'dismissed' : 'closed';
      tried.set(`${what} ${allowed}`, (tried.get(`${what} ${allowed}`) ?? 0) + 1);
    }
  }

  const actionOf = (what: Try): string =>
    what === 'accept' || what === 'refuse' ? 'answer_transfer' : what.replace('decline_', 'decide_');
  const test0 = (model: CareModel): unknown[] => [
    model.stage,
    model.owner,
    model.offeredTo,
    model.waiting,
    [...model.members],
  ];

  it('go only as the model says, whoever tries what in whatever order', async () => {
    // Whoever may work on it tries more often than who may not; so walks get somewhere.
    const who = fc.constantFrom<Who>(
      'counselor',
      'counselor',
      'college',
      'college',
      'school',
      'foreign',
      'psychologist',
    );
    const step = fc.tuple(
      fc.constantFrom(...TRIES, 'propose_level' as const, 'propose_closure' as const, 'race' as const),
      who,
    );
    const steps = fc.array(
      step.map(([what, by]) => new Step(what, by)),
      { minLength: 20, maxLength: 30, size: 'max' },
    );
    // The way through, so that each run starts somewhere else on it.
    const way: [Try, Who][] = [
      ['propose_level', 'counselor'],
      ['race', 'college'],
      ['take_warnings', 'counselor'],
      ['team', 'college'],
      ['plan', 'counselor'],
      ['record', 'counselor'],
      ['propose_level', 'counselor'],
      ['propose_closure', 'counselor'],
      ['decide_closure', 'college'],
      ['propose_reopening', 'counselor'],
      ['race', 'school'],
    ];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: way.length }), steps, async (ahead, random) => {
        await clearCases(test);
        await test.query(sql`DELETE FROM early_warning.warning`);
        const warningId = await warn(test, 0);
        const of = await openCase(clients.counselor, 0);
        const [model, real] = [new CareModel(), { caseId: of.id, warningId }];
        for (const one of [...way.slice(0, ahead).map(([what, by]) => new Step(what, by)), ...random])
          await one.run(model, real);
      }),
      { numRuns: 6, endOnFailure: true, examples: [[way.length, []]], interruptAfterTimeLimit: WALKS_MS },
    );
    for (const what of ['propose_level', 'race', 'decide_closure', 'propose_reopening', 'take_warnings', 'record'])
      expect([what, tried.get(`${what} true`) ?? 0]).not.toEqual([what, 0]);
    expect((await clients.college.get(SUPERVISIONS).expect(200)).body.data).toEqual([]);
  }, 90_000);
});
