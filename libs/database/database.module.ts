import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions, DefaultNamingStrategy, type EntitySchema } from 'typeorm';
import { HouseClient } from './client.js';
import { SilenceWatch } from './silence.js';
import { snakeCase } from './snake-case.js';
import { poolOf } from './sql.js';
import { Database } from './transaction.js';

export type EntityClass = (new () => object) | EntitySchema;

class SnakeNaming extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined, embeddedPrefixes: string[]): string {
    return snakeCase([...embeddedPrefixes, customName ?? propertyName].join('_'));
  }
}

export interface ConnectionOptions {
  url: string;
  entities: EntityClass[];
  poolSize: number;
  applicationName: string;
  /** Longest wait for a connection; 3 unless given. */
  waitSeconds?: number;
}

/** Options of every data source of the house: snake_case columns, no synchronize, bounded waits, prepared statements. */
export function dataSourceOptions(options: ConnectionOptions): DataSourceOptions {
  const waitMs = (options.waitSeconds ?? 3) * 1_000;
  return {
    type: 'postgres',
    url: options.url,
    entities: options.entities,
    synchronize: false,
    migrationsRun: false,
    logging: false,
    namingStrategy: new SnakeNaming(),
    poolSize: options.poolSize,
    connectTimeoutMS: waitMs,
    applicationName: options.applicationName,
    extra: {
      Client: HouseClient,
      connectionTimeoutMillis: waitMs,
      idle_in_transaction_session_timeout: 600_000,
      lock_timeout: 10_000,
      keepAlive: true,
    },
  };
}

/** A connected data source outside Nest: migrations, tools, tests. The caller destroys it. */
export async function connect(options: ConnectionOptions): Promise<DataSource> {
  return new DataSource(dataSourceOptions(options)).initialize();
}

/** A busy PostgreSQL is asked again for about half a minute before the start is given up; where nobody listens, once. */
const START = {
  retryAttempts: 10,
  retryDelay: 100,
  toRetry: (error: Error) => error.message.includes('connection timeout'),
};
/** Longest that a statement of a request may take; the work of `Database.background` has no such limit. */
const STATEMENT_MS = 10_000;

/** One pool per process. */
@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(SilenceWatch) private readonly watch: SilenceWatch) {}

  static forRoot(options: ConnectionOptions): DynamicModule {
    const house = dataSourceOptions(options);
    const limited = { ...house, extra: { ...(house.extra as object), statement_timeout: STATEMENT_MS } };
    return {
      module: DatabaseModule,
      imports: [TypeOrmModule.forRoot({ ...limited, ...START })],
      providers: [
        {
          provide: SilenceWatch,
          inject: [DataSource],
          useFactory: (source: DataSource) => new SilenceWatch(poolOf(source), options.url),
        },
        {
          provide: Database,
          inject: [DataSource, SilenceWatch],
          useFactory: (source: DataSource, watch: SilenceWatch) => new Database(source, watch),
        },
      ],
      exports: [Database],
    };
  }

  onApplicationShutdown(): void {
    this.watch.close();
  }
}
