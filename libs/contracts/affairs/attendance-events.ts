import { Type } from 'class-transformer';
import { ArrayMaxSize, IsDateString, IsInt, IsNumber, IsUUID, Max, Min, ValidateNested } from 'class-validator';
import { Event } from '../event.js';

/** What of an absence no leave covers. */
export class AbsenceFact {
  @IsUUID()
  attendanceId: string;

  @IsUUID()
  studentId: string;

  /** On campus, YYYY-MM-DD. */
  @IsDateString()
  day: string;

  /** Class hours without leave; 0: what was told before counts no more. */
  @IsNumber()
  @Min(0)
  @Max(1000)
  hours: number;
}

/**
 * Absences without leave as they are known now: new ones, and ones that a correction of the attendance or a leave has changed. Of an
 * attendance and a day the higher revision counts.
 */
@Event({ name: 'affairs.absences-recorded.v1', consumers: ['early-warning'] })
export class AbsencesRecordedV1 {
  @IsInt()
  @Min(1)
  revision: number;

  @ValidateNested({ each: true })
  @Type(() => AbsenceFact)
  @ArrayMaxSize(500)
  absences: AbsenceFact[];

  constructor(values: { revision: number; absences: AbsenceFact[] }) {
    Object.assign(this, values);
  }
}
