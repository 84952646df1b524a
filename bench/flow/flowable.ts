import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { AT_ONCE, BPMN, DECISIONS } from './flow.js';

const run = promisify(execFile);
const SOURCE = resolve('bench/flow/flowable');

/** The engine of Flowable in a Java process of its own, on a database of its own of the same server. */
export class Flowable {
  private constructor(
    private readonly home: string,
    private readonly classPath: string,
    private readonly url: string,
  ) {}

  /** Undefined where there is no JDK or Maven. */
  static async install(databaseUrl: string): Promise<Flowable | undefined> {
    try {
      await run('mvn', ['-version']);
      await run('javac', ['-version']);
    } catch {
      return undefined;
    }
    const home = await mkdtemp(join(tmpdir(), 'yizhan-bench-flowable-'));
    await cp(SOURCE, home, { recursive: true });
    await writeFile(join(home, 'bench.bpmn20.xml'), BPMN);
    await run('mvn', ['-q', '-B', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], { cwd: home });
    const libraries = (await readFile(join(home, 'classpath'), 'utf8')).trim();
    const classes = join(home, 'classes');
    await mkdir(classes);
    await run('javac', ['-d', classes, '-cp', libraries, 'Flow.java'], { cwd: home });
    const admin = new pg.Client({ connectionString: databaseUrl });
    await admin.connect();
    await admin.query('CREATE DATABASE flowable');
    await admin.end();
    const url = new URL(databaseUrl);
    const jdbc = `jdbc:postgresql://${url.host}/flowable?user=${url.username}&password=${url.password}`;
    return new Flowable(home, `${classes}:${libraries}`, jdbc);
  }

  /** Decisions a second of `flows` flows, after as many for the warming up of the JVM. */
  async decisionsPerSecond(flows: number): Promise<number> {
    const args = ['-cp', this.classPath, 'Flow', join(this.home, 'bench.bpmn20.xml')];
    const { stdout } = await run('java', [...args, String(flows), String(AT_ONCE)], {
      env: { ...process.env, JDBC_URL: this.url },
    });
    return (flows * DECISIONS.length) / Number(stdout.trim().split('\n').at(-1));
  }

  remove(): Promise<void> {
    return rm(this.home, { recursive: true, force: true });
  }
}
