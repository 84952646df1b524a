export { unprintable } from './glyphs.js';
export { type Manuscript, NotTypesettable, Typesetter, TypesettingTooSlow } from './typesetter.js';
export { codeOf, grouped, newCode } from './verification-code.js';
