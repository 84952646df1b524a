import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { campus, type Client, TestApp } from '#testing';
import { services } from '../apps/campus/src/services.js';
import { generateSdk } from '../tools/sdk/generate.js';

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
  include: ['**/*.ts'],
  exclude: ['out', '**/*.spec.ts'],
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

/** The tour of README.md with the SDK, and what its runtime adds: rows of all pages, versions, keys, jobs, tables. */
const WITH_SDK = `import { Problem, type RuleDefinitionDto, yizhan } from './generated/index.js';
${HEAD}
${RULE}
const of = (name: string) => yizhan({ baseUrl: url, auth: process.env[\`TOKEN_\${name}\`]!, language: 'en' });
const [counselor, student, officer, app] = [of('counselor'), of('student'), of('officer'), of('app')];
const warnings = await counselor.earlyWarning.listWarnings({ query: { limit: 2, total: true } });
const levels: ('blue' | 'yellow' | 'orange' | 'red')[] = warnings.data.map((warning) => warning.level);
say(['warnings', levels.length, warnings.total]);
say(['leaves', (await student.affairs.listLeaves({ query: { mine: true } })).data]);
const leave = ${LEAVE} as const;
say(['precheck', (await student.affairs.precheckLeave({ body: leave })).steps.length > 0]);
say(['nights', (await officer.safety.listNightChecks()).data.length]);
say(['ratio', (await officer.staffing.getRatio({ query: { unitKind: 'college' } })).units.map((unit) => unit.students)]);
const refused: unknown = await student.earlyWarning.listWarnings().catch((error: unknown) => error);
if (refused instanceof Problem) say(['refused', refused.code, refused.permission]);

await counselor.earlyWarning.listCases({ query: { limit: 2 } });
await counselor.earlyWarning.getDigest();
await student.affairs.listItems({ query: { q: 'xszbb' } });
await student.affairs.listItems({ query: { forMe: true, limit: 2 } });
await student.affairs.listCertificates({ query: { mine: true, limit: 1 } });
await student.affairs.getOwnTranscript();
await student.affairs.listTickets({ query: { limit: 1 } });
await officer.affairs.listRounds({ query: { limit: 1 } });
await officer.affairs.listClearanceLists({ query: { limit: 1 } });
await officer.affairs.listHolidayCampaigns({ query: { limit: 1 } });
const dry = await officer.earlyWarning.dryRun({ body: { rule } });
say(['dry run', typeof dry]);
await app.partyBuilding.getGridCoverage();

const endsAt = new Date(Date.parse(leave.startsAt) + 12 * 3_600_000).toISOString();
const first = await student.affairs.submitLeave({ body: { ...leave, endsAt, reason: 'SDK', destination: 'Library' }, key: 'one-leave' });
const again = await student.affairs.submitLeave({ body: { ...leave, endsAt, reason: 'SDK', destination: 'Library' }, key: 'one-leave' });
const approved = await counselor.affairs.approveLeave({ path: { id: first.id }, ifMatch: first.version, body: {} });
const stale: unknown = await counselor.affairs.approveLeave({ path: { id: first.id }, ifMatch: first.version, body: {} }).catch((error: unknown) => error);
say(['leave', again.id === first.id, approved.status, (stale as Problem).status]);
const known = await student.affairs.getLeave({ path: { id: first.id } });
say(['known', await student.affairs.getLeave.ifChanged(known.version, { path: { id: first.id } })]);
let rows = 0;
for await (const unit of app.directory.listUnits.each({ query: { limit: 2 } })) if (unit.id) rows++;
say(['units', rows === (await app.directory.listUnits({ query: { limit: 200, total: true } })).total]);
const table = await app.directory.listUnits.table('csv', { query: { limit: 2 } });
say(['table', (await table.text()).split(/\\r?\\n/).length]);
const job = await app.safety.requestNightCheck({ body: { night: process.env.NIGHT! } });
const states = new Set<string>();
say(['job', (await app.safety.wait(job, { onProgress: ({ status }) => states.add(status) })).status, states.has('succeeded')]);

// What does not fit does not compile.
export const wrong = () => [
  // @ts-expect-error no such filter
  student.affairs.listLeaves({ query: { mien: true } }),
  // @ts-expect-error a version is required
  counselor.affairs.approveLeave({ path: { id: first.id }, body: {} }),
  // @ts-expect-error so is the body
  student.affairs.submitLeave({}),
  // @ts-expect-error a day is text
  student.affairs.precheckLeave({ body: { ...leave, startsAt: 3 } }),
  // @ts-expect-error a leave is no list
  student.affairs.getLeave.each({ path: { id: first.id } }),
];
`;

/** A part of it with what @hey-api/openapi-ts makes. */
const WITH_HEY_API = `import { createClient } from './sdk/client/index.js';
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
    await mkdir(PARENT, { recursive: true });
    dir = await mkdtemp(join(PARENT, 'clients-'));
    const { counselorCs, schoolOfficer } = campus.staff;
    const [counselor, officer, student] = (await Promise.all(
      [counselorCs, schoolOfficer, campus.students[0]!].map((id) => test.person(id)),
    )) as [Client, Client, Client];
    const app = await test.client();
    const day = (n: number): string => new Date(test.clock.now().getTime() + n * 86_400_000).toISOString();
    env = {
      ...{
        API: test.url,
        TOKEN_counselor: counselor.token,
        TOKEN_officer: officer.token,
        TOKEN_student: student.token,
        TOKEN_app: app.token,
      },
      ...{ FROM: day(10), TO: day(12), NIGHT: day(-3).slice(0, 10), PATH: process.env['PATH'] },
    };
  });
  afterAll(async () => {
    await test.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** What the tour says, line by line; `make` puts the client beside it. */
  async function tour(client: string, source: string, make: (folder: string) => Promise<unknown>): Promise<unknown[]> {
    const folder = join(dir, client);
    await mkdir(folder);
    await make(folder);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'tour.ts'), source);
    await run(join(BIN, 'tsc'), ['-p', folder]).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
    const { stdout } = await run(process.execPath, [join(folder, 'out', 'tour.js')], { env });
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

  it('compile and run the tour: @hey-api/openapi-ts', async () => {
    const make = (folder: string): Promise<unknown> =>
      run(
        join(BIN, 'openapi-ts'),
        ['-i', './openapi/yizhan.json', '-o', join(folder, 'sdk'), '-c', '@hey-api/client-fetch'],
        { env: { ...process.env, NO_UPDATE_NOTIFIER: '1' } },
      );
    expect(await tour('hey-api', WITH_HEY_API, make)).toEqual(EXPECTED);
  }, 120_000);

  // The last one: it asks for a leave and runs a night check.
  it('compile and run the tour: our SDK', async () => {
    const lines = await tour('sdk', WITH_SDK, async (folder) => {
      await generateSdk(join(folder, 'generated'));
      await cp('sdk/src', join(folder, 'src'), { recursive: true });
    });
    expect(lines).toEqual([
      ...EXPECTED,
      ['dry run', 'object'],
      ['leave', true, 'approved', 412],
      ['known', null],
      ['units', true],
      ['table', 4],
      ['job', 'succeeded', true],
    ]);
  }, 120_000);
});
