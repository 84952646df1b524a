/** A schema, as far as what is sent or answered depends on it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  [bound: string]: unknown;
}
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}
export type Content = Record<string, { schema?: Schema }>;
export interface Operation {
  operationId: string;
  /** One of these permissions is enough; none: open to everybody. */
  security: { oauth2?: string[] }[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { content?: Content }>;
}
/** What apps rely on in an OpenAPI document: no texts, no examples, no problems. */
export interface Contract {
  paths: Record<string, Record<string, Operation>>;
  schemas: Record<string, Schema>;
}

const TEXTS = ['description', 'examples', 'example', 'summary', 'tags', 'headers'];

export function contractOf(document: {
  paths: Contract['paths'];
  components: { schemas: Record<string, Schema> };
}): Contract {
  const paths = withoutTexts(document.paths) as Contract['paths'];
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item)))
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses).filter(([status]) => status.startsWith('2')),
    );
  const { Problem: _problem, ...schemas } = document.components.schemas;
  return { paths, schemas: withoutTexts(schemas, true) as Contract['schemas'] };
}

/** `named`: its keys are names that somebody gave, and one may be `description`. */
function withoutTexts(value: unknown, named = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutTexts(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => named || !TEXTS.includes(key))
      .map(([key, one]) => [key, withoutTexts(one, key === 'properties' && !named)]),
  );
}

/** A line for each operation and schema, so that one sees what a release changed. */
export function textOf({ paths, schemas }: Contract): string {
  const lines = (entries: object): string =>
    Object.entries(entries)
      .map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{"paths": {\n${lines(paths)}\n}, "schemas": {\n${lines(schemas)}\n}}\n`;
}
