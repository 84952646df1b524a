import { DateOnly, Flag, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { ByDto } from '#http';
import type { StepState, StepStatus, Verdict, VerdictValue } from './engine.js';
import { GATE_KINDS, GATE_MARKS, type GateKind, type GateMark } from './gate.js';
import { type RuleSet, type Stage, STAGES, type Step } from './rule-set.js';

const VERDICTS = {
  pass: { zh: '符合', en: 'met' },
  warn: { zh: '提示', en: 'not met; may go on' },
  block: { zh: '不符合', en: 'not met; may not go on' },
  open: { zh: '待办理时判断', en: 'told when the step is recorded' },
};

const STEP_STATUSES = {
  done: { zh: '已完成', en: 'done' },
  open: { zh: '可办理', en: 'may be recorded' },
  waiting: { zh: '等待前面步骤', en: 'waits for earlier steps' },
  not_yet_supported: { zh: '目前只列出时间', en: 'listed with its dates only' },
};

const RULES = { zh: '《细则》版本', en: 'Version of the rules', example: 'cpc-2026.05' };
const CHECKED = { zh: '是否已与正式文本逐条核对', en: 'Compared with the official text by a person', example: false };

class GateDto {
  @Text({ zh: '标识', en: 'Key within the step', max: 50, example: 'talk_in_time' })
  key: string;

  @OneOf(GATE_KINDS, { zh: '种类', en: 'Kind', example: 'within' })
  kind: GateKind;

  @OneOf(GATE_MARKS, { zh: '出处', en: 'Whose rule it is', example: 'national' })
  mark: GateMark;

  @Text({ zh: '条款；未核对为 null', en: 'Article; null where not checked', nullable: true, example: '第七条' })
  article: string | null;

  @Text({ zh: '中文规定', en: 'Chinese wording', max: 1000, example: '收到申请书后一个月内派人谈话' })
  zh: string;

  @Text({
    zh: '英文规定',
    en: 'English wording',
    max: 1000,
    example: 'Somebody talks with the applicant within one month of receipt',
  })
  en: string;
}

export class VerdictDto extends GateDto implements Verdict {
  @OneOf(VERDICTS, { zh: '判断', en: 'Verdict', example: 'pass' })
  verdict: VerdictValue;

  @DateOnly({
    zh: '对应的最早或最晚日期',
    en: 'The earliest or latest date it comes to',
    nullable: true,
    example: '2026-10-20',
  })
  date: string | null;

  @Flag({ zh: '日期暂定（缺少该年工作日历）', en: 'Provisional: no workday calendar of that year yet', example: false })
  provisional: boolean;
}

export class TimelineStepDto {
  @Int({ zh: '步骤', en: 'Step', min: 1, max: 25, example: 2 })
  number: number;

  @Text({ zh: '标识', en: 'Key', max: 50, example: 'talk' })
  key: string;

  @Text({ zh: '中文名称', en: 'Chinese title', example: '党组织派人谈话' })
  zh: string;

  @Text({ zh: '英文名称', en: 'English title', example: 'The organization talks with the applicant' })
  en: string;

  @OneOf(STAGES, { zh: '完成后的阶段', en: 'Stage once it is done', example: 'applicant' })
  stage: Stage;

  @OneOf(STEP_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: StepStatus;

  @DateOnly({ zh: '完成日期（最近一次）', en: 'Done on (last time)', nullable: true, example: '2026-10-08' })
  doneOn: string | null;

  @Nested(() => ByDto, { zh: '由谁录入', en: 'Recorded by', nullable: true })
  doneBy: ByDto | null;

  @DateOnly({ zh: '最早日期', en: 'First day the rules allow it', nullable: true, example: '2026-09-20' })
  earliestOn: string | null;

  @DateOnly({ zh: '最晚日期', en: 'Last day the rules allow it', nullable: true, example: '2026-10-20' })
  latestOn: string | null;

  @Flag({ zh: '已逾期', en: 'Overdue', example: false })
  overdue: boolean;

  @Flag({ zh: '日期暂定（缺少该年工作日历）', en: 'Provisional: no workday calendar of that year yet', example: false })
  provisional: boolean;

  @Flag({ zh: '按前面步骤尽早完成推算', en: 'Projected: rests on steps that are not done yet', example: false })
  projected: boolean;

  @ListOf(() => VerdictDto, { zh: '各项规定', en: 'The gates', maxItems: 100 })
  gates: VerdictDto[];

  static from(state: StepState, asOf: string): TimelineStepDto {
    const { number, key, zh, en, stage } = state.step;
    const { status, done, earliestOn, latestOn, dueOn, provisional, projected, gates } = state;
    return Object.assign(new TimelineStepDto(), {
      ...{
        number,
        key,
        zh,
        en,
        stage,
        status,
        doneOn: done?.takenOn ?? null,
        doneBy: done ? ByDto.from(done.by) : null,
      },
      ...{ earliestOn, latestOn, overdue: dueOn !== null && dueOn < asOf, provisional, projected, gates },
    });
  }
}

export class TimelineDto {
  @Uuid({ zh: '发展党员记录', en: 'Admission', example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  admissionId: string;

  @Text(RULES)
  ruleVersion: string;

  @Flag(CHECKED)
  rulesChecked: boolean;

  @DateOnly({ zh: '截至日期', en: 'As of', example: '2026-11-21' })
  asOf: string;

  @OneOf(STAGES, { zh: '阶段', en: 'Stage', example: 'activist' })
  stage: Stage;

  @ListOf(() => TimelineStepDto, { zh: '二十五步', en: 'The 25 steps', maxItems: 25 })
  steps: TimelineStepDto[];
}

export class RuleStepDto {
  @Int({ zh: '步骤', en: 'Step', min: 1, max: 25, example: 2 })
  number: number;

  @Text({ zh: '标识', en: 'Key', max: 50, example: 'talk' })
  key: string;

  @Text({ zh: '中文名称', en: 'Chinese title', example: '党组织派人谈话' })
  zh: string;

  @Text({ zh: '英文名称', en: 'English title', example: 'The organization talks with the applicant' })
  en: string;

  @OneOf(STAGES, { zh: '完成后的阶段', en: 'Stage once it is done', example: 'applicant' })
  stage: Stage;

  @ListOf(() => GateDto, { zh: '各项规定', en: 'The gates', maxItems: 100 })
  gates: GateDto[];

  static from({ number, key, zh, en, stage, gates }: Step): RuleStepDto {
    const worded = gates.map((gate) => {
      const { key: gateKey, kind, mark, article, zh: gateZh, en: gateEn } = gate;
      return Object.assign(new GateDto(), { key: gateKey, kind, mark, article, zh: gateZh, en: gateEn });
    });
    return Object.assign(new RuleStepDto(), { number, key, zh, en, stage, gates: worded });
  }
}

export class RuleSetDto {
  @Text(RULES)
  version: string;

  @Text({ zh: '中文名称', en: 'Chinese title', example: '中国共产党发展党员工作细则（2026年5月修订）' })
  zh: string;

  @Text({ zh: '英文名称', en: 'English title', example: 'Rules for admitting Party members, revised May 2026' })
  en: string;

  @DateOnly({ zh: '自该日起递交的申请适用', en: 'Applies to applications from this day on', example: '2026-05-11' })
  appliesFrom: string;

  @Flag(CHECKED)
  checkedAgainstOfficialText: boolean;

  @Int({ zh: '可在此办理到第几步', en: 'Last step that can be recorded here', min: 0, max: 25, example: 6 })
  supportedUpTo: number;

  @ListOf(() => RuleStepDto, { zh: '二十五步', en: 'The 25 steps', maxItems: 25 })
  steps: RuleStepDto[];

  static from(set: RuleSet, supportedUpTo: number): RuleSetDto {
    const { version, zh, en, appliesFrom, checkedAgainstOfficialText, steps } = set;
    return Object.assign(new RuleSetDto(), {
      ...{ version, zh, en, appliesFrom, checkedAgainstOfficialText, supportedUpTo },
      steps: steps.map((step) => RuleStepDto.from(step)),
    });
  }
}
