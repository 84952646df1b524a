import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { clientsMigrations } from './clients/migrations.js';
import { loginFeature } from './login/login.feature.js';
import { mountIssuer } from './login/mount-issuer.js';
import { Roster1763750000000 } from './migrations/1763750000000-roster.js';
import { seed } from './seed.js';

@Module({
  controllers: [...loginFeature.controllers],
  providers: [...loginFeature.providers],
})
class DirectoryModule {}

export const directory: Service = {
  name: 'directory',
  module: DirectoryModule,
  entities: [...loginFeature.entities],
  migrations: [Roster1763750000000, ...clientsMigrations],
  seed,
  mount: mountIssuer,
};
