import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { type Bilingual, WARNING_LEVELS } from '#contracts';
import { checkRule } from '../language/check/check-rule.js';
import { AGGREGATES, BASELINE_DATA, NEEDS_WHERE, WITH_BASELINE } from '../language/aggregates.js';
import { MASKS, MAX_TIMES, type Period, PERIODS, type Rule } from '../language/rule.js';
import {
  MAX_DEPTH,
  MAX_FEATURES,
  MAX_MOMENTS,
  MAX_NODES,
  MAX_RULE_TEXT,
  MAX_STORED,
  MAX_STUDENT_DAYS,
  TERM_DAYS,
} from '../language/limits.js';
import { parseRule } from '../language/text/text-parser.js';
import { canonicalRule, PERIOD_WORDS, printRule, TERM_WEEK_WORDS } from '../language/text/text.js';
import { RulePublishingPolicy } from '../../../apps/early-warning/src/rules/rule-publishing.policy.js';
import { METRICS } from './catalogue.js';

const MAX_SHARE = 100 * new RulePublishingPolicy().maxShare;

const ENGLISH = {
  file: 'docs/rules.md',
  ...{ day: 'day', level: 'level' },
  bounds: [
    `${MAX_FEATURES} features and ${MAX_NODES} nodes, ${MAX_DEPTH} deep`,
    `at most ${MAX_MOMENTS} times`,
    `at most ${MAX_STUDENT_DAYS} student-days`,
    `a term counts as ${TERM_DAYS} days`,
    `a text of at most ${MAX_RULE_TEXT} characters`,
    `beyond what is stored: ${MAX_STORED}`,
    `and ${BASELINE_DATA} is the default`,
    `${MAX_SHARE} %, unless`,
  ],
};
const CHINESE = {
  file: 'docs/rules.zh-CN.md',
  ...{ day: '日子', level: '级别' },
  bounds: [
    `${MAX_FEATURES} 个特征、${MAX_NODES} 个节点、${MAX_DEPTH} 层`,
    `最多判断 ${MAX_MOMENTS} 次`,
    `最多读取 ${MAX_STUDENT_DAYS} 个学生日`,
    `一学期按 ${TERM_DAYS} 天计`,
    `文本最多 ${MAX_RULE_TEXT} 个字符`,
    `最大 ${MAX_STORED}`,
    `默认为 ${BASELINE_DATA} `,
    `${MAX_SHARE} %，除非`,
  ],
};

/** The rows of the table under a head of this first cell, cell by cell. */
function table(page: string, first: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const rows = (labels: Readonly<Record<string, Bilingual>>) =>
  Object.entries(labels).map(([code, { zh, en }]) => [`\`${code}\``, zh, en]);

describe.each([ENGLISH, CHINESE])('$file', ({ file, day, level, bounds }) => {
  const page = readFileSync(file, 'utf8');

  it('lists the vocabulary of the language, and nothing else', () => {
    const aggregates = table(page, '`agg`');
    expect(aggregates.map((row) => row.slice(0, 3))).toEqual(rows(AGGREGATES));
    const needs = (what: string) =>
      aggregates.filter((row) => row[3] === what).map(([code]) => code!.replaceAll('`', ''));
    expect(needs('`where`')).toEqual([...NEEDS_WHERE]);
    expect(needs('`baseline`')).toEqual([...WITH_BASELINE]);
    expect(table(page, day)).toEqual(rows(MASKS));
    expect(table(page, level)).toEqual(rows(WARNING_LEVELS));
    expect(table(page, '`each`')).toEqual(
      Object.entries(PERIODS).map(([code, { zh, en }]) => [
        ...[`\`${code}\``, PERIOD_WORDS[code as Period], zh, en, String(MAX_TIMES[code as Period])],
      ]),
    );
  });

  it('says how each part of a term is told', () => {
    for (const [key, word] of Object.entries(TERM_WEEK_WORDS)) {
      expect(page).toContain(`{"${key}": {`);
      expect(page).toContain(`\`${word}() `);
    }
  });

  it('states the bounds as they are', () => {
    const said = page.replaceAll('\n', ' ');
    for (const bound of bounds) expect(said).toContain(bound);
  });

  it('shows rules with their texts', () => {
    const examples = [...page.matchAll(/```json\n([^]*?)```\n\n```text\n(.*)\n```/g)];
    expect(examples).toHaveLength(2);
    for (const [, json, text] of examples) {
      const rule = JSON.parse(json!) as Rule;
      expect(checkRule(rule, METRICS)).toEqual([]);
      expect(printRule(rule)).toBe(text);
      expect(parseRule(text!, rule)).toEqual(canonicalRule(rule));
    }
  });
});
