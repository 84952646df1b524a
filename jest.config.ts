/**
 * Three sizes of tests. Small ones touch no server; e2e and process tests share one private PostgreSQL and one private
 * Redis, started once per run (libs/testing/jest/setup.js).
 *
 * @jest-config-loader esbuild-register
 */
import type { Config } from 'jest';

type Project = Exclude<NonNullable<Config['projects']>[number], string>;

const size = (name: string, testMatch: string[], seconds: number, extra: Partial<Project> = {}): Project => ({
  displayName: name,
  testMatch,
  testRunner: '<rootDir>/libs/testing/jest/native-runner.js',
  // Jest has no time limit per project: the runner reads this one.
  testEnvironmentOptions: { testTimeout: seconds * 1000 },
  transform: {},
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
  workerIdleMemoryLimit: '1GB',
  projects: [
    size('small', ['**/*.spec.ts'], 30),
    size('e2e', ['**/*.e2e-spec.ts'], 120, servers),
    // Process tests start and kill whole programs.
    size('process', ['**/*.process-spec.ts'], 300, servers),
  ],
};

export default config;
