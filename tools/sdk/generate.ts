import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { byService, operationsOf, type SdkDocument } from './operations.js';

const NOTE = '// Written by `npm run sdk` from openapi/yizhan.json.\n';

/** What sdk/generated has: the types of the document, and its operations as methods by service. */
export async function sdkFiles(document: SdkDocument): Promise<Record<'schema.ts' | 'index.ts', string>> {
  const types = await openapiTS(JSON.stringify(onlySuccess(document)), {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    silent: true,
  });
  return { 'schema.ts': `${NOTE}${astToString(types)}`, 'index.ts': `${NOTE}${indexOf(document)}` };
}

/** Errors are thrown as Problem, and headers are the runtime's: neither is typed for each operation. */
function onlySuccess(document: SdkDocument): SdkDocument {
  const { Problem: _problem, ...schemas } = document.components.schemas;
  const paths = structuredClone(document.paths);
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses)
        .filter(([status]) => status.startsWith('2'))
        .map(([status, { headers: _headers, ...response }]) => [status, response]),
    );
  }
  return { ...document, paths, components: { schemas } };
}

function indexOf(document: SdkDocument): string {
  const services = byService(document);
  const interfaces = services.map(([service, operations]) => {
    const methods = operations.map(
      ([, { operationId, summary, security }]) =>
        `  /** ${summary}${needs(security)} */\n  ${operationId}: Method<operations['${operationId}']>;\n`,
    );
    return `export interface ${typeName(service)} extends Waiting {\n${methods.join('')}}\n`;
  });
  return `import { clientOf, type ClientOptions, type Method, type WaitOptions } from '../src/index.js';
import type { JobDto, operations } from './schema.js';

export * from '../src/index.js';
export type * from './schema.js';

interface Waiting {
  /** Asks the job until it has ended; throws JobFailed when it failed. */
  wait(job: Pick<JobDto, 'id'>, options?: WaitOptions<JobDto>): Promise<JobDto>;
}

${interfaces.join('\n')}
/** The API by service: \`yizhan({ … }).affairs.listLeaves({ query: { limit: 2 } })\`. */
export interface Yizhan {
${services.map(([service]) => `  ${service}: ${typeName(service)};\n`).join('')}}

const OPERATIONS = ${JSON.stringify(operationsOf(document), null, 2)};

export function yizhan(options: ClientOptions): Yizhan {
  return clientOf(OPERATIONS, options) as unknown as Yizhan;
}
`;
}

function typeName(service: string): string {
  return `${service[0]!.toUpperCase()}${service.slice(1)}Service`;
}

function needs(security: { oauth2?: string[] }[]): string {
  const oneOf = security.flatMap(({ oauth2 = [] }) => oauth2);
  return oneOf.length === 0 ? '' : ` (${oneOf.join(' | ')})`;
}

/** Writes sdk/generated anew, into `folder`. */
export async function generateSdk(folder: string): Promise<void> {
  const document = JSON.parse(await readFile('openapi/yizhan.json', 'utf8')) as SdkDocument;
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(await sdkFiles(document))) await writeFile(join(folder, name), content);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateSdk(resolve('sdk/generated'));
