/** One group of students: how many, and of them how many did something. */
export interface Cell {
  all: number;
  some: number;
}
export type ShownCell = { [K in keyof Cell]: number | null };

/**
 * What of the counts of groups may be told, so that no number of fewer than `k` students is told or follows: neither who did it, nor
 * who did not, nor by subtraction from the total (Hundepool et al.: Statistical disclosure control, 2012: primary and complementary
 * suppression). Of `some`, 0 is told: nobody did it.
 */
export function safeCells(cells: readonly Cell[], k: number): { cells: ShownCell[]; total: ShownCell } {
  const isSmall = (n: number): boolean => n > 0 && n < k;
  const hideAll = complemented(
    cells.map(({ all }) => all),
    (i) => isSmall(cells[i]!.all),
  );
  const hideSome = complemented(
    cells.map(({ some }) => some),
    (i) => hideAll[i]! || isSmall(cells[i]!.some) || (cells[i]!.some > 0 && cells[i]!.all - cells[i]!.some < k),
  );
  const total = { all: sum(cells.map(({ all }) => all)), some: sum(cells.map(({ some }) => some)) };
  const tellsFew = isSmall(total.some) || (total.some > 0 && total.all - total.some < k);
  const all =
    isSmall(total.all) ||
    tellsHidden(
      hideAll,
      cells.map((cell) => cell.all),
    )
      ? null
      : total.all;
  const hiddenSome =
    tellsHidden(
      hideSome,
      cells.map(({ some }) => some),
    ) ||
    tellsHidden(
      hideSome,
      cells.map((cell) => cell.all - cell.some),
    );
  const some = isSmall(total.all) || tellsFew || hiddenSome ? null : total.some;
  return {
    cells: cells.map((cell, i) => ({ all: hideAll[i] ? null : cell.all, some: hideSome[i] ? null : cell.some })),
    total: { all, some },
  };

  /** Whether the total would tell what one cell hides, or that it is little what several hide together. */
  function tellsHidden(hide: readonly boolean[], values: readonly number[]): boolean {
    const hidden = values.filter((_, i) => hide[i]);
    return hidden.length === 1 || isSmall(sum(hidden));
  }
}

/** Where one cell alone is hidden, the smallest other hides with it: else the total would tell it. */
function complemented(values: readonly number[], hidden: (i: number) => boolean): boolean[] {
  const hide = values.map((_, i) => hidden(i));
  if (hide.filter(Boolean).length !== 1) return hide;
  const [next] = values
    .map((value, i) => ({ value, i }))
    .filter(({ value, i }) => !hide[i] && value > 0)
    .sort((a, b) => a.value - b.value);
  if (next) hide[next.i] = true;
  return hide;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
