import {
  APPOINTMENT_KINDS,
  type AppointmentKind,
  type Bilingual,
  PLACE_KINDS,
  UNIT_KINDS,
  type UnitKind,
} from '#contracts';
import { Decimal, Flag, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';

/** How the seats of a step make its decision. */
export const MODES = {
  serial: { zh: '依次审批', en: 'one after the other' },
  countersign: { zh: '会签（全部同意）', en: 'all of them' },
  any: { zh: '或签（一人决定）', en: 'whoever decides first' },
  'k-of-n': { zh: '达到人数即通过', en: 'so many of them' },
  weighted: { zh: '达到权重即通过', en: 'so much weight of them' },
} as const satisfies Record<string, Bilingual>;
export type Mode = keyof typeof MODES;

export const SIGNED_BY = {
  post: { zh: '任职人员', en: 'holders of a post over what the case is about' },
  person: { zh: '指定人员', en: 'a named person' },
  chosen: { zh: '申请人选定', en: 'whom the initiator chooses' },
  system: { zh: '系统', en: 'the system itself' },
} as const satisfies Record<string, Bilingual>;

/** Over what a post is held: what the case is about, or a unit that the rule names. */
export const OVER = {
  person: { zh: '当事人', en: 'the person' },
  unit: { zh: '所涉单位或场所，及其上级', en: 'the unit or place, and those above it' },
  named: { zh: '指定单位（unit），与事项涉及谁无关', en: 'the unit named in `unit`, whatever the case is about' },
} as const satisfies Record<string, Bilingual>;

export const DEADLINE_ACTIONS = {
  remind: { zh: '提醒', en: 'remind' },
  supervise: { zh: '督办', en: 'tell somebody up the line' },
  escalate: { zh: '上报', en: 'let somebody else decide as well' },
  approve: { zh: '视为同意（须注明依据）', en: 'count as consent (names its source)' },
} as const satisfies Record<string, Bilingual>;
export type DeadlineAction = keyof typeof DEADLINE_ACTIONS;

export const RETURN_TARGETS = {
  initiator: { zh: '申请人', en: 'the initiator' },
  earlier: { zh: '此前的环节', en: 'an earlier step' },
} as const satisfies Record<string, Bilingual>;

export const RESUMES = {
  on: { zh: '从该环节起依次重新办理', en: 'go on from there' },
  back: { zh: '办理后直接回到退回人', en: 'come back to who returned it' },
} as const satisfies Record<string, Bilingual>;
export type Resume = keyof typeof RESUMES;

export class NameDto implements Bilingual {
  @Text({ zh: '中文', en: 'In Chinese', max: 50, example: '辅导员审批' })
  zh: string;

  @Text({ zh: '英文', en: 'In English', max: 100, example: 'Counselor' })
  en: string;
}

/** Who signs. */
export class SignerRule {
  @OneOf(SIGNED_BY, { zh: '由谁', en: 'By whom', example: 'post' })
  by: keyof typeof SIGNED_BY;

  @OneOf(APPOINTMENT_KINDS, { zh: '任职（by 为 post）', en: 'Post, with `post`', optional: true, example: 'counselor' })
  post?: AppointmentKind;

  @OneOf(
    { ...UNIT_KINDS, ...PLACE_KINDS },
    { zh: '任职所在单位的种类；缺省不限', en: 'Kind of the unit the post is over', optional: true, example: 'college' },
  )
  unitKind?: UnitKind;

  @OneOf(OVER, {
    zh: '任职覆盖谁（by 为 post）；缺省为当事人',
    en: 'With `post`: over what the holder is; the person when left out',
    ...{ optional: true, example: 'person' },
  })
  over?: keyof typeof OVER;

  @Text({
    zh: '单位代码（over 为 named）：任职须在该单位本身',
    en: 'With `over` = `named`: code of the unit; the post is one over that unit itself',
    ...{ optional: true, max: 50, example: 'XGC' },
  })
  unit?: string;

  @Uuid({ zh: '人员（by 为 person）', en: 'Person, with `person`', optional: true })
  personId?: string;

  @Flag({
    zh: '各占一席；缺省共一席，任一人签批',
    en: 'Each has a seat; otherwise they share one, and any of them signs it',
    optional: true,
    example: false,
  })
  each?: boolean;

  @Int({ zh: '权重', en: 'What a seat counts in mode `weighted`', optional: true, min: 1, max: 1000, example: 1 })
  weight?: number;
}

/** A fact of the case that must hold for a step to be asked for; see `Facts`. */
export class Condition {
  @Text({ zh: '事实', en: 'Fact', max: 50, example: 'days' })
  fact: string;

  @Decimal({ zh: '不小于', en: 'At least', optional: true, min: -1e9, max: 1e9, example: 3 })
  atLeast?: number;

  @Decimal({ zh: '不大于', en: 'At most', optional: true, min: -1e9, max: 1e9, example: 7 })
  atMost?: number;

  @ListOf('text', { zh: '为其中之一', en: 'One of', optional: true, minItems: 1, maxItems: 100, example: ['sick'] })
  oneOf?: string[];
}

/** A time counted from the beginning of a step that is not decided by then, and what happens. One of the two lengths is given. */
export abstract class TimeLimit {
  @Int({ zh: '小时', en: 'Hours', optional: true, min: 1, max: 8784, example: 24 })
  hours?: number;

  @Int({
    zh: '工作日，至其终了',
    en: 'To the end of the n-th working day after the beginning',
    ...{ optional: true, min: 1, max: 60, example: 2 },
  })
  workingDays?: number;

  @OneOf(DEADLINE_ACTIONS, { zh: '届时', en: 'What happens then', example: 'escalate' })
  then: DeadlineAction;

  @Text({
    zh: '依据（approve）：本校规定默示同意的条款',
    en: 'With `approve`: the rule of the school that says silence is consent',
    ...{ optional: true, max: 200, example: '学生请假办法第八条' },
  })
  source?: string;
}

/** A level of a deadline. */
export class DeadlineLevel extends TimeLimit {
  @Nested(() => SignerRule, {
    zh: '上报给（escalate），或由谁督办（supervise：须为对当事人或所涉单位的任职）',
    en: 'With `escalate`: who may decide as well; with `supervise`: the post over the person or the unit that is told',
    optional: true,
  })
  to?: SignerRule;
}

/** By when a step is to be decided: its first level. */
export class Deadline extends DeadlineLevel {
  @ListOf(() => DeadlineLevel, {
    zh: '其后各级，均自环节开始起算，逐级更晚，单位与首级相同；仅末级可为 approve',
    en: 'Further levels, each later, counted from the same beginning in the same unit; only the last may be `approve`',
    ...{ optional: true, minItems: 1, maxItems: 5 },
  })
  later?: DeadlineLevel[];
}

export class StepDefinition {
  @Text({ zh: '代码', en: 'Key', max: 50, pattern: /^[a-z][a-z0-9-]*$/, example: 'counselor' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name' })
  name: Bilingual;

  @ListOf(() => Condition, { zh: '适用条件（同时成立）', en: 'Asked for when all of these hold', maxItems: 10 })
  when: Condition[];

  @ListOf(() => SignerRule, { zh: '签批人', en: 'Who signs', minItems: 1, maxItems: 20 })
  signers: SignerRule[];

  @OneOf(MODES, { zh: '签批方式', en: 'How they decide', example: 'any' })
  mode: Mode;

  @Int({
    zh: '需要的人数或权重（k-of-n、weighted）',
    en: 'Seats that must agree, or their weight',
    ...{ optional: true, min: 1, max: 10_000, example: 2 },
  })
  needed?: number;

  @Nested(() => SignerRule, { zh: '无人时由谁代为', en: 'Takes over where the step has nobody', nullable: true })
  standIn: SignerRule | null;

  @Nested(() => Deadline, { zh: '时限', en: 'Deadline', nullable: true })
  deadline: Deadline | null;

  @ListOf(RETURN_TARGETS, { zh: '可退回到', en: 'Where it may return the case to', maxItems: 2, unique: true })
  returnTo: (keyof typeof RETURN_TARGETS)[];

  @ListOf(RESUMES, { zh: '退回后', en: 'What may come after a return', maxItems: 2, unique: true })
  afterReturn: Resume[];
}

/** The approval flow of a kind of case, as data. Published versions never change. */
export class Definition {
  @Text({
    zh: '代码：服务.事项',
    en: 'Key: service.what',
    max: 100,
    pattern: /^[a-z-]+\.[a-z0-9-]+$/,
    example: 'affairs.leave',
  })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name' })
  name: Bilingual;

  @ListOf(() => StepDefinition, { zh: '环节，依次', en: 'Steps, in order', minItems: 1, maxItems: 50 })
  steps: StepDefinition[];

  @Nested(() => SignerRule, {
    zh: '各环节均无人时由谁代为',
    en: 'Takes over where a stand-in is nobody either',
    nullable: true,
  })
  standIn: SignerRule | null;

  @ListOf('text', {
    zh: '退回时可要求补正的内容',
    en: 'What a return may ask to be corrected',
    maxItems: 100,
    unique: true,
  })
  mayChange: string[];

  @Int({ zh: '催办间隔（小时）', en: 'Hours between two reminders by the initiator', min: 1, max: 720, example: 24 })
  urgeEveryHours: number;
}

/** What the conditions look at, frozen when the case is submitted. */
export type Facts = Record<string, string | number>;

export function holds({ fact, atLeast, atMost, oneOf }: Condition, facts: Facts): boolean {
  const value = facts[fact];
  if (value === undefined) return false;
  if (atLeast !== undefined && !(typeof value === 'number' && value >= atLeast)) return false;
  if (atMost !== undefined && !(typeof value === 'number' && value <= atMost)) return false;
  return oneOf === undefined || oneOf.includes(String(value));
}

/** The steps that a case with these facts goes through, in order. */
export function stepsFor(definition: Definition, facts: Facts): StepDefinition[] {
  return definition.steps.filter(({ when }) => when.every((condition) => holds(condition, facts)));
}

/** What happens with a step that is not decided, one after the other. */
export function levelsOf({ deadline }: Pick<StepDefinition, 'deadline'>): DeadlineLevel[] {
  return deadline ? [deadline, ...(deadline.later ?? [])] : [];
}

export function stepOf(definition: Definition, key: string): StepDefinition {
  const step = definition.steps.find((one) => one.key === key);
  if (!step) throw new Error(`Definition ${definition.key} has no step ${key}`);
  return step;
}
