const FORBIDDEN = /\0|\p{Surrogate}/u;

/** NUL and lone surrogates: PostgreSQL refuses the one and silently changes the other. */
export function isCleanText(value: string): boolean {
  return !FORBIDDEN.test(value);
}
