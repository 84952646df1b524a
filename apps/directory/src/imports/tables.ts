import type { TableSpec } from '#exchange';
import type { ImportKind } from './import.entity.js';
import { PLACES } from './places/file.js';
import { SHEET } from './sheet/file.js';

/** The kinds of import whose file is one table, and what it is like. */
export const TABLES: Partial<Record<ImportKind, TableSpec<string>>> = { places: PLACES, 'roster-sheet': SHEET };
