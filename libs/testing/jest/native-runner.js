/**
 * Runs a test file as Node runs a program, with Jest's own describe, it, expect, time limits and results. Jest would load every
 * module again for each file, in a context of its own: of a file of tests that boots a service, that was half the time. Here
 * a worker loads a module once; only the file of tests itself is read anew.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import './sources.js';

const require = createRequire(import.meta.url);
const circus = require('jest-circus/runner');

/** What Jest's circus asks of its runtime, answered by Node. */
const node = {
  /** Circus keeps the tests of a file in its modules and on `globalThis`: both begin anew with each file. */
  requireInternalModule(path) {
    for (const name of ['EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL']) delete globalThis[Symbol.for(name)];
    delete require.cache[path];
    return require(path);
  },
  requireModule: require,
  unstable_shouldLoadAsEsm: () => true,
  unstable_importModule: (path) => import(`${pathToFileURL(path)}?at=${performance.now()}`),
  setGlobalsForRuntime: () => undefined,
  enterTestCode: () => undefined,
  leaveTestCode: () => undefined,
};

process.setSourceMapsEnabled(true);

export default function run(globalConfig, config, environment, _runtime, path, send) {
  Error.prepareStackTrace = undefined; // Jest's own knows no maps of modules that Node loaded
  const { testTimeout } = config.testEnvironmentOptions;
  return circus.default(
    { ...globalConfig, testTimeout },
    config,
    { ...environment, global: globalThis },
    node,
    path,
    send,
  );
}
