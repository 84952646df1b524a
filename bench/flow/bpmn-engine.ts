import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import type pg from 'pg';
import { BPMN, DECISIONS } from './flow.js';

const VERSION = '25.0.1';

interface Execution {
  getState(): unknown;
  getPostponed(): { id: string; signal(): void }[];
}
interface Engine {
  execute(options: { listener: EventEmitter }): Promise<Execution>;
}
type Engines = new (options: { name: string; source: string }) => Engine;

/**
 * bpmn-engine with its state in one row, written after each decision. In its favour the engine of a flow stays in memory: it is never read
 * back, as a service of several processes would have to.
 */
export class BpmnEngine {
  private constructor(
    private readonly home: string,
    private readonly engines: Engines,
    private readonly pool: pg.Pool,
  ) {}

  static async install(pool: pg.Pool): Promise<BpmnEngine> {
    const home = await mkdtemp(join(tmpdir(), 'yizhan-bench-bpmn-'));
    await writeFile(join(home, 'package.json'), '{"private": true}');
    const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `bpmn-engine@${VERSION}`];
    await promisify(execFile)('npm', npm, { cwd: home });
    const { Engine: engines } = createRequire(join(home, 'package.json'))('bpmn-engine') as { Engine: Engines };
    await pool.query('CREATE SCHEMA bpmn_engine');
    await pool.query('CREATE TABLE bpmn_engine.flow (id uuid PRIMARY KEY, state json NOT NULL)');
    return new BpmnEngine(home, engines, pool);
  }

  async flow(): Promise<void> {
    const id = randomUUID();
    const engine = new this.engines({ name: id, source: BPMN });
    const execution = await engine.execute({ listener: new EventEmitter() });
    await this.store(id, execution);
    for (const task of DECISIONS.slice(1)) {
      execution
        .getPostponed()
        .find((one) => one.id === task)!
        .signal();
      await this.store(id, execution);
    }
    if (execution.getPostponed().length > 0) throw new Error('A flow of bpmn-engine did not end');
  }

  remove(): Promise<void> {
    return rm(this.home, { recursive: true, force: true });
  }

  private async store(id: string, execution: Execution): Promise<void> {
    await this.pool.query({
      name: 'save',
      text: 'INSERT INTO bpmn_engine.flow VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
      values: [id, JSON.stringify(execution.getState())],
    });
  }
}
