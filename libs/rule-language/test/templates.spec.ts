import 'reflect-metadata';
import { checkRule } from '../language/check/check-rule.js';
import { CANNOT_SAY } from '../judge/evaluation.js';
import { LEVELS, type MaskDay, type Rule } from '../language/rule.js';
import { Calendar } from '../plan/masks.js';
import { TEMPLATES } from '../templates/index.js';
import { parseRule } from '../language/text/text-parser.js';
import { canonicalRule, printRule } from '../language/text/text.js';
import { METRICS } from './catalogue.js';
import { evaluate } from './kit.js';
import { holds, judge, type Student, type World } from './reference.js';
import { AS_OF, CASES, each, type Row, TERMS, TRACES, traces } from './template-cases.js';
import { MASK_CASES } from './template-masks.js';

type Masks = Partial<Record<MaskDay, (day: number) => boolean>>;
const never = () => false;

/** The student under test is the first of twelve; on a day, later rows replace earlier ones. All twelve have the same masks. */
function world(rows: Row[], others: Row[] = [], masks: Masks = {}): World {
  const { leave = never, internship = never, holiday = never } = masks;
  const student = (of: Row[]): Student => {
    const data: Record<string, Map<number, number>> = {};
    for (const [metric, back, value] of of)
      (data[metric] ??= new Map()).set(AS_OF - back, Math.round(value * 10 ** METRICS.get(metric)!.decimals));
    return { data, onLeave: leave, onInternship: internship };
  };
  return {
    moment: { asOf: AS_OF, elapsedHours: 24, parameters: {}, terms: TERMS },
    students: [student(rows), ...Array.from({ length: 11 }, () => student(others))],
    units: Object.fromEntries([...METRICS].map(([code, { decimals }]) => [code, 10 ** decimals])),
    isHoliday: holiday,
    cohortOf: () => 0,
  };
}

/** The same masks as the machine reads them. */
function calendarOf({ students, isHoliday }: World): Calendar {
  const days = Array.from({ length: 200 }, (_, back) => AS_OF - back);
  const byLane = (on: (one: Student, day: number) => boolean | undefined) =>
    new Map(
      students.map(
        (one, lane) => [lane, days.filter((day) => on(one, day)).map((day) => [day, day] as const)] as const,
      ),
    );
  return new Calendar(
    { holiday: new Set(days.filter(isHoliday)) },
    { leave: byLane((one, day) => one.onLeave(day)), internship: byLane((one, day) => one.onInternship?.(day)) },
  );
}

/** The machine's level of the first student. */
function byKernel(of: World, rule: Rule): number | null {
  const { moment, students } = of;
  const rows = students.flatMap(({ data }, lane) =>
    Object.entries(data).flatMap(([metric, days]) =>
      [...days].map(([day, value]) => [lane, metric, day - AS_OF, value] as const),
    ),
  );
  const cohorts = new Map([['campus+sex', new Int32Array(students.length)]]);
  const world = { lanes: students.length, calendar: calendarOf(of), cohorts };
  const level = evaluate([rule], rows, { ...world, moment, metrics: METRICS }).levels(0)[0]!;
  return level === CANNOT_SAY ? null : level;
}

/** What the reference says, and the machine too. */
function levelOf(of: World, rule: Rule): string | null | undefined {
  const found = judge(of, rule, 0);
  expect(byKernel(of, rule)).toBe(found);
  return found === null ? undefined : LEVELS[found];
}

const ruleOf = (id: string): Rule => TEMPLATES.find(({ rule }) => rule.id === id)!.rule;

describe('the templates', () => {
  it('are all here, each with its source, its text and its boundaries', () => {
    expect(TEMPLATES.map(({ rule }) => rule.id)).toEqual(Object.keys(CASES).sort());
    for (const { rule, source } of TEMPLATES) {
      expect(checkRule(rule, METRICS)).toEqual([]);
      expect(parseRule(printRule(rule), rule)).toEqual(canonicalRule(rule));
      expect(['national', 'one_school', 'unconfirmed']).toContain(source.mark);
    }
  });

  it('have no threshold that a school cannot set', () => {
    const numbers: string[] = [];
    const visit = (node: unknown, at: string): void => {
      if (typeof node === 'number' && !/default|times|minData|minSd|minCohort/.test(at)) numbers.push(at);
      else if (typeof node === 'object' && node !== null)
        for (const [key, inner] of Object.entries(node)) visit(inner, `${at}/${key}`);
    };
    for (const { rule } of TEMPLATES) visit(rule, rule.id);
    expect(numbers).toEqual([]);
  });

  it('name each parameter for one thing', () => {
    const defaults = new Map<string, Set<number>>();
    for (const [, name, value] of JSON.stringify(TEMPLATES).matchAll(/"\$p":"(\w+)","default":(-?[\d.]+)/g))
      defaults.set(name!, (defaults.get(name!) ?? new Set()).add(Number(value)));
    expect([...defaults].filter(([, values]) => values.size > 1)).toEqual([]);
  });

  describe.each(Object.entries(CASES))('%s', (id, { base = [], others, cases }) => {
    it.each(cases)('%s', (_, rows, level) => {
      expect(levelOf(world([...base, ...rows], others), ruleOf(id))).toBe(level);
    });

    it('has a case for every level it can raise', () => {
      const { level, escalate } = ruleOf(id);
      const can = Array.isArray(level) ? level.flatMap(Object.keys) : [level, ...(escalate ? [escalate.to] : [])];
      expect([...new Set(cases.flatMap(([, , one]) => one ?? []))].sort()).toEqual([...can].sort());
      expect(cases.map(([, , one]) => one)).toContain(null);
    });
  });

  it.each(MASK_CASES)('%s: %s', (id, _, rows, back, level, masked, masks) => {
    const { others } = CASES[id]!;
    const onDay = (mask: MaskDay) => world(rows, others, { [mask]: (day: number) => day === AS_OF - back });
    expect(levelOf(world(rows, others), ruleOf(id))).toBe(level);
    for (const mask of ['leave', 'holiday', 'internship'] as const)
      expect([mask, levelOf(onDay(mask), ruleOf(id))]).toEqual([mask, masks.includes(mask) ? masked : level]);
  });

  it('leave alone who is on leave, on holiday or on an internship', () => {
    const gone: Row[] = [['dorm_gate_in', 9, 1], ...traces(9)];
    const others = [...each('dorm_gate_in', 10, 0, 2), ...TRACES.flatMap((metric) => each(metric, 20, 0, 3))];
    const away = (day: number) => day > AS_OF - 9;
    for (const id of ['dorm.absent', 'contact.lost']) {
      const rule = ruleOf(id);
      expect(['orange', 'red']).toContain(levelOf(world(gone, others), rule));
      for (const mask of ['leave', 'holiday', 'internship'])
        expect([id, mask, levelOf(world(gone, others, { [mask]: away }), rule)]).toEqual([id, mask, null]);
    }
  });

  it('clear nights online after one quiet night', () => {
    const rule = ruleOf('net.night');
    const nights = (last: number) => world([...each('night_net_min', 9, 1, 400), ['night_net_min', 0, last]]);
    expect(holds(nights(300), rule, rule.clearWhen!, 0)).toBe(false);
    expect(holds(nights(299), rule, rule.clearWhen!, 0)).toBe(true);
  });

  it('take their numbers from the school', () => {
    const rule = ruleOf('study.scut');
    const given = world([['failed_credits', 5, 20]]);
    given.moment.parameters = { scut_trial: 25 };
    expect(LEVELS[judge(given, rule, 0)!]).toBe('yellow');
  });
});
