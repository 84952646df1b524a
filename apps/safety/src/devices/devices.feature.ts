import { feature } from '#service';
import { Device } from './device.entity.js';
import { DevicesController } from './devices.controller.js';
import { Devices } from './devices.service.js';
import { Outage } from './outage.entity.js';

export const devices = feature({
  controllers: [DevicesController],
  providers: [Devices],
  entities: [Device, Outage],
});
