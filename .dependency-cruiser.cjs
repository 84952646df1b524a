/**
 * The arrows of the house: contracts ◄ config ◄ (time, problems ◄ fields) ◄ database ◄ (events, policy, roster, vault) ◄ auth
 * ◄ (files, workflow, exchange) ◄ http ◄ service ◄ apps; contracts ◄ rule-language ◄ apps; documents ◄ apps.
 * Checked by `npm run check:arrows`. Every rule says what to do instead, and has a bad file that it must catch:
 * tools/check/arrows/bad/<name of the rule>/, run by tools/check/arrows.spec.ts.
 */
const TEST = '(\\.(spec|e2e-spec|process-spec)\\.ts$|/test/|^tests/|^libs/testing/)';
const lib = (...names) => `^libs/(${names.join('|')})/`;
const libsBut = (...names) => `^libs/(?!(${names.join('|')})/)`;

const BELOW_DATABASE = ['contracts', 'config', 'time', 'fields', 'problems'];
const BELOW_AUTH = [...BELOW_DATABASE, 'database', 'events', 'policy', 'roster', 'vault'];
const BELOW_HTTP = [...BELOW_AUTH, 'auth', 'files', 'workflow', 'exchange'];

/** Production code of a lib reaches no lib but `below` and itself. */
const layer = (name, libs, below, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: lib(...libs), pathNot: TEST },
  to: { path: libsBut(...below, '$1') },
});

