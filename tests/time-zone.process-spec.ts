import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const JEST = ['--no-warnings', 'node_modules/jest/bin/jest.js'];
/** Small tests in which dates are worked out. */
const DATES = ['libs/time', 'libs/exchange', 'apps/safety/src/curfew', 'apps/affairs/src/leave'];

describe('the time zone of the machine', () => {
  it.each(['America/New_York', 'Pacific/Auckland'])('makes no difference: %s', async (zone) => {
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [...JEST, '--selectProjects', 'small', '--testPathPatterns', ...DATES],
      {
        env: { ...process.env, TZ: zone },
      },
    );
    expect(stderr).toMatch(/Tests: +\d{2,} passed, \d+ total/);
  });
});
