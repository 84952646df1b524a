import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { ExcusedAbsenceHandlers } from './curfew/excused-absences.handlers.js';
import { LatePass } from './curfew/late-pass.entity.js';
import { LatePassesController } from './curfew/late-passes.controller.js';
import { LatePasses } from './curfew/late-passes.service.js';
import { Device } from './devices/device.entity.js';
import { DevicesController } from './devices/devices.controller.js';
import { Devices } from './devices/devices.service.js';
import { Outage } from './devices/outage.entity.js';
import { Gates1763750300000 } from './migrations/1763750300000-gates.js';
import { Nights1763750310000 } from './migrations/1763750310000-nights.js';
import { PublishedPasses1763750320000 } from './migrations/1763750320000-published-passes.js';
import { RenumberedRecords1763750330000 } from './migrations/1763750330000-renumbered-records.js';
import { UpdatedSince1763750340000 } from './migrations/1763750340000-updated-since.js';
import { LatePassesByTime1764300020000 } from './migrations/1764300020000-late-passes-by-time.js';
import { NightChecks } from './nights/night-checks.service.js';
import { FindingsController, NightChecksController } from './nights/nights.controller.js';
import { NightHandlers } from './nights/nights.handlers.js';
import { Nights } from './nights/nights.service.js';
import { Rechecks } from './nights/rechecks.service.js';
import { Pass } from './passes/pass.entity.js';
import { PassBatches } from './passes/pass-batches.service.js';
import { PassesController } from './passes/passes.controller.js';
import { Passes } from './passes/passes.service.js';
import { seed } from './seed.js';

@Module({
  controllers: [DevicesController, PassesController, LatePassesController, NightChecksController, FindingsController],
  providers: [
    Devices,
    Passes,
    PassBatches,
    LatePasses,
    ExcusedAbsenceHandlers,
    Nights,
    NightChecks,
    NightHandlers,
    Rechecks,
  ],
})
class SafetyModule {}

export const safety: Service = {
  name: 'safety',
  module: SafetyModule,
  entities: [Device, Outage, Pass, LatePass],
  migrations: [
    Gates1763750300000,
    Nights1763750310000,
    PublishedPasses1763750320000,
    RenumberedRecords1763750330000,
    UpdatedSince1763750340000,
    LatePassesByTime1764300020000,
  ],
  seed,
};
