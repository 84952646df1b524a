import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type Permission, PERMISSIONS } from '#contracts';
import { campus, type Client, TestApp } from '#testing';
import { services } from '../apps/campus/src/services.js';
import { freePort } from '../apps/integration/test/connector-kit.js';
import { keepAll } from '../apps/safety/test/gates.js';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  example?: unknown;
  schema: { examples?: unknown[] };
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, object>>;
}

const document = JSON.parse(readFileSync('openapi/yizhan.json', 'utf8')) as Document;
/** What students do for themselves: an app by itself has to name the student. */
const OWN = [
  'POST /affairs/v1/applications',
  'POST /affairs/v1/leaves',
  'POST /affairs/v1/leaves/precheck',
  'POST /affairs/v1/bookings',
  'POST /affairs/v1/bookings/series',
  'GET /affairs/v1/second-classroom/me',
  'GET /affairs/v1/volunteering/me',
  'GET /directory/v1/consents',
  'GET /directory/v1/me/apps',
  'POST /affairs/v1/round-entries',
  'POST /affairs/v1/tickets',
  'POST /affairs/v1/enrolments',
  'POST /early-warning/v1/archive/own-entries',
  'POST /early-warning/v1/disputes',
  'POST /early-warning/v1/me/processing',
  'POST /directory/v1/me/exports',
  'POST /affairs/v1/second-classroom/claims',
  'POST /affairs/v1/volunteering/stars',
  'POST /affairs/v1/work-study-posts/{id}/applications',
];

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
);

/** What the caller got wrong, as against what the school's records or rules say to it. */
const MISUNDERSTOOD = [405, 406, 413, 415, 428];

/** Each operation as somebody calls it who copies the examples of the document. */
describe('the examples of the document', () => {
  let test: TestApp;
  let app: Client;
  let student: Client;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  beforeAll(async () => {
    (formats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema({ $id: 'document', components: document.components });
    // Some routes ask another service at the public address.
    const port = await freePort();
    test = await TestApp.create(services, { port, baseUrl: `http://127.0.0.1:${port}` });
    await keepAll(test);
    app = await test.client(...(Object.keys(PERMISSIONS) as Permission[]));
    student = await test.person(campus.students[0]!);
  });
  afterAll(() => test?.close());

  async function call(name: string, { parameters = [], requestBody }: Operation): Promise<Response> {
    const [method, path] = name.split(' ') as [string, string];
    const exampleOf = ({ example, schema }: Parameter): unknown => example ?? schema.examples?.[0];
    const url = new URL(
      path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
        encodeURIComponent(String(exampleOf(parameters.find((one) => one.in === 'path' && one.name === key)!))),
      ),
      test.url,
    );
    // A change says in its query how it is made: only what it must say.
    const asked = parameters.filter((one) => one.in === 'query' && (method === 'GET' || one.required));
    for (const parameter of asked.filter((one) => one.name !== 'cursor')) {
      for (const value of [exampleOf(parameter)].flat()) url.searchParams.append(parameter.name, String(value));
    }
    const headers = Object.fromEntries(
      parameters.filter((one) => one.in === 'header').map((one) => [one.name, String(exampleOf(one))]),
    );
    // A key is good for one request.
    if (headers['Idempotency-Key']) headers['Idempotency-Key'] = crypto.randomUUID();
    const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
    const multipart = type === 'multipart/form-data';
    const body = multipart ? form(path) : type?.includes('json') ? JSON.stringify(media?.example) : undefined;
    return fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${OWN.includes(name) ? student.token : app.token}`,
        ...headers,
        ...(body && !multipart && { 'content-type': type! }),
      },
      ...(body && { body }),
    });
  }

  let done = 0;
  it.each(operations)('%s', async (name, operation) => {
    const response = await call(name, operation);
    if (response.ok && !name.includes('{')) done++;
    const text = await response.text();
    expect(Object.keys(operation.responses)).toContain(String(response.status));
    const { code = '' } = response.ok ? {} : (JSON.parse(text) as { code?: string });
    // A rule of a service (a date gone by, a unit that is not there) is an answer; `http/…` is about the request itself.
    const refused = [400, 422].includes(response.status) && code.startsWith('http/');
    if (refused || response.status >= 500 || MISUNDERSTOOD.includes(response.status)) expect(text).toBe('');
    const type = response.headers.get('content-type')?.split(';')[0];
    if (!response.ok || type !== 'application/json') return;
    const { schema } = operation.responses[String(response.status)]!.content![type]!;
    const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')) as object;
    const validate = ajv.compile(rooted);
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });

  // An id in the address is that of nothing that is here; the others come after a date, or name such an id in their body: 26 of 172.
  it('more than four fifths of those without an id in their address are carried out, not only understood', () => {
    const without = operations.filter(([name]) => !name.includes('{'));
    expect(without.length).toBeGreaterThan(150);
    expect(done / without.length).toBeGreaterThan(4 / 5);
  });
});

/** A document where one is handed in; for an import a file of the wrong kind: it is refused row by row, or as a whole, after the request was understood. */
function form(path: string): FormData {
  const data = new FormData();
  if (path.endsWith('/files')) data.append('file', new Blob(['%PDF-1.4\n%%EOF\n']), 'proof.pdf');
  else data.append('file', new Blob(['x\n'], { type: 'text/csv' }), 'file.csv');
  return data;
}
