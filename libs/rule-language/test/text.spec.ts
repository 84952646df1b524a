import 'reflect-metadata';
import fc from 'fast-check';
import type { Rule } from '../language/rule.js';
import { parseRule } from '../language/text/text-parser.js';
import { canonicalRule, printRule } from '../language/text/text.js';
import { RuleTextError } from '../language/text/tokens.js';
import { anyRule } from './any-rule.js';

const BASE = { id: 'test', title: { zh: '测', en: 'test' }, reason: { zh: '测', en: 'test' } };
const read = (text: string): Rule => parseRule(text, BASE);

describe('the text of a rule', () => {
  it('is one line that says all that decides', () => {
    const rule: Rule = {
      ...BASE,
      on: 'data',
      features: {
        late: { metric: 'late_return', agg: 'sum', window: '7d', default: 0 },
        z: { metric: 'class_attend', agg: 'zscore', window: '7d', baseline: '28d', minData: 14, minSd: 0.5 },
        place: {
          metric: 'canteen_spend',
          agg: 'sum',
          window: '30d',
          rank: { cohort: 'campus+sex', minCohort: 30 },
          unit: '%',
        },
        run: {
          metric: 'night_net_min',
          agg: 'streak',
          window: '60d',
          where: { ge: { $p: 'minutes', default: 300 }, lt: 900 },
          calendar: { pause: ['holiday', 'exam'], exclude: ['leave'] },
        },
        before: { metric: 'gpa', agg: 'avg', window: 'term', offset: '1t' },
        gap: { metric: 'dorm_gate_in', agg: 'hours_since_last', window: 'all', offset: '1w' },
      },
      level: 'yellow',
      when: {
        all: [{ ge: [{ f: 'late' }, { $p: 'late_per_week', default: 3 }] }, { not: { calendar: 'leave|holiday' } }],
      },
      escalate: {
        to: 'red',
        when: {
          any: [
            { lt: [{ sub: [{ mul: [2, { f: 'z' }] }, { add: [{ f: 'run' }, -1] }] }, { f: 'place' }] },
            { held: { when: { all: [{ termWeek: { le: 4 } }, { gt: [{ f: 'gap' }, 0.5] }] }, each: 'term', times: 2 } },
            { not: { termWeeksLeft: { lt: 4 } } },
            { gt: [{ f: 'before' }, 1] },
          ],
        },
      },
      for: '3d',
      clearWhen: { lt: [{ f: 'late' }, 1] },
      students: { units: ['0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'], grades: [2024, 2025], sex: 'female' },
      effective: { from: '2026-09-01' },
      onNoData: 'false',
    };
    const text = [
      'yellow: sum(late_return, 7d, default: 0) >= $late_per_week(3) && !on(leave | holiday)',
      'escalate red: 2 * zscore(class_attend, 7d, baseline: 28d, min_data: 14, min_sd: 0.5) - (streak(night_net_min >= $minutes(300) ' +
        '&& night_net_min < 900, 60d, exclude: leave, pause: holiday | exam) + -1) < percentile(sum(canteen_spend, 30d), ' +
        '"campus+sex", min_cohort: 30, unit: "%") || held(term_week() <= 4 && hours_since_last(dorm_gate_in, all, offset: 1w) > 0.5, ' +
        '2 terms) || !(term_weeks_left() < 4) || avg(gpa, term, offset: 1t) > 1',
      'for: 3d',
      'clear: sum(late_return, 7d, default: 0) < 1',
      'on: data',
      'no_data: false',
      'students: unit in ["0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f"] && grade in [2024, 2025] && sex == "female"',
      'effective: 2026-09-01..',
    ].join('; ');
    expect(printRule(rule)).toBe(text);
    expect(parseRule(text, rule)).toEqual(rule);
  });

  it('reads back every rule of the language as the same rule', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const text = printRule(rule);
        const back = parseRule(text, rule);
        expect(back).toEqual(canonicalRule(rule));
        expect(printRule(back)).toBe(printRule(canonicalRule(rule)));
        // Without names to keep: other names, the same text.
        const renamed = read(text);
        expect(printRule(renamed)).toBe(printRule(back));
        expect(read(printRule(renamed))).toEqual(renamed);
      }),
      { numRuns: 200 },
    );
  });

  it('never fails but with a place in the text', () => {
    fc.assert(
      fc.property(
        anyRule,
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '(', ')', ';', '!', '"', '7d', '&&', '¥', ' on', '..'),
        (rule, at, cut, put) => {
          const text = printRule(rule);
          const place = at % (text.length + 1);
          const broken = text.slice(0, place) + put + text.slice(place + cut);
          try {
            expect(printRule(read(broken)).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(RuleTextError);
            const { offset, line, column } = error as RuleTextError;
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(offset).toBeLessThanOrEqual(broken.length);
            expect([line, column]).toEqual([1, offset + 1]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps the base’s names for equal features, and names the others f1, f2', () => {
    const features = {
      late: { metric: 'late_return', agg: 'sum', window: '7d' },
      f1: { metric: 'absent_class', agg: 'sum', window: '7d' },
      told: { metric: 'net_min', agg: 'max' },
    } as Rule['features'];
    const reason = { zh: '{told}', en: '{told} {constructor}' };
    const rule = parseRule('blue: sum(net_min, 7d) + sum(late_return, 7d) >= max(late_return)', {
      ...BASE,
      reason,
      features,
    });
    expect(rule.features).toEqual({
      f2: { metric: 'net_min', agg: 'sum', window: '7d' },
      late: features.late,
      f3: { metric: 'late_return', agg: 'max' },
      told: features.told,
    });
    expect(rule.when).toEqual({ ge: [{ add: [{ f: 'f2' }, { f: 'late' }] }, { f: 'f3' }] });
  });

  it('binds like CEL: * before + and -, comparisons before &&, && before ||', () => {
    const { when } = read('blue: sum(a) + 2 * sum(b) - 3 >= 1 && sum(a) > 0 || !(sum(b) == 1)');
    expect(when).toEqual({
      any: [
        {
          all: [{ ge: [{ sub: [{ add: [{ f: 'f1' }, { mul: [2, { f: 'f2' }] }] }, 3] }, 1] }, { gt: [{ f: 'f1' }, 0] }],
        },
        { not: { eq: [{ f: 'f2' }, 1] } },
      ],
    });
  });

  it.each([
    ['', 1, 1, 'expected a level or an option here'],
    ['blue sum(a) > 1', 1, 6, 'expected : here'],
    ['blue: sum(a)', 1, 7, 'expected a condition here'],
    ['blue: sum(a) > ', 1, 16, 'expected a condition, a feature or a number here'],
    ['blue: sum(a) > 1 &&\n 3 + 4', 2, 2, 'expected a condition here'],
    ['blue: sum(a, 7d > 1', 1, 17, 'expected ) here'],
    ['blue: median(a, 7d) > 1', 1, 7, 'median is not a function of the language'],
    [
      'blue: sum(a, 7d, offst: 1d) > 1',
      1,
      18,
      'expected here: offset, baseline, min_data, min_sd, exclude, pause, default, unit',
    ],
    ['blue: sum(a, 7d, default: 1, default: 2) > 1', 1, 30, 'default is given twice'],
    ['blue: (sum(a) > 1) + 2 > 1', 1, 7, 'expected a number or a feature here'],
    ['blue: on(sunday)', 1, 10, 'expected here: leave, holiday, internship, exam'],
    ['blue: term_week()', 1, 7, 'term_week() must be compared with a number'],
    ['blue: term_weeks_left()', 1, 7, 'term_weeks_left() must be compared with a number'],
    ['blue: held(sum(a) > 1, 2 months)', 1, 26, 'expected here: days, weeks, terms'],
    ['blue: sum(a) > 1; blue: sum(a) > 2', 1, 19, 'blue is given twice'],
    [
      'blue: sum(a) > 1; fore: 3d',
      1,
      19,
      'fore is neither a level nor one of: escalate, for, clear, on, no_data, students, effective',
    ],
    ['blue: sum(a) > 1 ? 1 : 2', 1, 18, 'cannot read "?"'],
    ['blue: sum(a) > 1 2', 1, 18, 'expected ; or the end here'],
    ['for: 3d', 1, 1, 'needs a level'],
    ['blue: sum(a) > $p', 1, 18, 'expected ( here'],
    [
      'blue: rank(sum(a, default: 1), "class") > 1',
      1,
      19,
      'expected here: offset, baseline, min_data, min_sd, exclude, pause',
    ],
    [`blue: ${'('.repeat(50)}`, 1, 47, 'is nested too deeply'],
  ])('says where %j cannot be read', (text, line, column, en) => {
    expect(() => read(text)).toThrow(RuleTextError);
    try {
      read(text);
    } catch (error) {
      expect(error).toMatchObject({ line, column, text: { en, zh: expect.stringMatching(/[一-龥]/) } });
    }
  });
});
