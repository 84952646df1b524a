import { awaited } from './available-actions.js';
import type { Definition } from './definition.js';
import { act, begin, type Versions } from './fold.js';
import type { Action, Instance } from './instance.js';
import { type StepRow, stepRows } from './step-rows.js';

/** What an action of the history came to when it was worked out anew, from its definition version and its frozen inputs alone. */
export interface ReplayedAction {
  no: number;
  op: string;
  at: string;
  definitionVersion: number;
  /** Where the case was then: the step, or how it ended. */
  state: string;
  /** For whom it waited then. */
  waitsFor: string[];
  /** By when the step was to be decided. */
  dueAt: string | null;
}

/** Something that is stored in another way than it is worked out. */
export interface Difference {
  /** The action; null: where the case stands now. */
  no: number | null;
  what: string;
  stored: string;
  computed: string;
}

export interface Replay {
  actions: ReplayedAction[];
  differences: Difference[];
}

/** A case as its tables have it. */
export interface StoredCase {
  head: {
    definitionVersion: number;
    status: string;
    suspended: boolean;
    dueAt: string | null;
    overdueSince: string | null;
  };
  steps: StepRow[];
  actions: { no: number; from: string | null; to: string; definitionVersion: number; content: Action }[];
}

/** Works a case out anew and holds it against what is stored. `stateOf`: see workflows.ts. */
export function replay(
  versions: Versions,
  { head, steps, actions }: StoredCase,
  stateOf: (instance: Instance) => string,
): Replay {
  const found: Replay = { actions: [], differences: [] };
  const written = new Map<number, StepRow>();
  let instance: Instance | undefined;
  const differ = (no: number | null, what: string, stored: unknown, computed: unknown): void => {
    const [ours, theirs] = [text(computed), text(stored)];
    if (ours !== theirs) found.differences.push({ no, what, stored: theirs, computed: ours });
  };
  for (const [i, { no, to, definitionVersion, content }] of actions.entries()) {
    try {
      instance = instance ? act(versions, instance, content) : begin(versions, content);
    } catch (error) {
      found.differences.push({ no, what: 'history', stored: content.command.op, computed: (error as Error).message });
      return found;
    }
    differ(no, 'no', no, i + 1);
    differ(no, 'definitionVersion', definitionVersion, instance.definitionVersion);
    // Signers that are found anew, and what was done then, are written together, with the state after both.
    const together = content.command.op === 'refresh' && actions[i + 1]?.content.at === content.at;
    if (!together) {
      differ(no, 'state', to, stateOf(instance));
      write(written, versions.get(instance.definitionVersion) as Definition, instance);
    }
    found.actions.push({
      ...{ no, op: content.command.op, at: content.at, definitionVersion: instance.definitionVersion },
      ...{ state: stateOf(instance), waitsFor: awaited(instance), dueAt: instance.visit?.dueAt ?? null },
    });
  }
  if (!instance) throw new Error('A case begins with its submission');
  const running = instance.status === 'running';
  differ(null, 'definitionVersion', head.definitionVersion, instance.definitionVersion);
  differ(null, 'status', head.status, instance.status);
  differ(null, 'suspended', head.suspended, instance.suspended !== null);
  differ(null, 'dueAt', head.dueAt, running ? (instance.visit?.dueAt ?? null) : null);
  differ(null, 'overdueSince', head.overdueSince, running ? (instance.visit?.overdueSince ?? null) : null);
  for (const row of steps) {
    differ(null, `signature ${row.signer}`, row, written.get(row.signer) ?? null);
    written.delete(row.signer);
  }
  for (const [signer, row] of written) differ(null, `signature ${signer}`, null, row);
  return found;
}

/** Signatures as an action leaves their rows: of what is no longer asked for, the row stays as it was decided, or is void. */
function write(rows: Map<number, StepRow>, definition: Definition, instance: Instance): void {
  const asked = new Map(stepRows(definition, instance).map((row) => [row.signer, row]));
  for (const [signer, row] of rows)
    if (!asked.has(signer) && ['open', 'waiting'].includes(row.state)) rows.set(signer, { ...row, state: 'void' });
  for (const [signer, row] of asked) rows.set(signer, row);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, sortedKeys);
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
