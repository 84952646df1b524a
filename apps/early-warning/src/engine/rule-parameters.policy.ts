import { Json } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import { Findings } from '#rule-language';

const MAX_PARAMETERS = 500;

/** Numbers of the rules (`{ "$p": name }`) where the school differs from a rule's own default. */
@Policy({ key: 'early-warning.rule-parameters', title: { zh: '预警规则参数', en: 'Parameters of warning rules' } })
export class RuleParametersPolicy {
  @Json({ zh: '参数名与数值', en: 'Numbers by parameter name', example: { late_per_week: 3 }, maxBytes: 16_384 })
  values: Record<string, number> = {};

  /** Names that no rule can have, and values that no rule would take. */
  findings(): FieldError[] {
    const found = new Findings();
    found.parameters(this.values, '/values', MAX_PARAMETERS);
    return found.errors;
  }
}
