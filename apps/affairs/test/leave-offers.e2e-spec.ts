import { newId, sql } from '#database';
import { campus, campusToday, type Client, holdTimers, TestApp } from '#testing';
import { CampusClock } from '#time';
import { affairs } from '../src/affairs.module.js';
import { LeavePolicy } from '../src/leave/leave.policy.js';
import { LeaveReturns } from '../src/leave/leave-returns.service.js';
import { form, type LeaveAnswer, submit } from './support.js';

const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, classAdvisorSe2401 } = campus.staff;
const PATH = '/affairs/v1/leaves';
const HOUR = 3_600_000;
/** Leaves that are drawn, each with so many steps. */
const [LEAVES, STEPS] = [12, 8];
/** Of what each actor is refused, so many are tried in each state. */
const REFUSED = 3;
const SIGNERS = ['counselorCs', 'collegeOfficerCs', 'schoolOfficer'];
const APPROVALS = SIGNERS.map(() => 'approve');
/** These end the case, so they are drawn less often. */
const ENDING = ['withdraw', 'reject', 'cancel', 'close'];

interface Offer {
  action: string;
  allowed: boolean;
  reason: { code: string } | null;
  signers: number[];
  targets: string[];
  resumes: string[];
  where: string[];
}
type Seen = LeaveAnswer & { actions: Offer[]; plannedEndsAt: string };

