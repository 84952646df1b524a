import {
  addPeriod,
  type Done,
  type Facts,
  isRecordable,
  judge,
  nextDeadline,
  nextReviewDue,
  timelineOf,
  type Taken,
  type Verdict,
  type WorkingDays,
} from './engine.js';
import { NO_EVIDENCE } from './evidence.js';
import type { Gate } from './gate.js';
import { lastSupportedStep, readRuleSet, RULE_SETS, rulesFor, ruleSet, type Step } from './rule-set.js';

const { steps } = ruleSet('cpc-2026.05');
/** A calendar in which every day is a workday. */
const everyDay: WorkingDays = async (date, n) => ({
  ...(await addPeriod(date, n, 'days', everyDay)),
  provisional: date >= '2027',
});
const done = (...records: [step: number, takenOn: string][]): Done[] =>
  records.map(([step, takenOn]) => ({ step, takenOn, by: 'test', verdicts: [] }));
const facts = (records: Done[], birthDate = '2006-01-01'): Facts => ({ birthDate, done: records });
const stepOf = (number: number): Step => steps[number - 1] as Step;
const taken = (on: string, what: Partial<Taken> = {}): Taken => ({
  on,
  evidence: NO_EVIDENCE,
  fullMembers: new Set(),
  ownOrganization: true,
  ...what,
});
const verdictOf = (verdicts: Verdict[], key: string): Verdict => {
  const found = verdicts.find((verdict) => verdict.key === key);
  if (!found) throw new Error(`no gate ${key}`);
  return found;
};
async function timeline(records: Done[], asOf: string) {
  return timelineOf(steps, facts(records), asOf, everyDay);
}

describe('periods', () => {
  it.each([
    ['2026-01-31', 1, 'months', '2026-02-28'],
    ['2024-01-31', 1, 'months', '2024-02-29'],
    ['2026-08-31', 6, 'months', '2027-02-28'],
    ['2024-02-29', 1, 'years', '2025-02-28'],
    ['2008-02-29', 18, 'years', '2026-02-28'],
    ['2026-12-31', 1, 'days', '2027-01-01'],
  ] as const)('%s + %d %s = %s', async (date, value, unit, expected) => {
    expect((await addPeriod(date, value, unit, everyDay)).date).toBe(expected);
  });
});

describe('reviews', () => {
  const half = { value: 6, unit: 'months' } as const;
  const due = async (...reviews: string[]): Promise<string> =>
    (await nextReviewDue('2025-08-31', reviews, half, everyDay)).date;

  it('are due every half-year from step 3, without drifting after a short month', async () => {
    expect(await due()).toBe('2026-02-28');
    expect(await due('2026-02-20')).toBe('2026-08-31');
    expect(await due('2026-02-20', '2026-08-31')).toBe('2027-02-28');
  });

  it('count once in a period, and a late one settles the period it is late for', async () => {
    expect(await due('2025-09-10', '2025-10-10')).toBe('2026-08-31');
    expect(await due('2026-05-01')).toBe('2026-08-31');
    expect(await due('2026-05-01', '2026-05-02')).toBe('2027-02-28');
    expect(await due('2025-08-31')).toBe('2026-02-28');
  });
});

describe('gates', () => {
  it.each([
    ['2008-03-01', '2026-03-01', 'pass'],
    ['2008-03-02', '2026-03-01', 'block'],
    ['2008-02-29', '2026-02-28', 'pass'],
    ['2008-02-29', '2026-02-27', 'block'],
  ])('somebody born on %s who applies on %s: %s', async (birthDate, on, verdict) => {
    const verdicts = await judge(stepOf(1), facts([], birthDate), taken(on), everyDay);
    expect(verdictOf(verdicts, 'age').verdict).toBe(verdict);
  });

  it('warns of a talk after a month, to the day', async () => {
    const since = facts(done([1, '2026-05-31']));
    expect(verdictOf(await judge(stepOf(2), since, taken('2026-06-30'), everyDay), 'talk_in_time').verdict).toBe(
      'pass',
    );
    const late = verdictOf(await judge(stepOf(2), since, taken('2026-07-01'), everyDay), 'talk_in_time');
    expect(late).toMatchObject({ verdict: 'warn', date: '2026-06-30', mark: 'national' });
  });

  it('blocks a talk by somebody who may not hold it', async () => {
    const by = (value: string): Taken =>
      taken('2026-06-01', { evidence: { ...NO_EVIDENCE, choices: [{ name: 'talker_role', value }] } });
    const since = facts(done([1, '2026-05-31']));
    expect(verdictOf(await judge(stepOf(2), since, by('secretary'), everyDay), 'talker').verdict).toBe('pass');
    expect(verdictOf(await judge(stepOf(2), since, by('neighbour'), everyDay), 'talker').verdict).toBe('block');
  });

  it.each([
    [[], [], 'block'],
    [['a'], ['a'], 'pass'],
    [['a', 'b'], ['a', 'b'], 'pass'],
    [['a', 'b'], ['a'], 'block'],
    [['a', 'a'], ['a'], 'pass'],
    [['a', 'b', 'c'], ['a', 'b', 'c'], 'block'],
  ])('contacts %j of whom %j are full members: %s', async (people, members, verdict) => {
    const evidence = { ...NO_EVIDENCE, people: people.map((personId) => ({ role: 'contact', personId })) };
    const verdicts = await judge(
      stepOf(5),
      facts([]),
      taken('2026-06-01', { evidence, fullMembers: new Set(members) }),
      everyDay,
    );
    expect(verdictOf(verdicts, 'contacts').verdict).toBe(verdict);
  });
});

