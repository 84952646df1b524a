import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions, DefaultNamingStrategy, type EntitySchema } from 'typeorm';
import { snakeCase } from './snake-case.js';
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
}

/** Options of every data source of the house: snake_case columns, no synchronize, bounded waits. */
export function dataSourceOptions(options: ConnectionOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    entities: options.entities,
    synchronize: false,
    migrationsRun: false,
    logging: false,
    namingStrategy: new SnakeNaming(),
    poolSize: options.poolSize,
    connectTimeoutMS: 3_000,
    applicationName: options.applicationName,
    extra: {
      connectionTimeoutMillis: 3_000,
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

/** One pool per process. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(options: ConnectionOptions): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [TypeOrmModule.forRoot({ ...dataSourceOptions(options), retryAttempts: 1, toRetry: () => false })],
      providers: [
        { provide: Database, inject: [DataSource], useFactory: (source: DataSource) => new Database(source) },
      ],
      exports: [Database],
    };
  }
}
