import { Type } from 'class-transformer';
import { ArrayMaxSize, IsDateString, IsIn, IsInt, IsOptional, IsUUID, Min, ValidateNested } from 'class-validator';
import { Event } from '../event.js';
import { NIGHT_FINDINGS, type NightFinding } from './codes.js';

export class PassFact {
  @IsUUID()
  passId: string;

  @IsUUID()
  studentId: string;

  @IsUUID()
  buildingId: string;

  @IsIn(['in', 'out'])
  direction: 'in' | 'out';

  /** When the device saw it. */
  @IsDateString()
  at: string;
}

/**
 * Students passed gates: up to 500 accepted passes, in bulk as they came. Passes of one student at one instant count in the order out, in:
 * who is seen both ways at once is not held to be out.
 */
@Event({ name: 'safety.passes-recorded.v1', consumers: ['affairs', 'early-warning'] })
export class PassesRecordedV1 {
  @ValidateNested({ each: true })
  @Type(() => PassFact)
  @ArrayMaxSize(500)
  passes: PassFact[];

  constructor(passes: PassFact[]) {
    this.passes = passes;
  }
}

/**
 * Passes that no longer count: taken back by a person, or replaced by their device. Up to 500, as they were told of in PassesRecordedV1;
 * may arrive before it. Consumers undo what each of them caused.
 */
@Event({ name: 'safety.passes-retracted.v1', consumers: ['affairs', 'early-warning'] })
export class PassesRetractedV1 {
  @ValidateNested({ each: true })
  @Type(() => PassFact)
  @ArrayMaxSize(500)
  passes: PassFact[];

  constructor(passes: PassFact[]) {
    this.passes = passes;
  }
}

export class NightResult {
  @IsUUID()
  studentId: string;

  @IsIn(NIGHT_FINDINGS)
  finding: NightFinding;

  /** Minutes after curfew, for `late`. */
  @IsOptional()
  @IsInt()
  @Min(0)
  minutesLate?: number;
}

/**
 * What the night check found, or what a later correction made of it: up to 500 students of one night.
 * The newest result of a student and night replaces the earlier ones.
 */
@Event({
  name: 'safety.night-checked.v1',
  consumers: ['early-warning'],
  tells: { permission: 'safety:night-check:read', zh: '晚归检查已完成', en: 'A night was checked' },
})
export class NightCheckedV1 {
  /** The evening's date (campus time zone), YYYY-MM-DD. */
  @IsDateString()
  night: string;

  /** Rises with every amendment of this night. */
  @IsInt()
  @Min(1)
  revision: number;

  @ValidateNested({ each: true })
  @Type(() => NightResult)
  @ArrayMaxSize(500)
  results: NightResult[];

  constructor(night: string, revision: number, results: NightResult[]) {
    this.night = night;
    this.revision = revision;
    this.results = results;
  }
}

/** A gate calls and has sent no record for longer than is usual there at that hour; with `until`: it sends again. */
@Event({
  name: 'safety.device-silence.v1',
  consumers: [],
  tells: {
    permission: 'safety:device:read',
    zh: '门禁设备在线但没有记录',
    en: 'A gate is connected and sends no records',
  },
})
export class DeviceSilenceV1 {
  @IsUUID()
  deviceId: string;

  @IsUUID()
  buildingId: string;

  /** Since when there has been no record. */
  @IsDateString()
  since: string;

  /** When it sent one again. */
  @IsOptional()
  @IsDateString()
  until?: string;

  constructor(deviceId: string, buildingId: string, since: string, until?: string) {
    this.deviceId = deviceId;
    this.buildingId = buildingId;
    this.since = since;
    if (until !== undefined) this.until = until;
  }
}
