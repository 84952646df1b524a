/** A media range of `Accept` (RFC 9110 §12.5.1) with its weight. */
interface Range {
  type: string;
  q: number;
}

/**
 * The one of `types` (best first) that an `Accept` header likes most; undefined when it wants none of them. Without a header the first.
 * A more specific range outranks a less specific one, as the standard says; parameters but `q` are not looked at.
 */
export function acceptable(header: string | undefined, types: readonly string[]): string | undefined {
  if (header === undefined || header.trim() === '') return types[0];
  const ranges = header.split(',').map(rangeOf);
  let best: { type: string; q: number } | undefined;
  for (const type of types) {
    const q = weightOf(type, ranges);
    if (q > (best?.q ?? 0)) best = { type, q };
  }
  return best?.type;
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { type, q: q >= 0 && q <= 1 ? q : 0 };
}

function weightOf(type: string, ranges: readonly Range[]): number {
  const group = `${type.split('/', 1)[0]}/*`;
  for (const pattern of [type, group, '*/*']) {
    const found = ranges.find((range) => range.type === pattern);
    if (found) return found.q;
  }
  return 0;
}
