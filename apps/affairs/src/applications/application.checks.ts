import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '#database';
import { addWorkingDays } from '#roster';
import type { CampusClock } from '#time';
import { type Facts, inputsOfPeople, type PlannedStep, plannedSteps } from '#workflow';
import type { KnownStudent, PublishedItem } from '../catalogue/catalogue.queries.js';
import { eligibilityOf } from '../catalogue/eligibility.js';
import { formOf } from '../catalogue/form.js';
import type { CHANNELS, ItemContent } from '../catalogue/item-content.js';
import { type Prefilled, prefilledOf } from '../catalogue/prefilled.js';
import type { Finding } from '../leave/leave.checks.js';
import type { Filled } from './application.entity.js';
import { applicationFlow, factsOf } from './application.flow.js';

/** What is asked for. */
export interface Ask extends Filled {
  studentId: string;
  channel: keyof typeof CHANNELS;
  item: PublishedItem;
  known: KnownStudent;
  correction?: Correction | undefined;
}

/** A correction of what was returned: whether one may apply was decided, and what was known of the student then stays. */
export interface Correction {
  before: Filled;
  /** What may be corrected: `data.<field>`, `materials.<key>`. */
  correctable: readonly string[];
}

export interface Assessment {
  findings: Finding[];
  /** What is filled in, with what is known. */
  data: Record<string, unknown>;
  facts: Facts;
  steps: PlannedStep[];
  dueAt: Date | null;
}

/** Fields that somebody filled in otherwise than they are known. */
export function forgedIn(data: Record<string, unknown>, prefilled: readonly Prefilled[]): Finding[] {
  return prefilled
    .filter(({ field, value }) => data[field] !== undefined && data[field] !== value)
    .map(({ field }) =>
      blocker(
        'prefilled',
        `#/data/${field}`,
        '由系统填写，不能改动',
        'is filled in from what is known and cannot be changed',
      ),
    );
}

/**
 * Holds what is filled in against the item: form, materials, who may apply, who would decide and by when. The pre-check shows it; submission
 * and correction refuse what has a blocker. Reads only.
 */
export async function assess(tx: Tx, ask: Ask, clock: CampusClock): Promise<Assessment> {
  const { item, correction, studentId } = ask;
  const { content } = item;
  const fixed = fixedOf(ask);
  const data = { ...ask.data, ...Object.fromEntries(fixed.map(({ field, value }) => [field, value])) };
  const findings = [
    ...(correction ? changedBeyond(correction, { data, materials: ask.materials }) : mayApply(ask, clock.today())),
    ...forgedIn(ask.data, fixed),
    ...formOf(content)
      .errorsOf(data)
      .map(({ pointer, zh, en }) => blocker('form', pointer, zh, en)),
    ...materialFindings(ask),
  ];
  const facts = factsOf(content, data);
  const flow = applicationFlow(item);
  const steps = flow
    ? plannedSteps(flow, {
        ...{ facts, ownMatterOf: [studentId] },
        inputs: (await inputsOfPeople(tx, flow, [studentId], clock.today())).get(studentId)!,
      })
    : [];
  findings.push(...stepFindings(steps));
  return { findings, data, facts, steps, dueAt: await dueAt(tx, content, clock) };
}

/** What the form must have in these fields: what is known, or, of a correction, what was known then where it is not to be corrected. */
function fixedOf({ item, known, correction }: Ask): Prefilled[] {
  const now = prefilledOf(item.content, known);
  if (!correction) return now;
  const { before, correctable } = correction;
  return item.content.prefilled.flatMap(({ field, from }) => {
    if (correctable.includes(`data.${field}`)) return now.filter((one) => one.field === field);
    const value = before.data[field];
    return typeof value === 'string' ? [{ field, from, value }] : [];
  });
}

/** What a correction changes: `data.<field>`, `materials.<key>`. */
export function changedIn(before: Filled, after: Filled): string[] {
  return (['data', 'materials'] as const).flatMap((part) =>
    [...new Set([...Object.keys(before[part]), ...Object.keys(after[part])])]
      .filter((name) => !isDeepStrictEqual(before[part][name], after[part][name]))
      .map((name) => `${part}.${name}`),
  );
}

function changedBeyond({ before, correctable }: Correction, after: Filled): Finding[] {
  return changedIn(before, after)
    .filter((name) => !correctable.includes(name))
    .map((name) =>
      blocker(
        'not-correctable',
        `#/${name.replace('.', '/')}`,
        '不在补正范围内',
        'is not among what is to be corrected',
      ),
    );
}

function mayApply({ item, known, channel }: Ask, today: string): Finding[] {
  const { kind, channels, servedAt } = item.content;
  const findings: Finding[] = [];
  if (servedAt) {
    findings.push(blocker('served-elsewhere', '#', `请在 ${servedAt} 办理`, `This item is dealt with at ${servedAt}`));
  } else if (kind === 'round') {
    findings.push(blocker('in-rounds', '#', '该事项按批次办理', 'This item is dealt with in rounds'));
  }
  if (!channels.includes(channel)) {
    const [zh, en] =
      channel === 'online'
        ? ['该事项尚未上线，请到窗口办理', 'This item is dealt with at the counter only']
        : ['该事项仅线上办理', 'This item is dealt with online only'];
    findings.push(blocker('not-this-channel', '#', zh as string, en as string));
  }
  const unmet = eligibilityOf(item.content, known.student, today).filter(({ ok }) => !ok);
  return [...findings, ...unmet.map(({ reason }) => blocker('not-eligible', '#', reason.zh, reason.en))];
}

function materialFindings({ item: { content }, materials }: Ask): Finding[] {
  const known = content.materials.map(({ key }) => key);
  const unknown = Object.keys(materials).filter((key) => !known.includes(key));
  const missing = content.materials.filter(({ key, required }) => required && !materials[key]?.length);
  return [
    ...unknown.map(() => blocker('material-unknown', '#/materials', '该事项没有此材料', 'is no material of this item')),
    ...missing.map(({ name }) =>
      blocker('material-missing', '#/materials', `缺少材料：${name.zh}`, `Missing: ${name.en}`),
    ),
  ];
}

function stepFindings(steps: readonly PlannedStep[]): Finding[] {
  return steps.flatMap(({ step: { name, signers: rules }, signers }) => {
    if (rules.some(({ by }) => by === 'chosen')) {
      const { zh, en } = name;
      return [
        blocker(
          'choose-signers',
          '#',
          `须选定审批人，暂不支持：${zh}`,
          `Asks for chosen signers, which applications cannot give: ${en}`,
        ),
      ];
    }
    const nobody = signers.some(({ system, candidates }) => !system && candidates.length === 0);
    return nobody
      ? [blocker('nobody-decides', '#', `没有可办理的人员：${name.zh}`, `There is nobody to decide: ${name.en}`)]
      : [];
  });
}

/** The end of the last of the working days promised; of none, today's. */
async function dueAt(tx: Tx, { workingDays }: ItemContent, clock: CampusClock): Promise<Date | null> {
  if (workingDays === null) return null;
  const today = clock.today();
  const date = workingDays === 0 ? today : (await addWorkingDays(tx, today, workingDays)).date;
  return clock.instantOf(date, '24:00');
}

const blocker = (code: string, pointer: string, zh: string, en: string): Finding => ({
  ...{ severity: 'blocker', code, pointer, zh, en },
});
