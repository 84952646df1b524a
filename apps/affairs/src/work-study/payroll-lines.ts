/** Minutes of one student in one post at one rate. */
export interface Due {
  studentId: string;
  postId: string;
  hourlyFen: number;
  minutes: number;
}

/** A row of a payroll; of a reversal minutes and amount are those of the row it reverses, below zero. */
export interface Line extends Due {
  amountFen: number;
  /** The row it takes back. */
  reverses: string | null;
}

/** Pay in fen, half a fen up. */
export function amountOf({ minutes, hourlyFen }: Pick<Due, 'minutes' | 'hourlyFen'>): number {
  return Math.round((minutes * hourlyFen) / 60);
}

/**
 * Rows that bring what is paid to what is due: where a closed row says otherwise it is reversed and, unless nothing is due, written anew.
 * `standing`: rows of closed payrolls that are neither reversals nor reversed.
 */
export function linesFor(due: readonly Due[], standing: readonly (Due & { id: string })[]): Line[] {
  const wanted = new Map(due.map((one) => [keyOf(one), one]));
  const paid = new Map(standing.map((one) => [keyOf(one), one]));
  const keys = [...new Set([...paid.keys(), ...wanted.keys()])].sort();
  return keys.flatMap((key): Line[] => {
    const [before, now] = [paid.get(key), wanted.get(key)];
    if ((before?.minutes ?? 0) === (now?.minutes ?? 0)) return [];
    const reversal = before && {
      ...{ studentId: before.studentId, postId: before.postId, hourlyFen: before.hourlyFen },
      ...{ minutes: -before.minutes, amountFen: -amountOf(before), reverses: before.id },
    };
    const anew = now && now.minutes > 0 && { ...now, amountFen: amountOf(now), reverses: null };
    return [reversal, anew].filter((line): line is Line => Boolean(line));
  });
}

function keyOf({ studentId, postId, hourlyFen }: Due): string {
  return `${studentId} ${postId} ${hourlyFen}`;
}
