import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { Every } from '#events';
import { UntoldAbsences } from './untold-absences.service.js';

@Injectable()
export class AttendanceHandlers {
  constructor(private readonly untold: UntoldAbsences) {}

  @Every('* * * * *', { name: 'affairs.absences-told', catchUp: 'latest' })
  async tell(tx: Tx): Promise<void> {
    await this.untold.tell(tx);
  }
}
