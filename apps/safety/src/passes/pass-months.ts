import type { MonthlyTable } from '#database';

/** Passes lie in months of their instant. */
export const PASS_MONTHS: MonthlyTable = { schema: 'safety', table: 'pass', column: 'at' };

/** The night check looks back at sixty nights at most, and its outages at as many before them. */
export const LOWEST_PASS_MONTHS = 3;
