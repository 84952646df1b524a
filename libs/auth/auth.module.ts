import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Config } from '#config';
import { Database } from '#database';
import { CampusClock } from '#time';
import { AuditSealer } from './audit-sealer.js';
import { AuthGuard } from './auth.guard.js';
import { Authenticator } from './authenticator.js';
import { SecondFactor } from './second-factor.js';

/** Puts the guard before every route of the process, and seals the audit. */
@Module({})
export class AuthModule {
  static forRoot(config: Config, clock = new CampusClock(config)): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        {
          provide: Authenticator,
          inject: [Database],
          useFactory: (database: Database) => new Authenticator(config, database, clock),
        },
        {
          provide: AuditSealer,
          inject: [Database],
          useFactory: (database: Database) => new AuditSealer(config, database),
        },
        {
          provide: SecondFactor,
          inject: [Database],
          useFactory: (database: Database) => new SecondFactor(database, clock),
        },
        { provide: APP_GUARD, useClass: AuthGuard },
      ],
      exports: [Authenticator],
    };
  }
}
