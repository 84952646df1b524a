import { Module } from '@nestjs/common';
import type { Service } from '#service';

@Module({
  controllers: [],
  providers: [],
})
class EarlyWarningModule {}

export const earlyWarning: Service = {
  name: 'early-warning',
  module: EarlyWarningModule,
  entities: [],
  migrations: [],
};
