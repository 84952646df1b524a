import { Injectable } from '@nestjs/common';
import type { Bilingual } from '#contracts';
import { Database, query, sql } from '#database';
import type { Page } from '#http';
import { Invalid, shownControls } from '#problems';
import {
  canonicalRule,
  checkFeature,
  checkRule,
  checkVisibility,
  Findings,
  isObject,
  type MetricChoice,
  type MetricInfo,
  parseRule,
  printRule,
  type Rule,
  type RuleBase,
  type RuleError,
  ruleSchema,
  RuleTextError,
  type Schema,
  TEMPLATES,
} from '#rule-language';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { RuleTemplateDto, RuleTextDto, type RuleTextErrorDto, type RuleTextRequestDto } from './language.dto.js';

/** Lets a text be read whose base is wrong, for what is wrong with the text. */
const NO_BASE: RuleBase = { id: '', title: { zh: '', en: '' }, reason: { zh: '', en: '' } };

type Metrics = ReadonlyMap<string, MetricInfo>;

/** The rule language as others meet it: its schema, its text, and rules to start from. */
@Injectable()
export class Language {
  constructor(private readonly database: Database) {}

  async schema(): Promise<Schema> {
    const metrics = await query<MetricChoice>(
      this.database.connection,
      sql`SELECT code, zh, en, unit, decimals FROM early_warning.metric ORDER BY code`,
    );
    return ruleSchema(metrics);
  }

  templates(): Page<RuleTemplateDto> {
    const data = TEMPLATES.map(({ rule, source, note }) =>
      Object.assign(new RuleTemplateDto(), { code: rule.id, rule, text: printRule(rule), source, note }),
    );
    return { data, nextCursor: null };
  }

  /** What is wrong is part of the answer: it is asked while somebody writes. */
  async text({ rule, text, base }: RuleTextRequestDto): Promise<RuleTextDto> {
    const metrics = await metricCatalogue(this.database.connection);
    if (rule !== undefined && text === undefined) return answer(rule, checkRule(rule, metrics));
    if (rule !== undefined || text === undefined)
      throw new Invalid({
        errors: [{ pointer: '#/text', zh: '请给出 rule 或 text 之一', en: 'give either rule or text' }],
      });
    const found = baseOf(base, metrics);
    const wrong = 'errors' in found ? found.errors : [];
    try {
      const read = parseRule(text, 'errors' in found ? NO_BASE : found.base);
      if (wrong.length > 0) return answer(null, wrong);
      return answer(read, checkRule(read, metrics));
    } catch (error) {
      if (!(error instanceof RuleTextError)) throw error;
      const { offset, line, column } = error;
      return answer(null, [...wrong, { pointer: '#/text', ...error.text, offset, line, column }]);
    }
  }
}

function answer(rule: object | null, errors: RuleTextErrorDto[]): RuleTextDto {
  const right = rule && errors.length === 0 ? canonicalRule(rule as Rule) : null;
  return Object.assign(new RuleTextDto(), {
    text: right && printRule(right),
    rule: right ?? rule,
    errors: errors.map((one) => ({
      ...one,
      pointer: shownControls(rule === null ? one.pointer : one.pointer.replace('#', '#/rule')),
    })),
  });
}

/** The sentences must be there; features that are not right have no names to keep. */
function baseOf(base: unknown, metrics: Metrics): { base: RuleBase } | { errors: RuleError[] } {
  const findings = new Findings();
  if (!findings.isObject(base, '/base')) return findings;
  findings.bilingual(base.title, '/base/title');
  findings.bilingual(base.reason, '/base/reason');
  if (base.studentReason !== undefined) findings.bilingual(base.studentReason, '/base/studentReason');
  checkVisibility(findings, base.visibility, '/base/visibility');
  if (findings.errors.length > 0) return findings;
  const features = Object.entries(isObject(base.features) ? base.features : {}).filter(([name, feature]) => {
    const own = new Findings();
    checkFeature(own, name, feature, metrics);
    return own.errors.length === 0;
  });
  const { id, title, reason, studentReason, visibility } = base as unknown as RuleBase & { title: Bilingual };
  return {
    base: {
      id,
      title,
      reason,
      ...(studentReason && { studentReason }),
      ...(visibility && { visibility }),
      features: Object.fromEntries(features) as never,
    },
  };
}
