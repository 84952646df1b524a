import { type FieldError, Json } from '#http';
import { Policy } from '#policy';
import { escape, Findings } from '../kernel/findings.js';
import { MAX_CONSTANT, PARAMETER_NAME } from '../kernel/limits.js';

const MAX_PARAMETERS = 500;

/** Numbers of the rules (`{ "$p": name }`) where the school differs from a rule's own default. */
@Policy({ key: 'early-warning.rule-parameters', title: { zh: '预警规则参数', en: 'Parameters of warning rules' } })
export class RuleParametersPolicy {
  @Json({ zh: '参数名与数值', en: 'Numbers by parameter name', example: { late_per_week: 3 }, maxBytes: 16_384 })
  values: Record<string, number> = {};

  /** Names that no rule can have, and values that no rule would take. */
  findings(): FieldError[] {
    const found = new Findings();
    const entries = Object.entries<unknown>(this.values);
    if (entries.length > MAX_PARAMETERS)
      found.wrong('/values', `最多 ${MAX_PARAMETERS} 项`, `must have at most ${MAX_PARAMETERS} properties`);
    for (const [name, value] of entries) {
      const at = `/values/${escape(name)}`;
      if (PARAMETER_NAME.test(name)) found.number(value, at, -MAX_CONSTANT, MAX_CONSTANT);
      else found.wrong(at, '参数名应为小写字母、数字、下划线', 'must be a name of lower-case letters, digits and _');
    }
    return found.errors;
  }
}
