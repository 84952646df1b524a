import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** The parts of an OpenAPI 3.1 document that are looked at here. */
interface Schema {
  $ref?: string;
  description?: string;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
}
interface Media {
  schema?: Schema;
  example?: unknown;
}
interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  security?: object[];
  'x-aggregate'?: string;
  parameters?: { name: string; description?: string; example?: unknown; schema?: Schema }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}
export interface Document {
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses?: Record<string, { content?: Record<string, Media> }> };
}

const EVERYWHERE = ['400', '429', '500', '503'];
const WITH_TOKEN = ['401', '403'];

/**
 * What a reader of the document, or a generator, would miss: what an operation returns, descriptions, examples that fit their schemas,
 * problem responses, and what a tag is for. One line per gap.
 */
export function gapsIn({ tags = [], paths, components }: Document): string[] {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
  const ids = operations.map(([, { operationId }]) => operationId).filter((id) => id !== undefined);
  const misfitOf = misfits(components);
  return [
    ...tags
      .filter(({ name, description = name }) => description === name || description === `${name} / ${name}`)
      .map(({ name }) => `tag ${name} says nothing of what it is for: add it to libs/contracts/tags.ts`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `two operations are called ${id}`),
    ...operations.flatMap(([name, operation]) =>
      [
        ...gapsOfOperation(operation),
        ...gapsOfContent(operation, misfitOf),
        ...looseFigures(name, operation, components.schemas),
      ].map((gap) => `${name}: ${gap}`),
    ),
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

/** Names of figures that are worked out of several students. */
const FIGURE =
  /^(mean|median|average|precision|p\d\d|\w+(Mean|Median|Average|Precision|Quartile|Quantile))(Hours|Days|s)?$/;
/** Where they may go out through one door alone: the services that know of students what others must not work out. */
const WITH_ONE_DOOR = /^\w+ \/early-warning\//;

/** Figures about several students that do not say why they may go out. */
function looseFigures(name: string, operation: Operation, schemas: Record<string, Schema>): string[] {
  if (!WITH_ONE_DOOR.test(name) || operation['x-aggregate']) return [];
  const answers = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  const found = answers.flatMap(([, { content = {} }]) =>
    Object.values(content).flatMap(({ schema }) => figuresIn(schema, schemas, new Set())),
  );
  return [...new Set(found)].map(
    (figure) => `answers ${figure} of several students: add @Aggregates and let it go out through disclosure/egress.ts`,
  );
}

function figuresIn(schema: Schema | undefined, schemas: Record<string, Schema>, seen: Set<string>): string[] {
  const { $ref, properties = {}, items, oneOf = [] } = schema ?? {};
  const named = $ref?.split('/').at(-1);
  if (named !== undefined && seen.has(named)) return [];
  if (named !== undefined) seen.add(named);
  return [
    ...Object.keys(properties).filter((key) => FIGURE.test(key)),
    ...[...Object.values(properties), items, ...oneOf, named === undefined ? undefined : schemas[named]].flatMap(
      (one) => (one ? figuresIn(one, schemas, seen) : []),
    ),
  ];
}

/** Bodies and answers: each has a schema, and an example that fits it. */
function gapsOfContent(
  { requestBody, responses }: Operation,
  misfitOf: (media: Media) => string | undefined,
): string[] {
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2') && status !== '204');
  const bodies = [
    ...answers.map(([status, { content }]) => [`answer ${status}`, content] as const),
    ...(requestBody ? [['body', requestBody.content] as const] : []),
  ];
  return bodies.flatMap(([what, content]) => {
    if (!content) return [`${what} has no schema: add @Returns(Dto) or @ApiPage(Dto)`];
    return Object.entries(content).flatMap(([type, media]) => {
      if (!media.schema) return [`${what} has no schema for ${type}`];
      if (!/json|csv/.test(type)) return [];
      if (media.example === undefined) return [`${what} has no example`];
      const misfit = type.includes('json') ? misfitOf(media) : undefined;
      return misfit ? [`the example of its ${what} does not fit: ${misfit}`] : [];
    });
  });
}

/** Says what of an example does not fit its schema. */
function misfits(components: Document['components']): (media: Media) => string | undefined {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addFormat('int32', true).addFormat('int64', true).addFormat('double', true);
  ajv.addSchema({ $id: 'doc', components });
  return ({ schema, example }) => {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')) as object;
    if (ajv.validate(local, example)) return undefined;
    const [error] = ajv.errors ?? [];
    return `${error?.instancePath ?? ''} ${error?.message ?? ''}`;
  };
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
