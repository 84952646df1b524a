/** The parts of an OpenAPI 3.1 document that are looked at here. */
interface Schema {
  $ref?: string;
  description?: string;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
}
interface Operation {
  summary?: string;
  description?: string;
  security?: object[];
  parameters?: { name: string; description?: string; example?: unknown; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, object>;
}
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const EVERYWHERE = ['400', '429', '500', '503'];
const WITH_TOKEN = ['401', '403'];

/** What a reader of the document would miss: descriptions, examples, problem responses. One line per gap. */
export function gapsIn({ paths, components }: Document): string[] {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
  return [
    ...operations.flatMap(([name, operation]) => gapsOfOperation(operation).map((gap) => `${name}: ${gap}`)),
    ...Object.entries(components.schemas).flatMap(([name, schema]) =>
      gapsOfSchema(schema).map((gap) => `${name}.${gap}`),
    ),
  ];
}

function gapsOfOperation({ summary, description, security, parameters = [], responses }: Operation): string[] {
  const expected = [...EVERYWHERE, ...(security?.length === 0 ? [] : WITH_TOKEN)];
  return [
    ...(summary && description ? [] : ['has no @Summary(zh, en)']),
    ...(Object.keys(responses).some((status) => status.startsWith('2') || status.startsWith('3'))
      ? []
      : ['never succeeds']),
    ...expected.filter((status) => !(status in responses)).map((status) => `has no problem response ${status}`),
    ...parameters.flatMap(({ name, description: text, example, schema }) => [
      ...(text ? [] : [`parameter ${name} has no description`]),
      ...(example !== undefined || schema?.examples ? [] : [`parameter ${name} has no example`]),
    ]),
  ];
}

function gapsOfSchema({ properties = {} }: Schema): string[] {
  return Object.entries(properties).flatMap(([name, property]) => [
    ...(property.description ? [] : [`${name} has no description`]),
    ...(property.examples || pointsToAnother(property) ? [] : [`${name} has no example`]),
    ...gapsOfSchema(property).map((gap) => `${name}.${gap}`),
    ...(property.items ? gapsOfSchema(property.items).map((gap) => `${name}[].${gap}`) : []),
  ]);
}

/** Its examples stand in the schema that it points to. */
function pointsToAnother({ $ref, items, oneOf = [] }: Schema): boolean {
  return [{ $ref }, items, ...oneOf].some((schema) => schema?.$ref !== undefined);
}
