import { breaksBetween } from './breaks.js';
import { type Contract, contractOf, textOf } from './contract.js';

const PATH = '/affairs/v1/leaves/{id}';
const JSON_TYPE = 'application/json';

/** A document with one operation, which uses everything that is compared. */
function document() {
  return {
    paths: {
      [PATH]: {
        post: {
          operationId: 'changeLeave',
          summary: 'text',
          security: [{ oauth2: ['affairs:leave:write'] }, { oauth2: ['affairs:leave:admin'] }],
          parameters: [
            { name: 'mine', in: 'query', schema: { type: 'boolean' } },
            { name: 'sort', in: 'query', schema: { type: 'string', enum: ['a', '-a'], maxLength: 10 } },
            { name: 'X-Old', in: 'header', schema: { type: 'string' } },
          ],
          requestBody: {
            required: false,
            content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/NewLeave' } } },
          },
          responses: {
            '200': {
              description: 'text',
              content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Leave' } } },
            },
            '400': { description: 'no' },
          },
        },
      },
    },
    components: {
      schemas: {
        NewLeave: {
          type: 'object',
          required: ['kind'],
          additionalProperties: false,
          properties: {
            kind: { type: 'string', enum: ['sick', 'personal'] },
            reason: { type: ['string', 'null'], maxLength: 100 },
            description: { type: 'string' },
          },
        },
        Leave: {
          type: 'object',
          required: ['id', 'status'],
          properties: {
            id: { type: 'string', description: 'text', examples: ['1'] },
            status: { type: 'string', enum: ['open', 'closed'] },
            kind: { oneOf: [{ $ref: '#/components/schemas/Kind' }, { type: 'null' }] },
            parts: { type: 'array', items: { $ref: '#/components/schemas/Leave' } },
          },
        },
        Kind: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
        Problem: { type: 'object' },
      } as Record<string, object>,
    },
  };
}

type Document = ReturnType<typeof document>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any part of a document may be changed
type Parts = { post: any; schemas: any };

function after(change: (parts: Parts, whole: Document) => unknown): string[] {
  const changed = document();
  change({ post: changed.paths[PATH]!.post, schemas: changed.components.schemas }, changed);
  return breaksBetween(contractOf(document() as never), contractOf(changed as never));
}

const ONE = `POST ${PATH}`;

