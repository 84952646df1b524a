import { afterCommit, query, sql, type Sql, type Tx } from '#database';
import type { Definition } from './definition.js';
import type { Versions } from './fold.js';

/** Versions that are remembered. */
const MOST_KNOWN = 500;

/** Versions of definitions as they are stored. What is published never changes: each is read once, and never written to. */
export class Definitions {
  private readonly known = new Map<string, Definition>();

  constructor(private readonly table: Sql) {}

  /** Of each key the versions asked for. Throws where one is not there. */
  async of(tx: Tx, wanted: readonly { key: string; versions: Iterable<number> }[]): Promise<Versions[]> {
    const all = wanted.flatMap(({ key, versions }) => [...versions].map((version) => ({ key, version })));
    const found = new Map<string, Definition>();
    const missing = all.filter(({ key, version }) => {
      const definition = this.known.get(nameOf(key, version));
      if (definition) found.set(nameOf(key, version), definition);
      return !definition;
    });
    if (missing.length > 0) for (const [name, definition] of await this.read(tx, missing)) found.set(name, definition);
    return wanted.map(
      ({ key, versions }) =>
        new Map([...versions].map((version) => [version, must(found.get(nameOf(key, version)), key, version)])),
    );
  }

  /** Of a version that is stored, and committed. */
  remember(key: string, version: number, definition: Definition): void {
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(nameOf(key, version), definition);
  }

  private async read(tx: Tx, missing: { key: string; version: number }[]): Promise<[string, Definition][]> {
    const rows = await query<{ key: string; version: number; content: Definition }>(
      tx,
      sql`SELECT d.key, d.version, d.content
            FROM jsonb_to_recordset(${JSON.stringify(missing)}::jsonb) AS m(key text, version int) JOIN ${this.table} d USING (key, version)`,
    );
    const remember = (): void => {
      for (const { key, version, content } of rows) this.remember(key, version, content);
    };
    // One that was published in this very transaction is there for nobody else yet, and perhaps never.
    if (tx.queryRunner) afterCommit(tx, remember);
    else remember();
    return rows.map(({ key, version, content }) => [nameOf(key, version), content]);
  }
}

function nameOf(key: string, version: number): string {
  return `${version} ${key}`;
}

function must(definition: Definition | undefined, key: string, version: number): Definition {
  if (!definition) throw new Error(`Definition ${key} has no version ${version}`);
  return definition;
}
