import type { Schema } from './openapi-schemas.js';

/** How deep an example goes into a schema that contains itself. */
const MOST_LEVELS = 20;

/**
 * An example of a schema, put together from the examples of its fields. Of a request body only what is required; of an answer everything.
 * Undefined where a field has none.
 */
export function exampleOf(
  schema: Schema | undefined,
  schemas: Readonly<Record<string, Schema>>,
  whole: boolean,
  level = 0,
): unknown {
  if (!schema || level > MOST_LEVELS) return undefined;
  const [given] = schema.examples ?? [];
  if (given !== undefined) return given;
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split('/').at(-1)!], schemas, whole, level + 1);
  const [first] = (schema.oneOf ?? schema.anyOf ?? []) as Schema[];
  if (first) return exampleOf(first, schemas, whole, level + 1);
  if (schema.type === 'array') {
    const item = exampleOf(schema.items, schemas, whole, level + 1);
    return item === undefined ? [] : [item];
  }
  if (!schema.properties) return undefined;
  const required = new Set((schema.required ?? []) as string[]);
  const fields = Object.entries(schema.properties).filter(([name]) => whole || required.has(name));
  return Object.fromEntries(
    fields
      .map(([name, field]) => [name, exampleOf(field, schemas, whole, level + 1)] as const)
      .filter(([, value]) => value !== undefined),
  );
}
