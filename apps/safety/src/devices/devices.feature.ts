import { feature } from '#service';
import { Device } from './device.entity.js';
import { DeviceAccessController } from './device-access.controller.js';
import { DeviceAccess } from './device-access.service.js';
import { DevicesController } from './devices.controller.js';
import { Devices } from './devices.service.js';
import { DeviceGap } from './gaps/gap.entity.js';
import { GapsController } from './gaps/gaps.controller.js';
import { GapHandlers } from './gaps/gaps.handlers.js';
import { Gaps } from './gaps/gaps.service.js';
import { AcsEvents } from './hikvision/acs-event.client.js';
import { HikvisionRoutes } from './hikvision/hikvision.routes.js';
import { DeviceListener } from './listener/device-listener.js';
import { DeviceRecords } from './listener/device-records.service.js';
import { Silence } from './listener/silence.service.js';
import { Outage } from './outage.entity.js';
import { ZktecoRoutes } from './zkteco/zkteco.routes.js';

export const devices = feature({
  controllers: [DevicesController, DeviceAccessController, GapsController],
  providers: [
    Devices,
    DeviceAccess,
    DeviceListener,
    DeviceRecords,
    Silence,
    ZktecoRoutes,
    HikvisionRoutes,
    AcsEvents,
    Gaps,
    GapHandlers,
  ],
  entities: [Device, DeviceGap, Outage],
});
