import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import {
  type ApplicationAnswer,
  appointClerks,
  clerk,
  CLERK,
  COLLEGE,
  content,
  COUNSELOR,
  FILLED,
  type Offer,
  otherClerk,
  PATH,
  publish,
  step,
} from './application-support.js';

const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, classAdvisorSe2401 } = campus.staff;
/** Applications that are drawn, each with so many steps. */
const [APPLICATIONS, STEPS] = [9, 10];
/** Of what each actor is refused, so many are tried in each state. */
const REFUSED = 2;
/** These end the case, so they are drawn less often. */
const ENDING = ['withdraw', 'reject'];
const CODES = ['walk-serial', 'walk-each', 'walk-all'];

describe('what `actions` of an application say', () => {
  let test: TestApp;
  const actors = new Map<string, Client>();
  let seed = 20_261_201;
  const next = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
  const one = <T>(of: readonly T[]): T => of[next(of.length)]!;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    await appointClerks(test);
    const people = { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, clerk, otherClerk, classAdvisorSe2401 };
    for (const [name, id] of Object.entries(people)) actors.set(name, await test.person(id));
    actors.set('reader', await test.client('affairs:application:read'));
    actors.set('app', await test.client());
    const both = [COUNSELOR, { by: 'post' as const, post: 'class_advisor' as const }];
    await publish(test, CODES[0]!, content({ materials: [] }));
    await publish(
      test,
      CODES[1]!,
      content({
        materials: [],
        steps: [step('all', COUNSELOR, { signers: both, mode: 'countersign' }), step('office', CLERK)],
      }),
    );
    await publish(
      test,
      CODES[2]!,
      content({
        materials: [],
        steps: [
          step('office', CLERK),
          step('two', COLLEGE, { signers: [...both, COLLEGE], mode: 'k-of-n', needed: 2 }),
        ],
      }),
    );
  });
  afterAll(() => test.close());

  let copied = 0;
  const call = (
    seen: ApplicationAnswer,
    { action, signers, targets, resumes, where, fields }: Offer,
  ): [string, object] => {
    const signer = signers.length > 0 && next(2) ? { signer: one(signers) } : {};
    const to = [one([counselorCs, clerk, otherClerk, schoolOfficer, classAdvisorSe2401])];
    const data = { ...seen.data, ...(fields.includes('data.amount') && { amount: one([10, 1500]) }) };
    switch (action) {
      case 'save':
      case 'discard':
      case 'submit':
      case 'resubmit':
        return [action, { data, materials: [] }];
      case 'return': {
        const asked = next(2) ? { fields: ['data.amount'] } : {};
        return [
          'actions',
          {
            action,
            comment: '补正',
            target: targets.length > 0 ? one(targets) : 'initiator',
            then: one([...resumes, 'on']),
            ...asked,
            ...signer,
          },
        ];
      }
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
  const send = (client: Client, { id, version }: ApplicationAnswer, [verb, body]: [string, object]) => {
    const request = {
      save: () => client.put(`${PATH}/${id}`, body),
      discard: () => client.delete(`${PATH}/${id}`),
    }[verb];
    return (request ? request() : client.post(`${PATH}/${id}/${verb}`, body)).set('If-Match', `"${version}"`);
  };
  const see = async (client: Client, id: string): Promise<ApplicationAnswer | undefined> => {
    const { status, body } = await client.get(`${PATH}/${id}`);
    return status === 200 ? (body as ApplicationAnswer) : undefined;
  };
  /** The application stands in the inbox of exactly those who are offered to sign, to answer or to correct it. */
  const waits = async (client: Client, id: string): Promise<boolean> =>
    ((await client.get('/affairs/v1/tasks?limit=200')).body.data as { subjectId: string }[] | undefined)?.some(
      ({ subjectId }) => subjectId === id,
    ) ?? false;

  const tried = new Map<string, { allowed: number; refused: number }>();
  const count = (action: string, which: 'allowed' | 'refused'): void => {
    const counts = tried.get(action) ?? { allowed: 0, refused: 0 };
    counts[which]++;
    tried.set(action, counts);
  };

  async function refuses(client: Client, seen: ApplicationAnswer, who: string): Promise<void> {
    const refused = seen.actions.filter(({ allowed }) => !allowed);
    for (const offer of Array.from({ length: Math.min(REFUSED, refused.length) }, () => one(refused))) {
      const { status, body } = await send(client, seen, call(seen, offer));
      const said = `${who} ${offer.action} ${seen.status}: ${status} ${body.code}`;
      expect([said, [403, 409].includes(status)]).toEqual([said, true]);
      // An app that may read and no more is refused before the application is looked at.
      if (who !== 'reader' || !['resubmit', 'save', 'discard', 'submit'].includes(offer.action))
        if (body.code !== 'http/missing-permission' && body.code !== 'http/forbidden')
          expect([said, body.code.split('/').pop()]).toEqual([said, offer.reason!.code]);
      count(offer.action, 'refused');
    }
  }

  it.each(Array.from({ length: APPLICATIONS }, (_, i) => i))(
    'is what its endpoints do, and what the inboxes have, for each actor along any way through (%#)',
    async (i) => {
      const student = await test.person(campus.students[i % 8]!);
      actors.set('student', student);
      const body = { item: CODES[i % 3], data: { ...FILLED, amount: one([10, 1500]) } };
      const begun = await student.post(PATH, body);
      let seen = begun.body as ApplicationAnswer;
      expect([begun.status, seen['code']]).toEqual([201, undefined]);
      for (let n = 0; n < STEPS; n++) {
        const allowed: [string, Client, ApplicationAnswer, Offer][] = [];
        const looked = Array.from({ length: 3 }, () => one([...actors.keys()]));
        for (const [who, client] of actors) {
          const now = await see(client, seen.id);
          if (!now) {
            const anything = one(seen.actions.filter(({ action }) => action !== 'save' && action !== 'resubmit'));
            expect([403, 404]).toContain((await send(client, seen, call(seen, anything))).status);
            expect([who, await waits(client, seen.id)]).toEqual([who, false]);
            continue;
          }
          seen = now;
          const acts = now.actions.some(
            ({ action, allowed: may }) =>
              may && (action === 'answer' || (action === 'approve' && !['app'].includes(who))),
          );
          const corrects =
            who === 'student' &&
            now.status === 'returned' &&
            now.actions.some(({ action, allowed: may }) => may && action === 'resubmit');
          expect([who, n, now.status, await waits(client, now.id)]).toEqual([who, n, now.status, acts || corrects]);
          if (looked.includes(who)) await refuses(client, now, who);
          for (const offer of now.actions) if (offer.allowed) allowed.push([who, client, now, offer]);
        }
        if (allowed.length === 0) break;
        const kinds = [...new Set(allowed.map(([, , , offer]) => offer.action))].filter(
          (kind) => kind !== 'discard' || n > 99,
        );
        const last = n >= STEPS - 2;
        const fresh = kinds.filter((kind) => !tried.get(kind)?.allowed && (last || !ENDING.includes(kind)));
        const going = kinds.filter((kind) => !ENDING.includes(kind) || next(6) === 0);
        const action = one([fresh, going, kinds].find((options) => options.length > 0)!);
        const [who, client, now, offer] = one(allowed.filter(([, , , other]) => other.action === action));
        const { status, body: answer } = await send(client, now, call(now, offer));
        const said = `${who} ${action} ${now.status}: ${status} ${answer.code ?? ''}`;
        expect([said, [200, 422].includes(status)]).toEqual([said, true]);
        if (status === 200) count(action, 'allowed');
      }
      // By what is offered alone it comes to its end.
      for (let n = 0; n < 40; n++) {
        const now = (await see(actors.get('schoolOfficer')!, seen.id)) ?? (await see(student, seen.id))!;
        if (['completed', 'rejected', 'withdrawn'].includes(now.status)) break;
        const ways = ['submit', 'resume', 'resubmit', 'answer', 'approve'];
        let done = false;
        for (const [, client] of actors) {
          const mine = await see(client, seen.id);
          const offer = mine?.actions.find(({ action, allowed: may }) => may && ways.includes(action));
          if (!mine || !offer || done) continue;
          const { status } = await send(client, mine, call(mine, offer));
          done = status === 200;
        }
        expect([now.status, done]).toEqual([now.status, true]);
      }
      const end = (await see(student, seen.id))!;
      expect(['completed', 'rejected', 'withdrawn']).toContain(end.status);
      const { body: replayed } = await actors.get('schoolOfficer')!.get(`${PATH}/${seen.id}/replay`).expect(200);
      expect(replayed).toMatchObject({ same: true, differences: [] });
    },
    120_000,
  );

  it('was looked at for everything that can be done', () => {
    expect([...tried].filter(([, { allowed }]) => allowed === 0).map(([action]) => action)).toEqual(['discard']);
    expect([...tried].filter(([, { refused }]) => refused === 0)).toEqual([]);
    expect(tried.size).toBe(18);
  });
});
