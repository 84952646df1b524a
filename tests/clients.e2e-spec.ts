import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { campus, type Client, TestApp } from '#testing';
import { services } from '../apps/campus/src/services.js';

const run = promisify(execFile);
const BIN = 'node_modules/.bin';
/** Beside node_modules, so that what is generated finds its runtime. */
const PARENT = '.local';

const TSCONFIG = {
  compilerOptions: {
    ...{ strict: true, target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', outDir: 'out' },
    ...{
      lib: ['es2022', 'dom', 'dom.iterable'],
      skipLibCheck: true,
      types: ['node'],
      exactOptionalPropertyTypes: false,
    },
  },
  include: ['*.ts', 'sdk/**/*.ts'],
};

/** Whom the tour asks, by the environment: the base URL and a token each. */
const HEAD = `const url = process.env.API!;
const as = (name: string) => ({ Authorization: \`Bearer \${process.env[\`TOKEN_\${name}\`]}\` });
const say = (line: unknown) => console.log(JSON.stringify(line));
`;

const LEAVE = `{ kind: 'personal', startsAt: process.env.FROM!, endsAt: process.env.TO! }`;

/** A rule is typed down to its predicates. */
const RULE = `export const rule: RuleDefinitionDto = {
  id: 'dorm.late', title: { zh: '晚归', en: 'late' }, reason: { zh: '晚归', en: 'late' }, level: 'yellow',
  features: { late: { metric: 'late_return', agg: 'days_over', window: '7d', where: { ge: 1 } } },
  when: { any: [{ ge: [{ f: 'late' }, { $p: 'late_per_week', default: 3 }] }, { not: { calendar: 'leave|holiday' } }] },
};
// @ts-expect-error no such aggregate
export const wrongFeature: RuleDefinitionDto = { ...rule, features: { late: { metric: 'late_return', agg: 'total' } } };
// @ts-expect-error a feature's name is text
export const wrongPredicate: RuleDefinitionDto = { ...rule, when: { all: [{ ge: [{ f: 3 }, 3] }] } };
`;

/** The tour of README.md with openapi-fetch: what is not in the document does not compile. */
const WITH_FETCH = `import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';
${HEAD}
type RuleDefinitionDto = components['schemas']['RuleDefinitionDto'];
${RULE}
const api = createClient<paths>({ baseUrl: url });
const warnings = await api.GET('/early-warning/v1/warnings', { headers: as('counselor'), params: { query: { limit: 2, total: true } } });
const levels: string[] = warnings.data!.data.map((warning) => warning.level);
say(['warnings', levels.length, warnings.data!.total]);
const leaves = await api.GET('/affairs/v1/leaves', { headers: as('student'), params: { query: { mine: true } } });
say(['leaves', leaves.data!.data.map(({ id, status, version }) => [id, status, version])]);
const precheck = await api.POST('/affairs/v1/leaves/precheck', { headers: as('student'), body: ${LEAVE} });
say(['precheck', precheck.data!.steps.length > 0]);
const nights = await api.GET('/safety/v1/night-checks', { headers: as('officer') });
say(['nights', nights.data!.data.length]);
const ratio = await api.GET('/staffing/v1/ratio', { headers: as('officer'), params: { query: { unitKind: 'college' } } });
say(['ratio', ratio.data!.units.map((unit) => unit.students)]);
const refused = await api.GET('/early-warning/v1/warnings', { headers: as('student') });
say(['refused', refused.error!.code, refused.error!.permission]);
`;

/** The same with what @hey-api/openapi-ts makes. */
const WITH_SDK = `import { createClient } from './sdk/client/index.js';
import { getRatio, listLeaves, listNightChecks, listWarnings, precheckLeave } from './sdk/sdk.gen.js';
import type { RuleDefinitionDto } from './sdk/types.gen.js';
${HEAD}
${RULE}
const client = createClient({ baseUrl: url });
const warnings = await listWarnings({ client, headers: as('counselor'), query: { limit: 2, total: true } });
const levels: string[] = warnings.data!.data.map((warning) => warning.level);
say(['warnings', levels.length, warnings.data!.total]);
const leaves = await listLeaves({ client, headers: as('student'), query: { mine: true } });
say(['leaves', leaves.data!.data.map(({ id, status, version }) => [id, status, version])]);
const precheck = await precheckLeave({ client, headers: as('student'), body: ${LEAVE} });
say(['precheck', precheck.data!.steps.length > 0]);
const nights = await listNightChecks({ client, headers: as('officer') });
say(['nights', nights.data!.data.length]);
const ratio = await getRatio({ client, headers: as('officer'), query: { unitKind: 'college' } });
say(['ratio', ratio.data!.units.map((unit) => unit.students)]);
const refused = await listWarnings({ client, headers: as('student') });
say(['refused', (refused.error as { code: string }).code, (refused.error as { permission?: string }).permission]);
`;

describe('clients generated from the merged document', () => {
  let test: TestApp;
  let dir: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    test = await TestApp.create(services);
    await run('mkdir', ['-p', PARENT]);
    dir = await mkdtemp(join(PARENT, 'clients-'));
    await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await writeFile(join(dir, 'package.json'), '{"type":"module"}');
    const { counselorCs, schoolOfficer } = campus.staff;
    const [counselor, officer, student] = (await Promise.all(
      [counselorCs, schoolOfficer, campus.students[0]!].map((id) => test.person(id)),
    )) as [Client, Client, Client];
    const day = (n: number): string => new Date(test.clock.now().getTime() + n * 86_400_000).toISOString();
    env = {
      ...{
        API: test.url,
        TOKEN_counselor: counselor.token,
        TOKEN_officer: officer.token,
        TOKEN_student: student.token,
      },
      ...{ FROM: day(10), TO: day(12), PATH: process.env['PATH'] },
    };
  });
  afterAll(async () => {
    await test.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** What the tour says, line by line. */
  async function tour(program: string, source: string): Promise<unknown[]> {
    await writeFile(join(dir, `${program}.ts`), source);
    await run(join(BIN, 'tsc'), ['-p', dir]).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
    const { stdout } = await run(process.execPath, [join(dir, 'out', `${program}.js`)], { env });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }

  const EXPECTED = [
    ['warnings', 0, 0],
    ['leaves', []],
    ['precheck', true],
    ['nights', 0],
    ['ratio', [8, 4]],
    ['refused', 'http/forbidden', 'early-warning:warning:read'],
  ];

  it('compile and run the tour: openapi-typescript and openapi-fetch', async () => {
    await run(join(BIN, 'openapi-typescript'), ['openapi/yizhan.json', '-o', join(dir, 'schema.ts')]);
    expect(await tour('tour-fetch', WITH_FETCH)).toEqual(EXPECTED);
  }, 120_000);

  it('compile and run the tour: @hey-api/openapi-ts', async () => {
    await run(
      join(BIN, 'openapi-ts'),
      ['-i', './openapi/yizhan.json', '-o', join(dir, 'sdk'), '-c', '@hey-api/client-fetch'],
      {
        env: { ...process.env, NO_UPDATE_NOTIFIER: '1' },
      },
    );
    expect(await tour('tour-sdk', WITH_SDK)).toEqual(EXPECTED);
  }, 120_000);
});
