import { Transform } from 'class-transformer';

/** Settings come as texts. */
export const flag = Transform(({ value }) => (typeof value === 'string' ? value === 'true' || value === '1' : value));
export const list = Transform(({ value }) =>
  typeof value === 'string' ? value.split(',').map((s) => s.trim()) : value,
);
export const number = Transform(({ value }) => (typeof value === 'string' ? Number(value) : value));
export const ANY_HOST = { require_tld: false, require_protocol: true };