module.exports = {
  forbidden: [
    layer(
      'contracts-know-nobody',
      ['contracts'],
      [],
      'What services promise each other depends on no lib. Move what is needed into libs/contracts, or the code out of it.',
    ),
    layer(
      'config-is-settings',
      ['config'],
      ['contracts'],
      'Config only reads and checks settings. Let the lib that needs one take Config.',
    ),
    layer(
      'time-tells-the-time',
      ['time'],
      ['contracts', 'config'],
      'libs/time knows dates and the clock, and reads no table. Put what needs the days of the school into libs/roster.',
    ),
    layer(
      'problems-need-no-server',
      ['problems'],
      ['contracts', 'config'],
      'A problem is declared and thrown anywhere. Let libs/http turn errors into problems, and problems into answers.',
    ),
    layer(
      'fields-check-values',
      ['fields'],
      ['contracts', 'config', 'problems'],
      'libs/fields checks the value it is given. Let the use case check what takes a table or an actor.',
    ),
    {
      name: 'rule-language-needs-no-server',
      comment:
        'The rule language judges what lies in memory: no other lib, no package. Take what is needed as an argument, and read it in the service.',
      severity: 'error',
      from: { path: '^libs/rule-language/', pathNot: TEST },
      to: { pathNot: '^libs/(contracts|rule-language)/' },
    },
    {
      name: 'language-knows-no-machine',
      comment: 'A rule is read, checked and written without being judged. Move what both need into language/.',
      severity: 'error',
      from: { path: '^libs/rule-language/(language|templates)/' },
      to: { path: '^libs/rule-language/(plan|judge|explain|sql|machine)/' },
    },
    {
      name: 'sql-is-a-second-opinion',
      comment: 'SQL that shares code with the machine shares its faults. Start from the plan.',
      severity: 'error',
      from: { path: '^libs/rule-language/sql/' },
      to: { path: '^libs/rule-language/(judge|explain|machine)/' },
    },
    layer(
      'documents-set-pages',
      ['documents'],
      ['contracts', 'config', 'problems'],
      'libs/documents makes a PDF of a source and texts. Let the service read what stands in it, and keep what came of it.',
    ),
    layer(
      'database-knows-no-domain',
      ['database'],
      BELOW_DATABASE,
      'libs/database moves rows and opens transactions. Hand it what it needs as an argument.',
    ),
    layer(
      'neighbours-are-apart',
      ['events', 'policy', 'roster', 'vault'],
      [...BELOW_DATABASE, 'database'],
      'events, policy, roster and vault stand side by side. Combine them where both are known: in a service, or in libs/service.',
    ),
    layer(
      'auth-below-http',
      ['auth'],
      BELOW_AUTH,
      'Auth decides who may; libs/http answers. Throw a problem of #problems, or an exception that http turns into one.',
    ),
    layer(
      'files-workflow-exchange-apart',
      ['files', 'workflow', 'exchange'],
      [...BELOW_AUTH, 'auth'],
      'files, workflow and exchange stand side by side. Combine them where both are known: in a service, or in libs/service.',
    ),
    layer(
      'http-below-service',
      ['http'],
      BELOW_HTTP,
      'libs/http serves any process. Put what knows about services into libs/service.',
    ),
    layer(
      'service-below-apps',
      ['service'],
      [...BELOW_HTTP, 'http'],
      'libs/service runs any service. Hand over what it needs in the Service object of <name>.module.ts.',
    ),
    {
      name: 'libs-know-no-apps',
      comment: 'A lib serves all services. Move the code into the service, or take what is needed as an argument.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TEST },
      to: { path: '^(apps|tools|bench|tests)/' },
    },
    {
      name: 'apps-know-no-tools',
      comment: 'Services run without the tools. Move what both need into a lib.',
      severity: 'error',
      from: { path: '^apps/', pathNot: TEST },
      to: { path: '^(tools|bench|tests)/' },
    },
    {
      name: 'testing-is-for-tests',
      comment: 'libs/testing is not shipped. Import it in tests, or move the helper to the lib it belongs to.',
      severity: 'error',
      from: { path: '^(apps|libs|tools)/', pathNot: TEST },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'no-service-imports-another',
      comment:
        'Services share events and published views, never code. Publish an event (libs/contracts) and listen to it, or read libs/roster.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: [TEST, '^apps/campus/'] },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'campus-imports-modules',
      comment:
        'campus only packs the services together. Import the Service of <name>.module.ts, and nothing behind it.',
      severity: 'error',
      from: { path: '^apps/campus/', pathNot: TEST },
      to: { path: '^apps/', pathNot: ['^apps/campus/', '^apps/([^/]+)/src/\\1\\.module\\.ts$'] },
    },
    {
      name: 'libs-through-index',
      comment: "A lib's index.ts is its only door. Import '#<lib>', and export there what others may use.",
      severity: 'error',
      from: { path: '^(?:libs/([^/]+)|apps|tools|bench|tests)/' },
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/index\\.ts$', '^libs/$1/', '^libs/testing/jest/'] },
    },
    {
      name: 'no-circle',
      comment: 'Files that need each other are one file, or lack a third. Move what both need into a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'entities-stay-plain',
      comment: 'An entity knows its own rules only. Let DTOs and use cases import the entity.',
      severity: 'error',
      from: { path: '\\.entity\\.ts$' },
      to: { path: '\\.(controller|dto|service|handlers|queries)\\.ts$' },
    },
    {
      name: 'controllers-are-the-door',
      comment:
        'Nothing but the module knows a controller. Move the code into the use case (<feature>.service.ts) and call that.',
      severity: 'error',
      from: { path: '^apps/', pathNot: ['\\.module\\.ts$', '\\.feature\\.ts$', TEST] },
      to: { path: '\\.controller\\.ts$' },
    },
    {
      name: 'queues-behind-events',
      comment: 'Only libs/events talks to Redis. Publish an event, or put @Every on a handler.',
      severity: 'error',
      from: { path: '^(apps|libs|tools)/', pathNot: [TEST, '^libs/events/', '^tools/local/'] },
      to: { path: 'node_modules/(bullmq|ioredis|@nestjs/bullmq)/' },
    },
    {
      name: 'no-dev-package-in-production',
      comment:
        'What runs at a school is installed without devDependencies. Move the package to dependencies, or do without.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'packages-are-declared',
      comment:
        'The package is not in package.json, or the file is not there. Name it in dependencies, or correct the path.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dead-file',
      comment: 'No program and no test kit reaches this file. Use it or delete it.',
      severity: 'error',
      from: {
        path: ['^apps/[^/]+/src/main\\.ts$', '^tools/[^/]+\\.ts$', '^bench/', '^libs/testing/', '^tools/check/'],
      },
      to: { path: '^(apps|libs)/', pathNot: [TEST, '/src/main\\.ts$'], reachable: false },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^\\.local/', '^tools/check/arrows/bad/', '^tools/new/templates/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // `source` makes `#database` mean libs/database/index.ts.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
    skipAnalysisNotInRules: true,
  },
};
