/**
 * Three sizes of tests. Small ones touch no server; e2e and process tests share one private PostgreSQL and one private
 * Redis, started once per run (libs/testing/jest/setup.js).
 *
 * @jest-config-loader esbuild-register
 */
import type { Config } from 'jest';

type Project = Exclude<NonNullable<Config['projects']>[number], string>;

const size = (name: string, testMatch: string[], extra: Partial<Project> = {}): Project => ({
  displayName: name,
  testMatch,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': '@swc/jest',
    // @fastify/static and light-my-request require these ES modules, which Jest allows only from Node 24.9 on.
    'node_modules/(content-disposition|cookie)/.*\\.js$': ['@swc/jest', { swcrc: false, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!(content-disposition|cookie)/)'],
  // TypeScript sources import their neighbours by the name of the compiled file.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // `source` makes `#database` mean libs/database/index.ts rather than its compiled file.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.local/'],
  ...extra,
});

// The same two files in both sizes: Jest runs each distinct file once per run, however many projects name it.
const servers = {
  globalSetup: '<rootDir>/libs/testing/jest/setup.js',
  globalTeardown: '<rootDir>/libs/testing/jest/teardown.js',
};

const config: Config = {
  maxWorkers: 2,
  // Modules of finished files are never freed (Node's vm): a worker grew to 3.8 GB, which its garbage collector walks ever more slowly.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
  projects: [
    size('small', ['**/*.spec.ts']),
    size('e2e', ['**/*.e2e-spec.ts'], servers),
    size('process', ['**/*.process-spec.ts'], {
      ...servers,
      setupFilesAfterEnv: ['<rootDir>/libs/testing/jest/process-timeout.js'],
    }),
  ],
};

export default config;
