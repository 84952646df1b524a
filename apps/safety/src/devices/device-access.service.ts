import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Config } from '#config';
import { Database, findInScope, type Tx, update } from '#database';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { Device, placeOfPassword } from './device.entity.js';
import type { DeviceAccessDto } from './device-access.dto.js';
import { reached } from './device-scope.js';
import type { DeviceDto } from './devices.dto.js';
import { DeviceUrlRefused } from './devices.problems.js';
import { Devices } from './devices.service.js';
import { Gaps } from './gaps/gaps.service.js';
import { forgetProof, keyDigestOf } from './listener/device-keys.js';
import { deviceUrl, networksOf } from './listener/networks.js';

/** How a device is asked, and by which key it is known. Neither password nor key is ever shown. */
@Injectable()
export class DeviceAccess {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly vault: Vault,
    private readonly devices: Devices,
    private readonly gaps: Gaps,
    private readonly clock: CampusClock,
  ) {}

  setAccess(actor: Actor, id: string, expected: number, body: DeviceAccessDto): Promise<DeviceDto> {
    return this.change(actor, id, expected, 'safety.device.access', async (tx, device) => {
      const url = deviceUrl(networksOf(this.config.deviceNetworks), body.url);
      if (!url) throw new DeviceUrlRefused({ pointer: '#/url' });
      const sealedPassword = this.vault.seal(placeOfPassword(id), body.password);
      device.setAccess({ url, user: body.user, sealedPassword });
      await this.gaps.resume(tx, id);
    });
  }

  removeAccess(actor: Actor, id: string, expected: number): Promise<DeviceDto> {
    return this.change(actor, id, expected, 'safety.device.access', (_, device) => device.setAccess(null));
  }

  /** From now on the device is refused without the key. */
  setKey(actor: Actor, id: string, expected: number, key: string): Promise<DeviceDto> {
    return this.change(actor, id, expected, 'safety.device.key', async (tx, device) => {
      device.keyDigest = keyDigestOf(this.vault, device.code, key);
      await forgetProof(tx, id);
    });
  }

  removeKey(actor: Actor, id: string, expected: number): Promise<DeviceDto> {
    return this.change(actor, id, expected, 'safety.device.key', (_, device) => {
      device.keyDigest = null;
    });
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    by: (tx: Tx, device: Device) => void | Promise<void>,
  ): Promise<DeviceDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = reached(actor, 'safety:device:write', this.clock.today());
      const device = await findInScope(tx, Device, id, { alias: 'd', where });
      if (!device) throw new NotFound({ what: 'device' });
      await by(tx, device);
      await update(tx, device, expected);
      await audit(tx, actor, { action, subject: { kind: 'device', id } });
      return this.devices.read(tx, actor, 'safety:device:write', id);
    });
  }
}
