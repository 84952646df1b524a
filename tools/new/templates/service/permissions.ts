import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {} as const satisfies Record<string, Bilingual>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {};
