import { Injectable } from '@nestjs/common';
import { CampusClock } from '#time';
import { SourceTargets } from '../oneroster.client.js';
import { openMysql } from './mysql.js';
import { openPostgresql } from './postgresql.js';
import { refusalOf, type ViewConnection, type ViewPull } from './view-connection.js';

const OPEN = { postgresql: openPostgresql, mysql: openMysql };

/** Views and tables of a school's databases. */
@Injectable()
export class Views {
  constructor(
    private readonly targets: SourceTargets,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Does something with a view in one transaction that can only read. Throws ViewRefused when it, or what was said of it, is not as it must
   * be, AddressRefused when its host must not be called, and an Error when the database cannot be asked now.
   */
  async with<T>(pull: ViewPull, password: string, fn: (connection: ViewConnection) => Promise<T>): Promise<T> {
    const address = await this.targets.databaseAddress(pull.host, pull.tls);
    try {
      const connection = await OPEN[pull.database]({ pull, password, address, timeZone: this.clock.timeZone });
      try {
        return await fn(connection);
      } finally {
        await connection.close();
      }
    } catch (error) {
      throw refusalOf(error);
    }
  }
}
