import { Type } from 'class-transformer';
import { ArrayMaxSize, IsDateString, IsIn, IsInt, IsOptional, IsUUID, Min, ValidateNested } from 'class-validator';
import { Event } from '../event.js';

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

/** `late`: in after curfew. `not_returned`: not in that night. `clear`: an earlier finding was corrected away or excused. */
export const NIGHT_FINDINGS = ['late', 'not_returned', 'clear'] as const;
export type NightFinding = (typeof NIGHT_FINDINGS)[number];

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
@Event({ name: 'safety.night-checked.v1', consumers: ['early-warning'] })
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

/** Somebody asked for a night check; the service's own background job. */
@Event({ name: 'safety.night-check-requested.v1', consumers: ['safety'], long: true })
export class NightCheckRequestedV1 {
  @IsDateString()
  night: string;

  /** The 202 job that reports on it. */
  @IsUUID()
  jobId: string;

  /** Last night of a range that begins with `night`, inclusive; left out for one night. */
  @IsOptional()
  @IsDateString()
  to?: string;

  constructor(night: string, jobId: string, to?: string) {
    this.night = night;
    this.jobId = jobId;
    if (to !== undefined) this.to = to;
  }
}

/** Passes, leaves, late passes or outages of a past night changed: what was found then is looked at again. */
@Event({ name: 'safety.night-recheck-requested.v1', consumers: ['safety'], long: true })
export class NightRecheckRequestedV1 {
  @IsDateString()
  night: string;

  constructor(night: string) {
    this.night = night;
  }
}
