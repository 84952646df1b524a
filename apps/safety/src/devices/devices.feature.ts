import { feature } from '#service';
import { Device } from './device.entity.js';
import { DevicesController } from './devices.controller.js';
import { Devices } from './devices.service.js';
import { HikvisionRoutes } from './hikvision/hikvision.routes.js';
import { DeviceListener } from './listener/device-listener.js';
import { DeviceRecords } from './listener/device-records.service.js';
import { Silence } from './listener/silence.service.js';
import { Outage } from './outage.entity.js';
import { ZktecoRoutes } from './zkteco/zkteco.routes.js';

export const devices = feature({
  controllers: [DevicesController],
  providers: [Devices, DeviceListener, DeviceRecords, Silence, ZktecoRoutes, HikvisionRoutes],
  entities: [Device, Outage],
});