describe('what breaks apps', () => {
  it.each<[string, Parameters<typeof after>[0], string]>([
    [
      'a route that is gone',
      (_, whole) => void delete (whole.paths as Record<string, unknown>)[PATH],
      `${ONE}: is gone`,
    ],
    ['another name', ({ post }) => (post.operationId = 'x'), `${ONE}: is called x in SDKs, no longer changeLeave`],
    [
      'a permission that is not enough',
      ({ post }) => post.security.shift(),
      `${ONE}: affairs:leave:write is not enough any more`,
    ],
    ['a parameter that is gone', ({ post }) => post.parameters.shift(), `${ONE}: query mine is gone`],
    ['one that must be given', ({ post }) => (post.parameters[0].required = true), `${ONE}: query mine must be given`],
    [
      'a new one that must',
      ({ post }) => post.parameters.push({ name: 'n', in: 'header', required: true }),
      `${ONE}: header n must be given`,
    ],
    [
      'a value that is not taken',
      ({ post }) => post.parameters[1].schema.enum.pop(),
      `${ONE}: query sort: takes no -a any more`,
    ],
    [
      'less text',
      ({ post }) => (post.parameters[1].schema.maxLength = 9),
      `${ONE}: query sort: maxLength is 9, was 10`,
    ],
    [
      'a bound where none was',
      ({ post }) => (post.parameters[2].schema.minLength = 1),
      `${ONE}: header X-Old: minLength is 1, was not there`,
    ],
    ['a pattern', ({ post }) => (post.parameters[2].schema.pattern = 'a'), `${ONE}: header X-Old: pattern is a`],
    ['a body that must be there', ({ post }) => (post.requestBody.required = true), `${ONE}: must have a body`],
    ['a body that is not taken', ({ post }) => delete post.requestBody, `${ONE}: takes no body any more`],
    [
      'a field that must be given',
      ({ schemas }) => schemas.NewLeave.required.push('reason'),
      'NewLeave (asked): .reason must be given',
    ],
    [
      'a field that is not taken',
      ({ schemas }) => delete schemas.NewLeave.properties.description,
      'NewLeave (asked): .description is gone',
    ],
    [
      'null that is not taken',
      ({ schemas }) => (schemas.NewLeave.properties.reason.type = 'string'),
      'NewLeave (asked).reason: may no longer be null',
    ],
    [
      'another status',
      ({ post }) => (post.responses = { '202': post.responses['200'] }),
      `${ONE}: no longer answers 200`,
    ],
    ['another type of answer', ({ post }) => (post.responses['200'].content = {}), `${ONE} 200: ${JSON_TYPE} is gone`],
    [
      'a field that is not answered',
      ({ schemas }) => delete schemas.Leave.properties.parts,
      'Leave (answered): .parts is gone',
    ],
    [
      'one that may be missing',
      ({ schemas }) => schemas.Leave.required.pop(),
      'Leave (answered): .status may be missing',
    ],
    [
      'an answer that may be null',
      ({ schemas }) => (schemas.Leave.properties.id.type = ['string', 'null']),
      'Leave (answered).id: may be null',
    ],
    [
      'an answer of another type',
      ({ schemas }) => (schemas.Kind.properties.code.type = 'integer'),
      'Kind (answered).code: may be integer',
    ],
    [
      'one more alternative',
      ({ schemas }) => schemas.Leave.properties.kind.oneOf.push({ type: 'string' }),
      'Leave (answered).kind: has more alternatives',
    ],
  ])('%s', (_, change, line) => {
    expect(after(change)).toEqual([line]);
  });

  it.each<[string, Parameters<typeof after>[0]]>([
    ['nothing', () => undefined],
    [
      'texts and examples',
      ({ post, schemas }) => ((post.summary = 'other'), (schemas.Leave.properties.id.description = 'other')),
    ],
    ['a new route', (_, whole) => Object.assign(whole.paths, { '/new': { get: whole.paths[PATH]!.post } })],
    ['one more permission that is enough', ({ post }) => post.security.push({ oauth2: ['other'] })],
    ['no token at all', ({ post }) => (post.security = [])],
    [
      'an optional parameter',
      ({ post }) => post.parameters.push({ name: 'n', in: 'query', schema: { type: 'string' } }),
    ],
    ['a header that is not read any more', ({ post }) => post.parameters.pop()],
    [
      'wider bounds and more values',
      ({ post }) => ((post.parameters[1].schema.maxLength = 11), post.parameters[1].schema.enum.push('b')),
    ],
    ['an optional field', ({ schemas }) => (schemas.NewLeave.properties.more = { type: 'string' })],
    ['a field that need not be given', ({ schemas }) => (schemas.NewLeave.required = [])],
    ['more in an answer', ({ schemas }) => (schemas.Leave.properties.more = { type: 'string' })],
    ['a new value of a code', ({ schemas }) => schemas.Leave.properties.status.enum.push('other')],
    ['an answer that is always there', ({ schemas }) => schemas.Leave.required.push('parts')],
    ['fewer alternatives in an answer', ({ schemas }) => schemas.Leave.properties.kind.oneOf.pop()],
    ['an error', ({ post }) => delete post.responses['400']],
  ])('not %s', (_, change) => {
    expect(after(change)).toEqual([]);
  });

  it('a token where none was needed', () => {
    const open = document();
    open.paths[PATH]!.post.security = [];
    const contracts = [open, document()].map((one) => contractOf(one as never)) as [Contract, Contract];
    expect(breaksBetween(...contracts)).toEqual([`${ONE}: takes a token`]);
  });

  it('is the same for a contract that was written and read', () => {
    const contract = contractOf(document() as never);
    expect(JSON.parse(textOf(contract))).toEqual(contract);
    expect(Object.keys(contract.schemas['NewLeave']!.properties!)).toContain('description');
    expect(textOf(contract)).not.toMatch(/"text"|examples/);
  });
});
