import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A device is to be asked for events that are missing; the service's own background job. */
@Event({ name: 'safety.device-gap-due.v1', consumers: ['safety'], long: true })
export class DeviceGapDueV1 {
  @IsUUID()
  deviceId: string;

  constructor(deviceId: string) {
    this.deviceId = deviceId;
  }
}
