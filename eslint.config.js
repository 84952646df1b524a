import tseslint from 'typescript-eslint';
import { rules } from './tools/check/house-rules.js';

const TESTS = ['**/*.spec.ts', '**/*.e2e-spec.ts', '**/*.process-spec.ts', '**/test/**', 'tests/**', 'libs/testing/**'];
const all = Object.fromEntries(Object.keys(rules).map((name) => [`house/${name}`, 'error']));
const off = (...names) => Object.fromEntries(names.map((name) => [`house/${name}`, 'off']));

export default tseslint.config(
  {
    ignores: ['**/dist/', 'sdk/generated/', '.local/', 'coverage/', 'tools/check/arrows/bad/', 'tools/new/templates/'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { house: { rules } },
    rules: {
      ...all,
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      // tsc reports unused names already (noUnusedLocals, noUnusedParameters).
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  // What the others know of students is theirs to count; in quality and indicators, whoever asks may list what is counted.
  { files: ['**/*.ts'], ignores: ['apps/early-warning/src/**'], rules: off('no-loose-statistics') },
  { files: ['apps/early-warning/src/{quality,indicators}/**'], rules: off('no-loose-statistics') },
  // The owners of what the others may not touch.
  { files: ['libs/config/**'], rules: off('no-process-env') },
  { files: ['libs/database/**'], rules: off('no-data-source', 'no-pasted-sql') },
  { files: ['libs/events/**', 'tools/local/**'], rules: off('no-queue-client') },
  // What time it is; whether a token, an assertion or a sign-in is still good (RFC 9068, RFC 7523, RFC 9470), which its issuer's clock says;
  // when a row was written; the minute in which requests are counted.
  {
    files: [
      'libs/time/clock.ts',
      'libs/auth/second-factor.ts',
      'libs/auth/token-verifier.ts',
      'libs/database/entity.ts',
      'libs/http/counts.ts',
      'apps/directory/src/login/provider-options.ts',
      'apps/directory/src/login/strength.ts',
    ],
    rules: off('no-machine-time'),
  },
  // Deliveries wait, and tokens and sessions end, by the one clock that all processes share.
  {
    files: ['libs/events/{consumer,deliveries,relay}.ts', 'apps/directory/src/{clients,login}/**'],
    rules: off('no-database-time'),
  },
  // Definitions of tables and rights take no bound values.
  { files: ['**/migrations/**', 'libs/service/roles.ts'], rules: off('no-pasted-sql') },
  { files: ['**/migrations/**', '**/migrations.ts', 'libs/database/months.ts'], rules: off('no-database-time') },
  // Programs that people start: they read what they are told and answer on the terminal.
  {
    files: ['tools/**', 'bench/**'],
    rules: off('no-process-env', 'no-console', 'no-pasted-sql', 'no-machine-time', 'no-database-time'),
  },
  // The clock of the app that uses it is the only one there.
  { files: ['sdk/**'], rules: off('no-machine-time') },
  // Its peer is a bare BullMQ.
  { files: ['bench/**'], rules: off('no-queue-client') },
  // Tests look behind the curtain, and try what must be refused.
  {
    files: TESTS,
    rules: off(
      'no-process-env',
      'no-console',
      'no-queue-client',
      'no-pasted-sql',
      'no-data-source',
      'no-machine-time',
      'no-database-time',
    ),
  },
);
