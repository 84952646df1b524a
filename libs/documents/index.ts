export { unprintable } from './glyphs.js';
export { type Manuscript, NotTypesettable, Typesetter, TypesettingTooSlow } from './typesetter.js';
