import { Int } from '#fields';
import { Policy } from '#policy';

/** What may wait for a device's approval, so that approving one releases no more than a transaction can. Numbers of this house's choice. */
@Policy({ key: 'safety.pending-devices', title: { zh: '待审批的设备', en: 'Devices that wait for approval' } })
export class PendingDevicesPolicy {
  @Int({
    zh: '最多有多少台设备等待审批；更多的未知设备不再登记',
    en: 'Devices that may wait for approval; further unknown ones are not registered',
    min: 1,
    max: 10_000,
    example: 200,
  })
  devices = 200;

  @Int({
    zh: '一台设备在审批前最多暂存多少条通行',
    en: 'Passes that are held for a device until it is approved',
    min: 1,
    max: 100_000,
    example: 20_000,
  })
  heldPasses = 20_000;
}