describe('what `actions` of a leave say', () => {
  let test: TestApp;
  let clock: CampusClock;
  const actors = new Map<string, Client>();
  let seed = 20_261_201;
  const next = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
  const one = <T>(of: readonly T[]): T => of[next(of.length)]!;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    await holdTimers(test);
    clock = test.app.get(CampusClock);
    const people = { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer };
    for (const [name, id] of Object.entries({ ...people, classAdvisorSe2401 })) actors.set(name, await test.person(id));
    actors.set('reader', await test.client('affairs:leave:read'));
    // Days pass here, and a deadline would change a leave between what is seen and what is done.
    const value = structuredClone(new LeavePolicy());
    for (const { approvers } of value.levels) for (const approver of approvers) delete approver.deadline;
    await actors
      .get('schoolOfficer')!
      .post('/affairs/v1/policies/affairs.leave/versions', { effectiveFrom: campusToday(), value, source: '请假办法' })
      .expect(201);
    actors.set('app', await test.client());
  });
  afterAll(() => test.close());

  let copied = 0;
  /** The endpoint of an action, with a body that it takes. */
  const call = async (leave: Seen, { action, signers, targets, resumes, where }: Offer): Promise<[string, object]> => {
    const signer = signers.length > 0 && next(2) ? { signer: one(signers) } : {};
    const to = [one([counselorFl, counselorCs, schoolOfficer, classAdvisorSe2401])];
    const { startsAt, endsAt, reason, destination } = (await form(test, 1 + next(9), 60 + next(80))) as Record<
      string,
      string
    >;
    switch (action) {
      case 'cancel':
        return ['cancel', {}];
      case 'close':
        return ['close', {}];
      case 'extend':
        return ['extend', { endsAt: new Date(Date.parse(leave.plannedEndsAt) + HOUR).toISOString(), reason: '车票' }];
      case 'attach':
        return ['attachments', { attachments: [newId()] }];
      case 'resubmit':
        return ['resubmit', { kind: 'personal', startsAt, endsAt, reason, destination }];
      case 'return':
        return [
          'actions',
          {
            action,
            comment: '补正',
            target: one([...targets, 'initiator'].slice(0, targets.length || 1)),
            then: resumes[0] ?? 'on',
            ...signer,
          },
        ];
      case 'delegate':
      case 'transfer':
        return ['actions', { action, to, ...signer }];
      case 'add-signer':
        return ['actions', { action, to, where: where[0] ?? 'before', ...signer }];
      case 'remove-signer':
        return ['actions', { action, signer: signers[0] ?? 1 }];
      case 'copy':
        return ['actions', { action, to: [campus.students[(copied = (copied + 1) % 12)]!] }];
      case 'reject':
        return ['actions', { action, comment: '不同意', ...signer }];
      default:
        return ['actions', { action, ...(['approve', 'answer'].includes(action) ? signer : {}) }];
    }
  };
  const post = (client: Client, leave: Seen, [verb, body]: [string, object]) =>
    client.post(`${PATH}/${leave.id}/${verb}`, body).set('If-Match', `"${leave.version}"`);
  const see = async (client: Client, id: string): Promise<Seen | undefined> => {
    const { status, body } = await client.get(`${PATH}/${id}`);
    return status === 200 ? body : undefined;
  };
  const hold = (valid: string | null): Promise<unknown> =>
    test.query(sql`UPDATE staffing.appointment SET valid_to = ${valid} WHERE person_id = ${counselorCs}`);
  const moveTo = (at: string | undefined, hours: number): void => {
    const to = at === undefined ? undefined : Date.parse(at) + hours * HOUR;
    if (to === undefined || to > clock.now().getTime())
      clock.now = () => (to === undefined ? new Date() : new Date(to));
  };

  const tried = new Map<string, { allowed: number; refused: number }>();
  const count = (action: string, which: 'allowed' | 'refused'): void => {
    const counts = tried.get(action) ?? { allowed: 0, refused: 0 };
    counts[which]++;
    tried.set(action, counts);
  };

  /** What is not offered is refused for the reason given, by each endpoint that would do it. */
  async function refuses(client: Client, seen: Seen, who: string): Promise<void> {
    const refused = seen.actions.filter(({ allowed }) => !allowed);
    for (const offer of Array.from({ length: Math.min(REFUSED, refused.length) }, () => one(refused))) {
      const { status, body } = await post(client, seen, await call(seen, offer));
      const said = `${who} ${offer.action} ${seen.status}: ${status} ${body.code}`;
      expect([said, [403, 409].includes(status)]).toEqual([said, true]);
      // An app that may read and no more is refused before the leave is looked at.
      if (who !== 'reader' || !['resubmit', 'cancel', 'extend', 'attach', 'close'].includes(offer.action))
        expect([said, body.code.split('/').pop()]).toEqual([said, offer.reason!.code]);
      if (['approve', 'reject', 'return', 'withdraw'].includes(offer.action)) {
        const direct = await post(client, seen, [offer.action, offer.action === 'withdraw' ? {} : { comment: '意见' }]);
        expect([said, [403, 409].includes(direct.status)]).toEqual([said, true]);
      }
      count(offer.action, 'refused');
    }
  }

  it.each(Array.from({ length: LEAVES }, (_, i) => i))(
    'is what its endpoints do, for each actor along any way through (%#)',
    async (i) => {
      moveTo(undefined, 0);
      await hold(null);
      const student = await test.person(campus.students[i % 8]!);
      actors.set('student', student);
      let leave = (await submit(student, await form(test, one([1, 3, 9]), 20 * Math.floor(i / 8)))) as Seen;
      // Approved before and after its beginning, returned, and fresh: so that everything can be done to one of them.
      const begun: Record<number, string[]> = { 1: APPROVALS, 2: ['return'], 3: APPROVALS };
      for (const [n, action] of (begun[i % 4] ?? []).entries()) {
        if (leave['status'] === 'approved') break;
        const client = actors.get(SIGNERS[n]!)!;
        leave = (await post(client, leave, ['actions', { action, comment: '意见' }]).expect(200)).body;
      }
      if (i % 4 === 1) moveTo(leave.startsAt, 1);
      for (let step = 0; step < STEPS; step++) {
        if (i % 4 !== 3 && next(5) === 0) moveTo(leave.startsAt, 1);
        if (i % 4 !== 3 && next(9) === 0) moveTo(leave.plannedEndsAt, 1);
        if (next(12) === 0) await hold(one([null, '2025-01-01']));
        if (next(8) === 0 && clock.now().getTime() > Date.parse(leave.plannedEndsAt)) {
          const after = new Date(clock.now().getTime() + 30 * 24 * HOUR);
          await test.database.transaction(null, (tx) => test.app.get(LeaveReturns).closeOverdue(tx, after));
        }
        const allowed: [string, Client, Seen, Offer][] = [];
        const looked = Array.from({ length: 4 }, () => one([...actors.keys()]));
        for (const [who, client] of actors) {
          const seen = await see(client, leave.id);
          if (!seen) {
            const anything = { ...leave.actions[0]!, action: one(leave.actions).action };
            const { status } = await post(client, leave, await call(leave, anything));
            expect([403, 404]).toContain(status);
            continue;
          }
          leave = seen;
          if (looked.includes(who)) await refuses(client, seen, who);
          for (const offer of seen.actions) if (offer.allowed) allowed.push([who, client, seen, offer]);
        }
        expect((await see(actors.get('app')!, leave.id))!.version).toBe(leave.version);
        if (allowed.length === 0) break;
        // What was not done yet is done first, so that everything is.
        const kinds = [...new Set(allowed.map(([, , , offer]) => offer.action))];
        const last = step >= STEPS - 2;
        const fresh = kinds.filter((kind) => !tried.get(kind)?.allowed && (last || !ENDING.includes(kind)));
        const going = kinds.filter((kind) => !ENDING.includes(kind) || next(6) === 0);
        const action = one([fresh, going, kinds].find((list) => list.length > 0)!);
        const [who, client, seen, offer] = one(allowed.filter(([, , , other]) => other.action === action));
        const { status, body } = await post(client, seen, await call(seen, offer));
        const said = `${who} ${action} ${seen.status}: ${status} ${body.code ?? ''}`;
        expect([said, [200, 400, 404, 422].includes(status)]).toEqual([said, true]);
        if (status === 200 || action === 'attach') count(action, 'allowed');
      }
      await hold(null);
    },
    60_000,
  );

  it('was looked at for everything that can be done', () => {
    const actions = [
      'approve',
      'reject',
      'return',
      'resubmit',
      'withdraw',
      'take-back',
      'delegate',
      'answer',
      'transfer',
    ];
    const others = [
      'add-signer',
      'remove-signer',
      'urge',
      'copy',
      'suspend',
      'resume',
      'cancel',
      'extend',
      'attach',
      'close',
    ];
    expect([...tried.keys()].sort()).toEqual([...actions, ...others].sort());
    expect([...tried].filter(([, { refused }]) => refused === 0)).toEqual([]);
    expect([...tried].filter(([, { allowed }]) => allowed === 0)).toEqual([]);
  });
});
