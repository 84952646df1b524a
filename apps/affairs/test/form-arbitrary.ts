import fc from 'fast-check';

type Schema = Record<string, unknown>;

/** Texts for the patterns that forms use; one that is not here is a mistake of the test, not of the form. */
const PATTERNS: Record<string, fc.Arbitrary<string>> = {
  '^[0-9A-Z]{18}$': digits(18, 18),
  '^[0-9-]{7,20}$': digits(7, 20),
  '^[0-9]{8,30}$': digits(8, 30),
  '^([01][0-9]|2[0-3]):[0-5][0-9]$': fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${two(hour)}:${two(minute)}`),
};

const day = fc
  .tuple(fc.integer({ min: 2026, max: 2028 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map((parts) => parts.map(two) as [string, string, string]);

const FORMATS: Record<string, fc.Arbitrary<string>> = {
  date: day.map((parts) => parts.join('-')),
  month: day.map(([year, month]) => `${year}-${month}`),
  'date-time': day.map((parts) => `${parts.join('-')}T08:00:00+08:00`),
  email: fc.integer({ min: 1, max: 999 }).map((n) => `student${n}@example.edu`),
  mobile: fc.integer({ min: 0, max: 99_999_999 }).map((n) => `138${String(n).padStart(8, '0')}`),
};

/**
 * Forms that a schema takes, drawn from its data alone: every property that is not known already, the optional ones now and then.
 * What its conditions ask for beyond that is left to whoever filters by the form itself.
 */
export function formArbitrary(schema: Schema, known: readonly string[] = []): fc.Arbitrary<Record<string, unknown>> {
  const properties = Object.entries(schema['properties'] as Record<string, Schema>).filter(
    ([name]) => !known.includes(name),
  );
  const required = ((schema['required'] as string[] | undefined) ?? []).filter((name) => !known.includes(name));
  return fc.record(Object.fromEntries(properties.map(([name, one]) => [name, valueOf(one)])), {
    requiredKeys: required,
  }) as fc.Arbitrary<Record<string, unknown>>;
}

function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const { type, enum: codes, const: only, format, pattern } = schema;
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(codes)) return fc.constantFrom(...(codes as unknown[]));
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Number(schema['minimum'] ?? 0), max: Number(schema['maximum'] ?? 1000) });
    case 'number':
      return fc
        .integer({ min: Math.ceil(Number(schema['minimum'] ?? 0) * 2), max: Number(schema['maximum'] ?? 1000) * 2 })
        .map((n) => n / 2);
    case 'array': {
      const of = { minLength: Number(schema['minItems'] ?? 0), maxLength: Math.min(Number(schema['maxItems']), 3) };
      const item = valueOf(schema['items'] as Schema);
      return schema['uniqueItems'] ? fc.uniqueArray(item, of) : fc.array(item, of);
    }
    case 'object':
      return formArbitrary(schema);
    default: {
      const text = known(PATTERNS, pattern) ?? known(FORMATS, format);
      if (text) return text;
      const most = Math.min(Number(schema['maxLength']), 12);
      return fc
        .array(fc.constantFrom(...'办事缓考材料齐全甲乙丙丁'), { minLength: Math.min(2, most), maxLength: most })
        .map((all) => all.join(''));
    }
  }
}

function known(of: Record<string, fc.Arbitrary<string>>, name: unknown): fc.Arbitrary<string> | undefined {
  if (name === undefined) return undefined;
  const found = of[String(name)];
  if (!found) throw new Error(`Nothing is drawn for ${String(name)} yet`);
  return found;
}

function digits(minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...'0123456789'), { minLength, maxLength }).map((all) => all.join(''));
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
