import { Module } from '@nestjs/common';
import type { Service } from '#service';

@Module({
  controllers: [],
  providers: [],
})
class AffairsModule {}

export const affairs: Service = {
  name: 'affairs',
  module: AffairsModule,
  entities: [],
  migrations: [],
};
