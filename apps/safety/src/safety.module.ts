import { Module } from '@nestjs/common';
import type { Service } from '#service';

@Module({
  controllers: [],
  providers: [],
})
class SafetyModule {}

export const safety: Service = {
  name: 'safety',
  module: SafetyModule,
  entities: [],
  migrations: [],
};
