import type { Command, DeadlineAction, StepDefinition } from '#workflow';

/**
 * The same flow told in another way: a step is a running program, a return that comes back is a call within it, and taking back is
 * running the journal again without what was taken back. No state is kept but the journal.
 */
export interface Entry {
  person: string;
  command: Command;
  /** In hours. */
  at: number;
  /** Row and place in it of the signature it is about. */
  place?: [number, number];
  /** Of a level that lets others decide: places of the signatures that were open then. */
  open?: string[];
  /** Of a level that tells: whom it told then, whatever is taken back afterwards. */
  told?: string[];
}

/** What happens with a step so many hours after its beginning, and who holds the post that it names. */
export interface Level {
  hours: number;
  then: DeadlineAction;
  holders: string[];
}

interface Mark {
  people: string[];
  /** Added by levels that let others decide. */
  also: string[];
  /** Of the step itself; nobody added it, and it was not handed on. */
  own: boolean;
  yes: boolean | null;
  by: string | null;
  /** Index in the journal of the signature, and of the delegation. */
  signedAt: number;
  lent: { to: string; by: string; at: number } | null;
  addedBy: string | null;
}

type Row = Mark[];
interface Seen {
  status: 'running' | 'returned' | 'approved' | 'rejected' | 'withdrawn';
  resting: boolean;
  step: string | null;
  rows: Row[];
  /** Changes with each beginning of a step. */
  beginning: number;
  watch: Watch;
}

/** A stopwatch: it rests while the case does. */
interface Watch {
  levels: Level[];
  /** The hour at which it would have begun, had nothing rested. */
  from: number;
  /** Levels that were reached. */
  reached: number;
  /** When the first of them was to be. */
  overdue: number | null;
  told: string[] | null;
}

/** The hour of the next level. */
export function nextLevel({ levels, from, reached }: Watch): number | null {
  const level = levels[reached];
  return level ? from + level.hours : null;
}
type Went = { how: 'passed' | 'rejected' | 'initiator' } | { how: 'goto'; step: string };

class Withdrawn extends Error {}

/** Everything that may be compared with an instance, after the journal. */
export function play(
  steps: StepDefinition[],
  signers: (step: StepDefinition) => string[][],
  levels: (step: StepDefinition) => Level[],
  standIn: string,
  journal: readonly Entry[],
): Seen {
  let at = -1;
  let beginnings = 0;
  const watchOf = (all: Level[]): Watch => ({
    ...{ levels: all, from: journal[at]?.at ?? 0, reached: 0, overdue: null, told: null },
  });
  let seen: Seen = { status: 'running', resting: false, step: null, rows: [], beginning: 0, watch: watchOf([]) };

  function* hear(now: Omit<Seen, 'resting'>): Generator<Seen, Entry, Entry> {
    let entry = yield { ...now, resting: false };
    while (entry.command.op === 'suspend') {
      const since = entry.at;
      do {
        if (entry.command.op === 'withdraw') throw new Withdrawn();
        entry = yield { ...now, resting: true };
      } while (entry.command.op !== 'resume');
      const { watch } = now;
      // What should have happened by then happens when it goes on, and the rest as long after that.
      watch.from += entry.at - Math.min(since, nextLevel(watch) ?? since);
      entry = yield { ...now, resting: false };
    }
    if (entry.command.op === 'withdraw') throw new Withdrawn();
    return entry;
  }

  function* askInitiator(step: string, rows: Row[]): Generator<Seen, void, Entry> {
    yield* hear({ status: 'returned', step, rows, beginning: ++beginnings, watch: watchOf([]) });
    beginnings++;
  }

  function* stepRuns(step: StepDefinition): Generator<Seen, Went, Entry> {
    const people = signers(step);
    const mark = (who: string[], addedBy: string | null = null): Mark => ({
      ...{ people: who, also: [], own: addedBy === null, yes: null, by: null, signedAt: -1, lent: null, addedBy },
    });
    let rows: Row[] = step.mode === 'serial' ? [people.map((who) => mark(who))] : people.map((who) => [mark(who)]);
    let beginning = ++beginnings;
    let watch = watchOf(levels(step));
    for (;;) {
      const entry = yield* hear({ status: 'running', step: step.key, rows, beginning, watch });
      const { person, command, place: [r, c] = [-1, -1] } = entry;
      const row = rows[r] ?? [];
      const own = row[c] as Mark;
      if (command.op === 'approve' || command.op === 'reject') {
        Object.assign(own, { yes: command.op === 'approve', by: person, signedAt: at });
      } else if (command.op === 'delegate') own.lent = { to: command.to, by: person, at };
      else if (command.op === 'answer') own.lent = null;
      else if (command.op === 'transfer')
        Object.assign(own, { people: [command.to], also: [], own: false, lent: null });
      else if (command.op === 'expire') reach(watch, rows, entry);
      else if (command.op === 'remove-signer') {
        rows = rows.map((marks) => marks.filter((one) => one !== own)).filter((marks) => marks.length > 0);
      } else if (command.op === 'add-signer') {
        const added = mark([command.to], person);
        if (command.where === 'parallel') rows = [...rows, [added]];
        else row.splice(row.indexOf(own) + (command.where === 'after' ? 1 : 0), 0, added);
      } else if (command.op === 'return') {
        const toInitiator = command.to === 'initiator';
        if (command.then === 'on') {
          return toInitiator ? { how: 'initiator' } : { how: 'goto', step: command.to };
        }
        if (toInitiator) yield* askInitiator(step.key, rows);
        else {
          const went = yield* stepRuns(steps.find(({ key }) => key === command.to) as StepDefinition);
          if (went.how !== 'passed') return went;
        }
        beginning = ++beginnings;
        watch = watchOf(levels(step));
        for (const one of rows.flat()) if (one.yes === null) one.also = [];
      }
      const verdict = count(step, rows);
      if (verdict !== 'open') {
        if (verdict === 'rejected') {
          seen = { status: 'rejected', resting: false, step: step.key, rows, beginning, watch };
        }
        return { how: verdict };
      }
    }
  }

  /** The next level has come. */
  function reach(watch: Watch, rows: Row[], entry: Entry): void {
    watch.overdue ??= nextLevel(watch);
    const { then } = watch.levels[watch.reached++] as Level;
    const waits = rows.flatMap((row) => (next(row) ? peopleOf(next(row) as Mark) : []));
    /** Who holds the post of a level or, if nobody does, of the nearest above. */
    const found = (n: number, but: string[]): string[] | undefined =>
      watch.levels
        .slice(n)
        .map(({ holders }) => holders.filter((one) => !but.includes(one)))
        .find((people) => people.length > 0);
    if (then === 'supervise') watch.told = entry.told ??= found(watch.reached - 1, waits) ?? [];
    if (then === 'escalate') {
      const reached = watch.levels.slice(0, watch.reached);
      const added = reached.flatMap((level, n) => (level.then === 'escalate' ? [found(n, []) ?? [standIn]] : []));
      watch.told = added.at(-1) as string[];
      entry.open ??= rows.flatMap((row, i) => (next(row) ? [`${i} ${row.indexOf(next(row) as Mark)}`] : []));
      for (const [i, row] of rows.entries())
        for (const [j, one] of row.entries())
          if (entry.open.includes(`${i} ${j}`) || (one.own && one.also.length > 0))
            one.also.push(...(one.own ? added : added.slice(-1)).flat());
    }
    if (then !== 'approve') return;
    for (const row of rows.filter((marks) => marks.every(({ yes }) => yes !== false)))
      for (const one of row) if (one.yes === null) Object.assign(one, { yes: true, lent: null });
  }

  function* caseRuns(): Generator<Seen, 'approved' | 'rejected', Entry> {
    for (let i = 0; i < steps.length;) {
      const went: Went = yield* stepRuns(steps[i] as StepDefinition);
      if (went.how === 'rejected') return 'rejected';
      if (went.how === 'passed') i++;
      else if (went.how === 'goto') i = steps.findIndex(({ key }) => key === went.step);
      else {
        yield* askInitiator(seen.step as string, seen.rows);
        i = 0;
      }
    }
    return 'approved';
  }

  const running = caseRuns();
  let turn = running.next();
  for (;;) {
    if (turn.done) return { ...seen, status: turn.value, resting: false };
    seen = turn.value;
    const entry = journal[++at];
    if (!entry) return seen;
    try {
      turn = running.next(entry);
    } catch (error) {
      if (!(error instanceof Withdrawn)) throw error;
      return { ...seen, status: 'withdrawn', resting: false };
    }
  }
}

