import { type Definition, levelsOf, type SignerRule, type StepDefinition } from './definition.js';
import { type Instance, type Signer, tasksOf, type Visit } from './instance.js';

/** A row of `workflow_step`. */
export interface StepRow {
  signer: number;
  visit: number;
  step: string;
  state: 'open' | 'waiting' | 'approved' | 'rejected' | 'returned' | 'void';
  candidates: string[];
  post: string | null;
  unit_kind: string | null;
  over_unit: boolean;
  named_unit: string | null;
  apart: boolean;
  also: string[];
  also_post: string | null;
  also_unit: string | null;
  stand_in: boolean;
  answering: string | null;
  decided_by: string | null;
  instead_of: string | null;
  entered_at: string;
  decided_at: string | null;
}

/** The signatures of a case as rows: an open one stands in the inboxes of exactly those who `tasksOf` says. */
export function stepRows(definition: Definition, instance: Instance): StepRow[] {
  const { visit, status, passed } = instance;
  const open = new Set(tasksOf(instance).map(({ signer }) => signer?.no ?? 0));
  const visits = visit && !passed.some(({ no }) => no === visit.no) ? [...passed, visit] : passed;
  const rows = visits.flatMap((one) =>
    one.seats.flatMap((seat) => {
      const coming = one === visit && status === 'running';
      return seat.signers.map((signer): StepRow => {
        const undecided = open.has(signer.no) ? 'open' : coming ? 'waiting' : 'void';
        return { ...rowOf(definition, one, signer), state: signer.decision ?? undecided };
      });
    }),
  );
  if (status !== 'returned') return rows;
  const correction: StepRow = {
    ...{
      signer: 0,
      visit: 0,
      step: 'initiator',
      state: open.has(0) ? 'open' : 'waiting',
      candidates: instance.initiators,
    },
    ...{ post: null, unit_kind: null, over_unit: false, named_unit: null, apart: false, stand_in: false },
    ...{ also: [], also_post: null, also_unit: null },
    ...{ answering: null, decided_by: null, instead_of: null },
    ...{ entered_at: (visit as Visit).enteredAt, decided_at: null },
  };
  return [...rows, correction];
}

/** What an action changes: rows that are new or others than before, and the signatures that nobody is asked for any more. */
export function changedRows(
  before: readonly StepRow[],
  after: readonly StepRow[],
): { steps: StepRow[]; gone: number[] } {
  const known = new Map(before.map((row) => [row.signer, row]));
  const steps = after.filter((row) => {
    const was = known.get(row.signer);
    known.delete(row.signer);
    return !was || JSON.stringify(was) !== JSON.stringify(row);
  });
  const asked = [...known.values()].filter(({ state }) => state === 'open' || state === 'waiting');
  return { steps, gone: asked.map(({ signer }) => signer) };
}

function rowOf(definition: Definition, visit: Visit, signer: Signer): Omit<StepRow, 'state'> {
  const { no, candidates, also, delegated, standIn, by, insteadOf, at } = signer;
  const step = definition.steps.find(({ key }) => key === visit.step);
  const rule = signer.rule === null ? undefined : step?.signers[signer.rule];
  const adds = step && addingRule(step);
  return {
    ...{ signer: no, visit: visit.no, step: visit.step, candidates },
    ...{ post: rule?.post ?? null, unit_kind: rule?.unitKind ?? null, over_unit: rule?.over === 'unit' },
    ...{ named_unit: rule?.unit ?? null, apart: rule?.each ?? false, stand_in: standIn },
    ...{ also, also_post: adds?.post ?? null, also_unit: adds?.unit ?? null },
    answering: delegated?.to ?? null,
    ...{ decided_by: by, instead_of: insteadOf, entered_at: visit.enteredAt, decided_at: at },
  };
}

/** The rule that says how those added by escalation see the case: of several, one that finds them by another way than a post over the subject. */
function addingRule(step: StepDefinition): SignerRule | undefined {
  const rules = levelsOf(step).flatMap(({ then, to }) => (to && then !== 'supervise' ? to : []));
  return rules.find(({ post, unit }) => !post || unit) ?? rules[0];
}
