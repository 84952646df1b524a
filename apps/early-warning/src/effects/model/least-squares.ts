/** The intercept of a straight line through points in several dimensions, and its standard error. */
export interface Intercept {
  value: number;
  error: number;
  /** Points beyond those that the coefficients take. */
  freedom: number;
}

/** Keeps slopes of columns that say the same apart; far below what could move the intercept. */
const RIDGE = 1e-8;

/**
 * Ordinary least squares of `y` on the columns and 1. The standard error holds where the spread differs from point to point (HC3:
 * MacKinnon, White: Some heteroskedasticity-consistent covariance matrix estimators with improved finite sample properties, 1985).
 */
export function interceptOf(y: Float64Array, columns: readonly Float64Array[]): Intercept {
  const n = y.length;
  const width = columns.length + 1;
  const at = (row: number, column: number): number => (column === 0 ? 1 : columns[column - 1]![row]!);
  const gram = Array.from({ length: width }, (_, a) =>
    Array.from({ length: width }, (_, b) => {
      let sum = 0;
      for (let row = 0; row < n; row++) sum += at(row, a) * at(row, b);
      return a === b && a > 0 ? sum * (1 + RIDGE) + RIDGE : sum;
    }),
  );
  const inverse = inverseOf(gram);
  const moments = Array.from({ length: width }, (_, a) => {
    let sum = 0;
    for (let row = 0; row < n; row++) sum += at(row, a) * y[row]!;
    return sum;
  });
  const coefficients = inverse.map((row) => row.reduce((sum, value, i) => sum + value * moments[i]!, 0));
  let variance = 0;
  for (let row = 0; row < n; row++) {
    let fitted = 0;
    let leverage = 0;
    let pull = 0;
    for (let a = 0; a < width; a++) {
      fitted += coefficients[a]! * at(row, a);
      pull += inverse[0]![a]! * at(row, a);
      for (let b = 0; b < width; b++) leverage += at(row, a) * inverse[a]![b]! * at(row, b);
    }
    variance += (pull * (y[row]! - fitted)) ** 2 / Math.max(1e-12, 1 - leverage) ** 2;
  }
  return { value: coefficients[0]!, error: Math.sqrt(variance), freedom: n - width };
}

/** Gauss and Jordan, with the largest pivot of the column. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => Number(i === j))]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const by = rows[column]![column]!;
    rows[column] = rows[column]!.map((value) => value / by);
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const times = rows[row]![column]!;
      rows[row] = rows[row]!.map((value, i) => value - times * rows[column]![i]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

/** Two-sided 95 % quantile of Student's t (Fisher, Cornish 1960: an expansion that is right to three digits from twenty degrees of freedom on). */
export function t95(freedom: number): number {
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}