/** Who may sign, answer or correct now. */
export function waitingFor({ status, resting, rows }: Seen, initiator: string): string[] {
  if (resting || (status !== 'running' && status !== 'returned')) return [];
  if (status === 'returned') return [initiator];
  return [...new Set(rows.flatMap((row) => (next(row) ? peopleOf(next(row) as Mark) : [])))].sort();
}

/** The journal without what the person takes back; undefined: there is nothing. `move`: index of the move that may be taken back. */
export function withoutLast(
  { status, resting, rows }: Seen,
  journal: readonly Entry[],
  person: string,
  move: number | null,
): Entry[] | undefined {
  if (resting || (status !== 'running' && status !== 'returned')) return undefined;
  const drop = (index: number): Entry[] => journal.filter((_, i) => i !== index);
  if (status === 'running') {
    const lent = rows.map(next).find((mark) => mark?.lent?.by === person);
    if (lent?.lent) return drop(lent.lent.at);
  }
  // Whoever takes a move back finds the case as it was before: what rested since did not.
  if (move !== null && journal[move]?.person === person) return journal.slice(0, move);
  if (status !== 'running') return undefined;
  const last = rows.flatMap((row) =>
    row.some(({ yes }) => yes === false) ? [] : (row.filter(({ yes }) => yes).at(-1) ?? []),
  );
  const signed = last.filter(({ by }) => by === person).sort((a, b) => b.signedAt - a.signedAt)[0];
  return signed && drop(signed.signedAt);
}

function next(row: Row): Mark | undefined {
  return row.some(({ yes }) => yes === false) ? undefined : row.find(({ yes }) => yes === null);
}

function peopleOf(mark: Mark): string[] {
  return mark.lent ? [mark.lent.to] : ableOf(mark);
}

export function ableOf({ people, also }: Mark): string[] {
  return [...new Set([...people, ...also])].sort();
}

function count({ mode, needed, signers }: StepDefinition, rows: Row[]): 'passed' | 'rejected' | 'open' {
  const weight = (row: Row, i: number): number =>
    mode === 'weighted' && row.length > 0 ? (signers[i]?.weight ?? 1) : 1;
  let [yes, no, all] = [0, 0, 0];
  for (const [i, row] of rows.entries()) {
    all += weight(row, i);
    if (row.every((mark) => mark.yes === true)) yes += weight(row, i);
    if (row.some((mark) => mark.yes === false)) no += weight(row, i);
  }
  const enough = { serial: all, countersign: all, any: 1, 'k-of-n': needed as number, weighted: needed as number }[
    mode
  ];
  if (yes >= enough) return 'passed';
  if (mode === 'any') return no > 0 ? 'rejected' : 'open';
  return all - no < enough ? 'rejected' : 'open';
}
