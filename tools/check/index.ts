import { spawn } from 'node:child_process';

/**
 * `npm run check`: everything that needs no test run. Each step is also a script of its own (`npm run check:lint`).
 * Two run at a time; all run, whatever fails, and what failed is named at the end.
 */
const STEPS = ['openapi', 'lint', 'types', 'drift', 'generated', 'breaking', 'arrows', 'format'];
const AT_ONCE = 2;

interface Outcome {
  step: string;
  passed: boolean;
}

function run(step: string): Promise<Outcome> {
  const began = Date.now();
  const child = spawn('npm', ['run', '--silent', `check:${step}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done) => {
    child.once('close', (code) => {
      const passed = code === 0;
      const seconds = Math.round((Date.now() - began) / 1000);
      process.stdout.write(
        `${passed ? 'ok    ' : 'FAILED'} check:${step} (${seconds} s)\n${passed ? '' : `${output}\n`}`,
      );
      done({ step, passed });
    });
  });
}

const waiting = [...STEPS];
const outcomes: Outcome[] = [];
async function worker(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) outcomes.push(await run(step));
}
await Promise.all(Array.from({ length: AT_ONCE }, worker));

const failed = outcomes.filter(({ passed }) => !passed).map(({ step }) => `check:${step}`);
process.stdout.write(failed.length > 0 ? `Failed: ${failed.join(', ')}\n` : 'Everything is in order.\n');
process.exit(failed.length > 0 ? 1 : 0);
