import { CampusClock } from '#time';

/** The campus clock of a sandbox: ahead of the machine's by as much as `platform.sandbox` says. */
export class SandboxClock extends CampusClock {
  aheadMs = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.aheadMs);
  }
}
