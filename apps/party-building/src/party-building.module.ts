import { Module } from '@nestjs/common';
import type { Service } from '#service';

@Module({
  controllers: [],
  providers: [],
})
class PartyBuildingModule {}

export const partyBuilding: Service = {
  name: 'party-building',
  module: PartyBuildingModule,
  entities: [],
  migrations: [],
};
