import { ROSTER_SHEET, type TableSpec } from '#exchange';
import type { ImportKind } from './import.entity.js';
import { PLACES } from './places/file.js';

/** The kinds of import whose file is one table, and what it is like. */
export const TABLES: Partial<Record<ImportKind, TableSpec<string>>> = { places: PLACES, 'roster-sheet': ROSTER_SHEET };
