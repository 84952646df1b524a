export { dateIn, hasInvisible, instantIn } from './cells.js';
export { ByteCheck, decode, decoded, type Encoding, guessEncoding } from './encoding.js';
export { type Columns, type HeaderError, readHeader } from './headers.js';
