import { service } from '#service';
import { curfew } from './curfew/curfew.feature.js';
import { devices } from './devices/devices.feature.js';
import { Gates1763750300000 } from './migrations/1763750300000-gates.js';
import { Nights1763750310000 } from './migrations/1763750310000-nights.js';
import { PublishedPasses1763750320000 } from './migrations/1763750320000-published-passes.js';
import { RenumberedRecords1763750330000 } from './migrations/1763750330000-renumbered-records.js';
import { UpdatedSince1763750340000 } from './migrations/1763750340000-updated-since.js';
import { LatePassesByTime1764300020000 } from './migrations/1764300020000-late-passes-by-time.js';
import { PassMonths1764600010000 } from './migrations/1764600010000-pass-months.js';
import { HeldPasses1764804100000 } from './migrations/1764804100000-held-passes.js';
import { HolidayAbsences1764810000100 } from './migrations/1764810000100-holiday-absences.js';
import { DeviceContacts1764843000000 } from './migrations/1764843000000-device-contacts.js';
import { HikvisionDevices1764864000000 } from './migrations/1764864000000-hikvision-devices.js';
import { DeviceGaps1764864010000 } from './migrations/1764864010000-device-gaps.js';
import { nights } from './nights/nights.feature.js';
import { passes } from './passes/passes.feature.js';
import { seed } from './seed.js';
import { OWN_DATA } from './own-data.js';

export const safety = service('safety', {
  features: [devices, passes, curfew, nights],
  migrations: [
    Gates1763750300000,
    Nights1763750310000,
    PublishedPasses1763750320000,
    RenumberedRecords1763750330000,
    UpdatedSince1763750340000,
    LatePassesByTime1764300020000,
    PassMonths1764600010000,
    HeldPasses1764804100000,
    HolidayAbsences1764810000100,
    DeviceContacts1764843000000,
    HikvisionDevices1764864000000,
    DeviceGaps1764864010000,
  ],
  ownData: OWN_DATA,
  seed,
  jobs: 'safety:night-check:write',
});
