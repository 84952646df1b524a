import { openAsBlob } from 'node:fs';
import { Injectable } from '@nestjs/common';
import type { Bilingual } from '#contracts';
import { csvLines } from '#exchange';
import type { ColumnProblem } from './connector.entity.js';
import type { Counts, ImportJob } from './connector-run.entity.js';
import { failed, OwnApp } from './own-app.js';

/** How a file is to be imported. */
export interface ImportOptions {
  /** As directory calls it: one table, or a OneRoster set. */
  kind: 'roster-sheet' | 'roster';
  source: string;
  dryRun: boolean;
  allowShrink: boolean;
  allowIdentityChanges: boolean;
  /** Sent again with it, the file is not imported again. */
  key: string;
}

/** Directory refused a file before it looked at its rows. */
export class ImportRefused extends Error {
  constructor(readonly problem: Bilingual) {
    super('directory refused the file');
  }
}

const PERMISSION = 'directory:import:write';

interface JobAnswer {
  id: string;
  status: ImportJob['status'];
  result: (Record<string, unknown> & { refusedBecause?: Bilingual[] }) | null;
  errors: string | null;
}

/** Directory's imports of rosters, over its API. */
@Injectable()
export class RosterImports {
  constructor(private readonly app: OwnApp) {}

  /** Hands a file over; answers the id of directory's job. Throws ImportRefused, and an Error when directory cannot be asked now. */
  async send(path: string, { key, kind, ...options }: ImportOptions): Promise<string> {
    const query = new URLSearchParams(
      Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)])),
    );
    const form = new FormData();
    form.append('file', await openAsBlob(path), kind === 'roster' ? 'roster.zip' : 'roster.csv');
    const answer = await this.app.ask(PERMISSION, `/directory/v1/imports/${kind}?${query.toString()}`, {
      method: 'POST',
      headers: { 'idempotency-key': key },
      body: form,
    });
    if (answer.status === 202) return ((await answer.json()) as JobAnswer).id;
    throw answer.status === 400 || answer.status === 413 || answer.status === 422
      ? new ImportRefused(await problemOf(answer))
      : failed('directory', answer);
  }

  async job(id: string): Promise<ImportJob> {
    const answer = await this.app.ask(PERMISSION, `/directory/v1/jobs/${id}`);
    if (answer.status !== 200) throw failed('directory', answer);
    const { status, result, errors } = (await answer.json()) as JobAnswer;
    return {
      id,
      status,
      counts: result && countsOf(result),
      reasons: result?.refusedBecause ?? [],
      problems: status !== 'succeeded' && errors ? await this.problems(errors) : [],
    };
  }

  private async problems(path: string): Promise<ColumnProblem[]> {
    const answer = await this.app.ask(PERMISSION, path);
    if (answer.status !== 200) throw failed('directory', answer);
    const [, ...lines] = csvLines(Buffer.from(await answer.arrayBuffer()), 'utf-8');
    return grouped(
      lines.map(({ cells: [, line, column, zh, en] }) => ({ line: Number(line), column, zh: zh!, en: en! })),
    );
  }
}

async function problemOf(answer: Response): Promise<Bilingual> {
  const { code } = (await answer.json()) as { code: string };
  return { zh: `名册不接受该文件（${code}）`, en: `the roster does not take the file (${code})` };
}

function countsOf(result: object): Counts {
  const kinds = Object.entries(result as Record<string, unknown>).filter(
    ([, value]) => typeof value === 'object' && value !== null && 'create' in value && typeof value.create === 'number',
  );
  return Object.fromEntries(kinds) as Counts;
}

const MOST_PROBLEMS = 100;

interface RowProblem extends Bilingual {
  line?: number | undefined;
  column?: string | undefined;
}

/** What is wrong, by column and reason, the most frequent first; a cell's value is in none of the reasons. */
export function grouped(errors: readonly RowProblem[]): ColumnProblem[] {
  const groups = new Map<string, ColumnProblem>();
  for (const { line, column, zh, en } of errors) {
    const key = JSON.stringify([column, zh]);
    const group = groups.get(key) ?? { column: column || null, zh, en, rows: 0, firstLine: line || null };
    group.rows++;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.rows - a.rows).slice(0, MOST_PROBLEMS);
}
