/**
 * Lets plain Node run the TypeScript sources: `node --import ./libs/testing/jest/sources.js some/script.ts`.
 * Jest starts its global setup outside its own module system, and process tests start programs; both shall run what
 * is in the editor, not what was compiled some time ago.
 */
import { register } from 'node:module';

register('./source-hooks.js', import.meta.url);
