import { Flag, Int, ListOf, Nested, Text } from '#fields';
import { Policy } from '#policy';
import { NameDto } from '#workflow';

/** What a resource is for. */
export class ResourceKind {
  @Text({ zh: '代码', en: 'Key', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'study' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '学业', en: 'Studies' } })
  name: NameDto;

  @Flag({
    zh: '不显示原因，除学生本人外无人看到谁使用了它',
    en: 'No reason is shown, and nobody but the student sees that they took it up',
    example: false,
  })
  discreet: boolean;
}

/** Kinds that tell something of class 4 of whoever takes them up, whatever a school's policy says. */
const ALWAYS_DISCREET = ['psychology', 'hardship'];

/** Resources for students (党团、学业、就业创业、心理). The smallest count is what statistics offices commonly use; a school sets its own. */
@Policy({ key: 'early-warning.resources', title: { zh: '资源推送', en: 'Resources that fit' } })
export class ResourcePolicy {
  @ListOf(() => ResourceKind, { zh: '种类', en: 'Kinds', minItems: 1, maxItems: 50 })
  kinds: ResourceKind[] = [
    kind('party', '党团', 'Party and Youth League'),
    kind('study', '学业', 'Studies'),
    kind('career', '就业创业', 'Work and founding a business'),
    kind('psychology', '心理', 'Psychology', true),
  ];

  @Int({
    zh: '敏感等级高于此值的指标不用于匹配（4 类从不使用）',
    en: 'Metrics of a higher sensitivity class drive no match (class 4 never does)',
    min: 1,
    max: 3,
    example: 3,
  })
  maxSensitivity = 3;

  @Int({
    zh: '少于此数的人数不显示',
    en: 'Counts of fewer students are not shown',
    min: 3,
    max: 1000,
    example: 10,
  })
  smallestCount = 10;
}

export function isDiscreet({ key, discreet }: ResourceKind): boolean {
  return discreet || ALWAYS_DISCREET.includes(key);
}

function kind(key: string, zh: string, en: string, discreet = false): ResourceKind {
  return Object.assign(new ResourceKind(), { key, name: Object.assign(new NameDto(), { zh, en }), discreet });
}
