import { type Job, waitFor, type WaitOptions } from './jobs.js';
import { type Call, type Operation, operationOf, requestOf } from './request.js';
import { send, type SendOptions, type Tokens } from './send.js';
import { type Auth, tokensOf } from './tokens.js';

export interface ClientOptions extends SendOptions {
  /** Where Yizhan is: `https://one.example.edu.cn`. */
  baseUrl: string;
  /** Nothing: only what is open to everybody. */
  auth?: Auth;
  /** Language of what people read, problems included. */
  language?: 'zh' | 'en';
}

/** Operations by service and name; the name of an operation in the document is that of the method. */
export type Operations = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Page {
  data: unknown[];
  nextCursor: string | null;
}
interface AnyMethod {
  (call?: Call): Promise<unknown>;
  each(call?: Call): AsyncGenerator<unknown, void, undefined>;
  table(type: keyof typeof TABLES, call?: Call): Promise<unknown>;
  ifChanged(version: number | string, call?: Call): Promise<unknown>;
}
type AnyService = Record<string, AnyMethod> & { wait(job: Pick<Job, 'id'>, options?: WaitOptions): Promise<Job> };

const TABLES = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Services with a method per operation; what they take and answer, the generated types say. */
export function clientOf(operations: Operations, options: ClientOptions): Record<string, AnyService> {
  const tokens =
    options.auth === undefined
      ? undefined
      : tokensOf(options.auth, new URL(`${options.baseUrl.replace(/\/+$/, '')}/directory/oauth/token`), options);
  return Object.fromEntries(
    Object.entries(operations).map(([service, texts]) => {
      const methods = Object.fromEntries(
        Object.entries(texts).map(([name, text]) => [name, methodOf(operationOf(text), options, tokens)]),
      );
      const getJob = methods[`get${service[0]!.toUpperCase()}${service.slice(1)}Job`];
      const wait = (job: Pick<Job, 'id'>, waiting: WaitOptions = {}): Promise<Job> =>
        waitFor(
          () => getJob!({ path: { id: job.id }, ...(waiting.signal && { signal: waiting.signal }) }) as Promise<Job>,
          waiting,
          options.wait,
        );
      return [service, { ...methods, wait } as unknown as AnyService];
    }),
  );
}

function methodOf(operation: Operation, options: ClientOptions, tokens: Tokens | undefined): AnyMethod {
  const method = async (call: Call = {}): Promise<unknown> => {
    const request = requestOf(operation, call, options.baseUrl, options.language);
    const { response, json } = await send(request, options, operation.open ? undefined : tokens);
    // Without a body; and nothing new, to who said what they have.
    if (response.status === 204 || response.status === 304) return undefined;
    return json === undefined ? response : (JSON.parse(json) as unknown);
  };
  return Object.assign(method, {
    each: (call: Call = {}) => rowsOf(operation, method, call),
    table: (type: keyof typeof TABLES, call: Call = {}) => method({ ...call, accept: TABLES[type] }),
    ifChanged: (version: number | string, call: Call = {}) => method({ ...call, ifNoneMatch: version }),
  });
}

async function* rowsOf(
  operation: Operation,
  method: (call: Call) => Promise<unknown>,
  call: Call,
): AsyncGenerator<unknown, void, undefined> {
  // A search has its filters, and its cursor, in the body; each page is a request of its own.
  const part = operation.method === 'POST' ? 'body' : 'query';
  const { key: _key, ...rest } = call;
  let cursor: string | null | undefined;
  do {
    const page = (await method(
      cursor === undefined ? call : { ...rest, [part]: { ...(call[part] as object | undefined), cursor } },
    )) as Page;
    yield* page.data;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