describe('order', () => {
  it('is one step after the other; contacts and reviews may be repeated', () => {
    const may = (records: Done[]): number[] =>
      steps.map((step) => step.number).filter((n) => isRecordable(steps, records, n));
    expect(may([])).toEqual([1]);
    expect(may(done([1, '2026-06-01'], [2, '2026-06-02']))).toEqual([3]);
    expect(may(done([1, ''], [2, ''], [3, ''], [4, ''], [5, '']))).toEqual([5, 6]);
    expect(may(done([1, ''], [2, ''], [3, ''], [4, ''], [5, ''], [6, '']))).toEqual([5, 6]);
    expect(lastSupportedStep(steps)).toBe(6);
  });
});

describe('timeline', () => {
  it('gives the earliest candidate day one year after step 3, and projects what is not done', async () => {
    const states = await timeline(done([1, '2026-06-01'], [2, '2026-06-10'], [3, '2026-06-30']), '2026-07-10');
    expect(states).toHaveLength(25);
    expect(states.map((state) => state.status)).toEqual([
      ...['done', 'done', 'done', 'open', 'waiting', 'waiting'],
      ...Array<string>(19).fill('not_yet_supported'),
    ]);
    expect(states[6]).toMatchObject({ earliestOn: '2027-06-30', projected: false });
    // probation counts from the meeting (15), never from the oath (20)
    expect(states[14]).toMatchObject({ earliestOn: '2027-06-30', projected: true });
    expect(states[21]).toMatchObject({ earliestOn: '2028-06-30', projected: true });
  });

  it('projects from today what is later than the rules allow', async () => {
    const states = await timeline(done([1, '2026-06-01']), '2026-08-15');
    expect(states[1]).toMatchObject({
      earliestOn: '2026-06-01',
      latestOn: '2026-07-01',
      dueOn: '2026-07-01',
      status: 'open',
    });
    expect(states[6]).toMatchObject({ earliestOn: '2027-08-15', projected: true });
    expect(nextDeadline(states)).toEqual({ step: 2, dueOn: '2026-07-01' });
  });

  it('runs the review deadline from step 3, though steps 4 and 5 are open', async () => {
    const states = await timeline(done([1, '2026-06-01'], [2, '2026-06-10'], [3, '2026-06-30']), '2026-07-10');
    expect(nextDeadline(states)).toEqual({ step: 6, dueOn: '2026-12-30' });
  });

  it('lets an unconfirmed rule warn only, and marks working days without a calendar', async () => {
    const states = await timeline(done([1, '2026-06-01']), '2026-08-15');
    const notice = verdictOf(states[6]?.gates ?? [], 'notice');
    expect(notice).toMatchObject({ mark: 'unconfirmed', date: '2027-08-20', provisional: true, verdict: 'open' });
    expect(states[6]?.provisional).toBe(true);
    expect(states[7]?.earliestOn).toBe('2027-08-15');
  });
});

describe('rule files', () => {
  it('are chosen by the date of application', () => {
    expect(rulesFor('2026-05-10')?.version).toBe('cpc-2014');
    expect(rulesFor('2026-05-11')?.version).toBe('cpc-2026.05');
    expect(rulesFor('2014-05-27')).toBeUndefined();
    expect(RULE_SETS.every((set) => set.steps.length === 25)).toBe(true);
  });

  it.each<[string, Partial<Gate>, RegExp]>([
    ['without what its kind needs', { kind: 'within', after: 1 }, /step 2, gate own: value is missing/],
    ['that counts from a later step', { kind: 'within', after: 3, value: 1, unit: 'days' }, /earlier step/],
    ['that is unconfirmed and blocks', { mark: 'unconfirmed' }, /can only warn/],
  ])('are refused with a gate %s', (_, change, message) => {
    const own: Gate = {
      key: 'own',
      kind: 'requirement',
      severity: 'block',
      mark: 'national',
      article: null,
      zh: '',
      en: '',
      ...change,
    };
    const [first, second] = steps;
    const broken = { ...ruleSet('cpc-2026.05'), steps: [first, { ...second, gates: [own] }] };
    expect(() => readRuleSet(broken)).toThrow(message);
  });
});
