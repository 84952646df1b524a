import type { Operations } from '../../sdk/src/client.js';

export interface DocumentOperation {
  operationId: string;
  summary: string;
  security: { oauth2?: string[] }[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { headers?: unknown }>;
}

/** The merged document, openapi/yizhan.json, as far as the SDK is made from it. */
export interface SdkDocument {
  paths: Record<string, Record<string, DocumentOperation>>;
  components: { schemas: Record<string, object> } & Record<string, unknown>;
}

/** `early-warning` → `earlyWarning`. */
export function serviceKey(service: string): string {
  return service.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Operations with their method and path, by service. */
export function byService(document: SdkDocument): [service: string, [text: string, operation: DocumentOperation][]][] {
  const services = new Map<string, [string, DocumentOperation][]>();
  for (const [path, item] of Object.entries(document.paths)) {
    const service = serviceKey(path.split('/')[1]!);
    const found = services.get(service) ?? [];
    services.set(service, found);
    for (const [method, operation] of Object.entries(item)) found.push([textOf(method, path, operation), operation]);
  }
  return [...services];
}

/** What the SDK knows of operations when it runs (sdk/src/request.ts reads it). */
export function operationsOf(document: SdkDocument): Operations {
  return Object.fromEntries(
    byService(document).map(([service, operations]) => [
      service,
      Object.fromEntries(operations.map(([text, { operationId }]) => [operationId, text])),
    ]),
  );
}

function textOf(method: string, path: string, { security, requestBody }: DocumentOperation): string {
  const form = requestBody && 'multipart/form-data' in requestBody.content;
  return `${method.toUpperCase()} ${path}${form ? ' form' : ''}${security.length === 0 ? ' open' : ''}`;
}
