import { IsIn, IsInt, IsUUID } from 'class-validator';
import { Event } from '../event.js';

/** An admission reached a step (1–25 of the admission rules). */
@Event({
  name: 'party-building.admission-advanced.v1',
  consumers: ['early-warning'],
  tells: { permission: 'party-building:admission:read', zh: '发展党员进入下一步', en: 'An admission advanced' },
})
export class AdmissionAdvancedV1 {
  @IsUUID()
  admissionId: string;

  @IsInt()
  step: number;

  @IsIn(['applicant', 'activist', 'candidate', 'probationary_member', 'full_member'])
  stage: 'applicant' | 'activist' | 'candidate' | 'probationary_member' | 'full_member';

  constructor(values: { admissionId: string; step: number; stage: AdmissionAdvancedV1['stage'] }) {
    Object.assign(this, values);
  }
}

/** The latest record of an admission was reversed; `stage` is where it stands now. Reversing step 1 withdraws it. */
@Event({
  name: 'party-building.admission-reversed.v1',
  consumers: ['early-warning'],
  tells: {
    permission: 'party-building:admission:read',
    zh: '发展党员的一步被撤回',
    en: 'A step of an admission was reversed',
  },
})
export class AdmissionReversedV1 {
  @IsUUID()
  admissionId: string;

  /** The step that no longer counts. */
  @IsInt()
  step: number;

  @IsIn(['applicant', 'activist', 'candidate', 'probationary_member', 'full_member'])
  stage: AdmissionAdvancedV1['stage'];

  constructor(values: { admissionId: string; step: number; stage: AdmissionAdvancedV1['stage'] }) {
    Object.assign(this, values);
  }
}

/** A deadline of an admission is near or has passed; whoever carries the admission is to be reminded. */
@Event({
  name: 'party-building.admission-reminded.v1',
  consumers: [],
  tells: {
    permission: 'party-building:admission:read',
    zh: '发展党员的期限临近',
    en: 'A deadline of an admission is near',
  },
})
export class AdmissionRemindedV1 {
  @IsUUID()
  admissionId: string;

  @IsInt()
  step: number;

  /** Days until the deadline; negative when it has passed. */
  @IsInt()
  daysLeft: number;

  /** Party organizers over the units of its branch, or of the nearest organization above that has any. */
  @IsUUID('all', { each: true })
  personIds: string[];

  constructor(values: { admissionId: string; step: number; daysLeft: number; personIds: string[] }) {
    Object.assign(this, values);
  }
}
