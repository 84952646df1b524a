import { UNIT_KINDS } from '#contracts';
import { Decimal, Int, ListOf, OneOf, Text } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import type { ReleaseRules } from '../disclosure/release.js';

const CODE = { max: 40, pattern: /^[a-z][a-z0-9-]*$/ };
const METRIC = { max: 60, pattern: /^[a-z][a-z0-9_]*$/ };

/** Kinds of units and places that portraits may be cut by, within a tree the widest first; whatever is smaller is nobody's group. */
export const CUT_KINDS = {
  college: UNIT_KINDS.college,
  academy: UNIT_KINDS.academy,
  major: UNIT_KINDS.major,
  class: UNIT_KINDS.class,
  grid: UNIT_KINDS.grid,
  campus: { zh: '校区', en: 'Campus' },
  building: { zh: '楼栋', en: 'Building' },
} as const;
export type CutKind = keyof typeof CUT_KINDS;

/** What it means when a student has no record of a metric in a week in which others have. */
export const NO_RECORD = {
  zero: { zh: '没有发生，计为 0', en: 'it did not happen: 0' },
  unknown: { zh: '不知道，不计入', en: 'it is not known: not counted' },
} as const;

export class PortraitTree {
  @Text({ zh: '代码', en: 'Code', ...CODE, example: 'organisation' })
  code: string;

  @ListOf(CUT_KINDS, {
    zh: '校级以下各层，从大到小，逐层包含',
    en: 'Levels below the school, the widest first, each within the one before',
    minItems: 1,
    maxItems: 4,
    unique: true,
    example: ['college', 'class'],
  })
  kinds: CutKind[];
}

export class PortraitMetric {
  @Text({ zh: '指标代码', en: 'Code of the metric', ...METRIC, example: 'library_visits' })
  metric: string;

  @Text({ zh: '按哪一棵树分组', en: 'The tree it is cut by', ...CODE, example: 'organisation' })
  tree: string;

  @OneOf(NO_RECORD, { zh: '没有记录时', en: 'What no record means', example: 'zero' })
  noRecord: keyof typeof NO_RECORD;
}

const tree = (code: string, ...kinds: CutKind[]): PortraitTree => Object.assign(new PortraitTree(), { code, kinds });
const shown = (metric: string, of: string, noRecord: keyof typeof NO_RECORD = 'zero'): PortraitMetric =>
  Object.assign(new PortraitMetric(), { metric, tree: of, noRecord });

/**
 * What is published about groups of students (云画像), and when a group is too small or too much alike. Sources: fewest persons 10, what most
 * of those who report about students take (NCES 2011-603, SLDS Technical Brief 3: 5 to 30, 10 in 39 of the states); numbers of persons to
 * the nearest 5 (Ofqual, rounding policy for statistical publications); the p % rule (ESSnet, Handbook on Statistical Disclosure Control,
 * ch. 4), with p and the largest share of equal values our own: no source gives numbers for them.
 */
@Policy({ key: 'early-warning.portraits', title: { zh: '学生画像', en: 'Portraits of students and groups' } })
export class PortraitPolicy {
  @Int({ zh: '一组至少多少人', en: 'Fewest persons of a group', min: 5, max: 1000, example: 10 })
  least = 10;

  @Decimal({
    zh: '数值相同者所占比例超过此值的，不公布',
    en: 'A group is withheld when a larger share of it has the same value',
    min: 0.5,
    max: 0.99,
    example: 0.95,
  })
  mostAlike = 0.95;

  @Int({
    zh: 'p% 规则：第二大的数值不得据以把最大的推算到此百分比以内',
    en: 'p % rule: whoever has the second largest value must not be able to work the largest out to within so many percent',
    min: 1,
    max: 100,
    example: 10,
  })
  percent = 10;

  @Int({
    zh: '人数取整到其倍数',
    en: 'Numbers of persons are rounded to a multiple of this',
    min: 1,
    max: 100,
    example: 5,
  })
  roundTo = 5;

  @Int({ zh: '数值保留几位有效数字', en: 'Significant digits of figures', min: 1, max: 6, example: 3 })
  digits = 3;

  @Int({
    zh: '与本人过去比较：此前多少周',
    en: 'Weeks before a week that a student is compared with',
    min: 2,
    max: 30,
    example: 8,
  })
  pastWeeks = 8;

  @Int({
    zh: '其中至少几周有数据',
    en: 'Of these, the fewest with data',
    min: 2,
    max: 30,
    example: 4,
  })
  leastPastWeeks = 4;

  @ListOf(() => PortraitTree, { zh: '分组', en: 'Trees that groups are cut by', minItems: 1, maxItems: 6 })
  trees: PortraitTree[] = [tree('organisation', 'college', 'class'), tree('places', 'building'), tree('grids', 'grid')];

  @ListOf(() => PortraitMetric, {
    zh: '公布哪些指标；每个指标只按一棵树分组，公布后不改',
    en: 'Metrics that are published; each is cut by one tree, the same for good',
    maxItems: 60,
  })
  metrics: PortraitMetric[] = [
    shown('library_visits', 'organisation'),
    shown('book_loans', 'organisation'),
    shown('absent_class', 'organisation'),
    shown('assessment_submitted', 'organisation'),
    shown('failed_credits', 'organisation', 'unknown'),
    shown('gpa', 'organisation', 'unknown'),
    shown('canteen_meals', 'organisation'),
    shown('canteen_spend', 'organisation'),
    shown('net_min', 'organisation'),
    shown('sport_min', 'organisation'),
    shown('second_classroom_hours', 'organisation'),
    shown('volunteer_hours', 'organisation'),
    shown('late_return', 'places'),
    shown('gate_passes', 'places'),
    shown('night_net_min', 'grids'),
  ];

  /** What stands twice, and trees that there are none of. */
  findings(): FieldError[] {
    const trees = this.trees.map(({ code }) => code);
    const metrics = this.metrics.map(({ metric }) => metric);
    const twice = { zh: '代码重复', en: 'is there twice' };
    return [
      ...trees.flatMap((code, i) => (trees.indexOf(code) < i ? [{ pointer: `#/trees/${i}/code`, ...twice }] : [])),
      ...metrics.flatMap((code, i) =>
        metrics.indexOf(code) < i ? [{ pointer: `#/metrics/${i}/metric`, ...twice }] : [],
      ),
      ...this.metrics.flatMap((one, i) =>
        trees.includes(one.tree)
          ? []
          : [{ pointer: `#/metrics/${i}/tree`, zh: '没有这个代码', en: 'is not one of the codes' }],
      ),
    ];
  }

  /** Each quarter of a group is as large as a group at least. */
  get rules(): ReleaseRules {
    const { least, mostAlike, percent, roundTo, digits } = this;
    return { least, mostAlike, percent, roundTo, digits, leastForQuartiles: 4 * least };
  }
}
