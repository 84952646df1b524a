import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { Appointments1763750100000 } from './migrations/1763750100000-appointments.js';
import { seed } from './seed.js';

@Module({
  controllers: [],
  providers: [],
})
class StaffingModule {}

export const staffing: Service = {
  name: 'staffing',
  module: StaffingModule,
  entities: [],
  migrations: [Appointments1763750100000],
  seed,
};
