export {
  type Codes,
  DateOnly,
  Decimal,
  type FieldOptions,
  Flag,
  Instant,
  Int,
  Json,
  ListOf,
  LongText,
  Nested,
  OneOf,
  QUERY,
  Text,
  Uuid,
} from './fields.js';
export { LINE, REQUIRED, schemas, dateOnly, instant, uuid } from './rules.js';
export { fieldErrors, UNKNOWN, validateValue } from './validate.js';
