import { APPOINTMENT_KINDS, type Bilingual, PLACE_KINDS, UNIT_KINDS } from '#contracts';
import {
  type Condition,
  DEADLINE_ACTIONS,
  type DeadlineLevel,
  type Definition,
  levelsOf,
  MODES,
  type SignerRule,
  type StepDefinition,
} from './definition.js';
import { CASE_STATUSES } from './instance.js';

/** The states of a definition and the arrows between them, as a Mermaid state diagram. */
export function pictureOf({ steps }: Definition): string {
  const id = (key: string): string => key.replace(/-/g, '_');
  const lines = ['stateDiagram-v2'];
  for (const step of steps) lines.push(`  ${id(step.key)}: ${both(step.name)} · ${both(MODES[step.mode])}`);
  for (const step of steps) lines.push(...noteOf(step, id(step.key)));
  const returning = steps.filter(({ returnTo }) => returnTo.includes('initiator'));
  const states: (keyof typeof CASE_STATUSES)[] = [
    'approved',
    'rejected',
    'withdrawn',
    ...(returning.length > 0 ? (['returned'] as const) : []),
  ];
  for (const state of states) lines.push(`  ${state}: ${both(CASE_STATUSES[state])}`);
  lines.push(...ways(steps, -1, '[*]', '提交 / submit', id));
  for (const [i, step] of steps.entries()) {
    const from = id(step.key);
    lines.push(...ways(steps, i, from, '同意 / approve', id));
    lines.push(`  ${from} --> rejected: 不同意 / reject`);
    if (step.returnTo.includes('initiator')) lines.push(`  ${from} --> returned: 退回 / return`);
    if (step.returnTo.includes('earlier')) {
      for (const earlier of steps.slice(0, i)) lines.push(`  ${from} --> ${id(earlier.key)}: 退回 / return`);
    }
    lines.push(`  ${from} --> withdrawn: 撤回 / withdraw`);
  }
  if (returning.length > 0) {
    lines.push(...ways(steps, -1, 'returned', '重新提交 / resubmit', id));
    for (const { key, afterReturn } of returning) {
      if (afterReturn.includes('back')) lines.push(`  returned --> ${id(key)}: 补正后直达 / back to who returned`);
    }
    lines.push('  returned --> withdrawn: 撤回 / withdraw');
  }
  for (const end of ['approved', 'rejected', 'withdrawn']) lines.push(`  ${end} --> [*]`);
  return lines.join('\n');
}

/** A row for each step: who signs, when it is asked for, by when. */
export function tableOf({ steps, standIn }: Definition): string {
  const rows = steps.map((step) => {
    const signers = step.signers.map(signerText).join('；');
    return `| ${both(step.name)} | ${signers} | ${both(MODES[step.mode])}${step.needed ? ` (${step.needed})` : ''} | ${conditionText(step.when)} | ${deadlineText(step)} | ${textOfStandIn(step.standIn ?? standIn)} |`;
  });
  return [
    '| 环节 / step | 签批人 / signers | 方式 / mode | 条件 / when | 时限 / deadline | 无人时 / stand-in |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Arrows to whichever step comes next: the next one, or a later one when those between are not asked for. */
function ways(
  steps: StepDefinition[],
  from: number,
  state: string,
  label: string,
  id: (key: string) => string,
): string[] {
  const arrows: string[] = [];
  const skipped: StepDefinition[] = [];
  for (const step of steps.slice(from + 1)) {
    // Whoever comes here would have been asked by a step before.
    if (skipped.some((earlier) => implies(step.when, earlier.when))) continue;
    skipped.push(step);
    const when = step.when.length > 0 ? ` [${conditionText(step.when)}]` : '';
    arrows.push(`  ${state} --> ${id(step.key)}: ${label}${when}`);
    if (!when) return arrows;
  }
  return from < 0
    ? arrows
    : [...arrows, `  ${state} --> approved: ${label}${arrows.length > 0 ? ' [否则 / otherwise]' : ''}`];
}

/** Do the first conditions hold only where the others hold too? */
function implies(first: readonly Condition[], others: readonly Condition[]): boolean {
  return others.every(({ fact, atLeast = -Infinity, atMost = Infinity, oneOf }) =>
    first.some(
      (one) =>
        one.fact === fact &&
        (one.atLeast ?? -Infinity) >= atLeast &&
        (one.atMost ?? Infinity) <= atMost &&
        (oneOf === undefined || (one.oneOf?.every((value) => oneOf.includes(value)) ?? false)),
    ),
  );
}

function textOfStandIn(rule: SignerRule | null): string {
  return rule ? signerText(rule) : '–';
}

function conditionText(when: readonly Condition[]): string {
  const parts = when.map(({ fact, atLeast, atMost, oneOf }) => {
    const range = [
      ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
      ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
    ];
    return [fact, ...range, ...(oneOf ? [oneOf.join('/')] : [])].join(' ');
  });
  return parts.length > 0 ? parts.join(', ') : '–';
}

function signerText({ by, post, unitKind, personId, unit: code }: SignerRule): string {
  if (by === 'person') return personId ?? '';
  if (by === 'chosen') return '申请人选定 / chosen by the initiator';
  if (by === 'system' || !post) return '系统 / system';
  const unit = unitKind ? ({ ...UNIT_KINDS, ...PLACE_KINDS } as Record<string, Bilingual>)[unitKind] : undefined;
  const where = [...(code ? [code] : []), ...(unit ? [both(unit)] : [])].join(', ');
  return where ? `${both(APPOINTMENT_KINDS[post])} (${where})` : both(APPOINTMENT_KINDS[post]);
}

function deadlineText(step: StepDefinition): string {
  return levelsOf(step).map(levelText).join('<br>') || '–';
}

/** The levels of a step's deadline, beside its state. */
function noteOf(step: StepDefinition, state: string): string[] {
  const levels = levelsOf(step).map((level) => `    ${levelText(level)}`);
  return levels.length > 0 ? [`  note right of ${state}`, ...levels, '  end note'] : [];
}

function levelText({ hours, workingDays, then, to, source }: DeadlineLevel): string {
  const after = hours === undefined ? `${workingDays} 个工作日 / working days` : `${hours} h`;
  const whom = to ? ` → ${signerText(to)}` : '';
  return `${after}: ${both(DEADLINE_ACTIONS[then])}${whom}${source ? ` (${source})` : ''}`;
}

function both({ zh, en }: Bilingual): string {
  return `${zh} / ${en}`;
}
