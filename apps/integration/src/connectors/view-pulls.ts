import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { RowErrors, type TableRow } from '#exchange';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { AddressRefused } from '../outside/targets.js';
import { type ColumnProblem, Connector, ConnectorProfile, secretPlace } from './connector.entity.js';
import type { ConnectorRun } from './connector-run.entity.js';
import { orTooMany } from './connectors.service.js';
import { columnsOf, MappedFile, type Reading } from './map-file.js';
import { grouped } from './roster-imports.client.js';
import { sealedParts } from './run-parts.js';
import { ViewRefused } from './view/view-connection.js';
import { ViewRows } from './view/view-rows.js';
import { Views } from './view/views.js';

/** What a view had: the rows as they are brought, sealed, or what is wrong. */
export type ViewAnswer = { problems?: undefined; parts: Buffer[]; rows: number } | { problems: ColumnProblem[] };

const NOT_ALLOWED = {
  zh: '数据库地址现在指向未放行的网段（CONNECTOR_TARGETS）',
  en: 'the host leads, now, to an address that CONNECTOR_TARGETS does not allow',
};

/** Reads views of a school's databases by the mapping of their connector. */
@Injectable()
export class ViewPulls {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly views: Views,
  ) {}

  /** All rows, in one snapshot. Throws an Error when the database cannot be asked now. */
  async pull({ id, connectorId, profileId }: ConnectorRun): Promise<ViewAnswer> {
    const { connection } = this.database;
    const connector = await connection.findOneByOrFail(Connector, { id: connectorId });
    const { mapping } = await connection.findOneByOrFail(ConnectorProfile, { id: profileId! });
    const reading = { mapping, brings: connector.brings, timeZone: this.clock.timeZone };
    const errors = new RowErrors();
    const parts: Buffer[] = [];
    try {
      const read = await this.read(connector, reading, errors, async (file) => {
        for await (const part of sealedParts(this.vault, id, file.text())) parts.push(part);
      });
      if (errors.list.length > 0) return { problems: grouped(errors.list) };
      return { parts, rows: read.rowsRead };
    } catch (error) {
      const problem = problemOf(error);
      return { problems: [{ column: null, rows: 0, firstLine: null, ...problem }] };
    }
  }

  /** Reads the rows of a view by a mapping; `most`: no more than so many. Throws ViewRefused, AddressRefused. */
  async read(
    connector: Connector,
    reading: Reading,
    errors: RowErrors,
    fn: (file: MappedFile) => Promise<void>,
    most?: number,
  ): Promise<MappedFile> {
    const columns = Object.keys(columnsOf(reading.mapping));
    return this.views.with(connector.view!, this.passwordOf(connector), async (connection) => {
      const file = new MappedFile(reading, new ViewRows(connection, columns, errors, most), errors);
      await orTooMany(errors, () => fn(file));
      return file;
    });
  }

  /** The names of a view's columns, and its first rows. Throws ViewRefused, AddressRefused. */
  sample(connector: Connector, most: number): Promise<{ names: string[]; rows: TableRow<string>[] }> {
    return this.views.with(connector.view!, this.passwordOf(connector), async (connection) => {
      const names = await connection.columns();
      const rows: TableRow<string>[] = [];
      for await (const part of new ViewRows(connection, names, new RowErrors(), most).rows()) rows.push(...part);
      return { names, rows };
    });
  }

  private passwordOf({ id, sealedSecret }: Connector): string {
    return this.vault.open(secretPlace(id), sealedSecret!);
  }
}

/** What another attempt would meet as well. Throws what may pass. */
export function problemOf(error: unknown): { zh: string; en: string } {
  if (error instanceof ViewRefused) return error.problem;
  if (error instanceof AddressRefused) return NOT_ALLOWED;
  throw error;
}
