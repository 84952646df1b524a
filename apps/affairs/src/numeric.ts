import type { ColumnOptions } from 'typeorm';

/** A column of a number with two decimals; the driver gives such a number as text. */
export const NUMERIC: ColumnOptions = {
  type: 'numeric',
  precision: 8,
  scale: 2,
  transformer: {
    to: (value: unknown) => value,
    from: (value: string | null) => (value === null ? null : Number(value)),
  },
};
