/** The part of a schema object that is rewritten here. */
export interface Schema {
  type?: string | string[];
  /** Written by libs/fields: @nestjs/swagger's own `nullable` loses a class that is named by a function. */
  'x-nullable'?: boolean;
  example?: unknown;
  examples?: unknown[];
  $ref?: string;
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  [key: string]: unknown;
}

const defined: Record<string, Schema> = {};

/** Adds components, in the dialect of OpenAPI 3.1, for what no class can say; a document holds those that it refers to. */
export function defineSchemas(schemas: Record<string, Schema>): void {
  Object.assign(defined, schemas);
}

export function definedSchemas(): Record<string, Schema> {
  return structuredClone(defined);
}

/** From the dialect of OpenAPI 3.0 that @nestjs/swagger writes to JSON Schema 2020-12 (OpenAPI 3.1). */
export function toJsonSchema(schema: Schema): Schema {
  const { 'x-nullable': nullable, example, allOf, items, properties, ...rest } = schema;
  const result: Schema = { ...rest };
  if (example !== undefined) result.examples = [example];
  if (items) result.items = toJsonSchema(items);
  if (properties) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [name, toJsonSchema(child)]),
    );
  }
  const [only] = allOf ?? [];
  if (allOf && allOf.length === 1 && only) {
    if (nullable) result.oneOf = [only, { type: 'null' }];
    else Object.assign(result, only);
  } else if (allOf) {
    result.allOf = allOf.map(toJsonSchema);
  }
  if (nullable && typeof result.type === 'string') result.type = [result.type, 'null'];
  if (nullable && Array.isArray(result.enum)) result.enum = [...(result.enum as unknown[]), null];
  return result;
}

/** The components of one kind that `root` refers to, directly or through others, by name. */
export function referenced<T>(root: unknown, components: Record<string, T>): Record<string, T> {
  const found: Record<string, T> = {};
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      const name = key === '$ref' && typeof child === 'string' ? child.split('/').at(-1)! : undefined;
      if (name !== undefined) {
        const component = components[name];
        if (!component || found[name]) continue;
        found[name] = component;
        visit(component);
      } else {
        visit(child);
      }
    }
  };
  visit(root);
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}
