import { IsIn, IsInt, IsUUID } from 'class-validator';
import { Event } from '../event.js';
import { SERVICE_NAMES, type ServiceName } from '../services.js';

/** People, units, places or memberships changed through an import; read the published views for what they are now. */
@Event({
  name: 'directory.roster-changed.v1',
  consumers: ['safety', 'early-warning'],
  tells: { permission: 'directory:person:read', zh: '名册已变更', en: 'The roster changed' },
})
export class RosterChangedV1 {
  @IsUUID()
  importId: string;

  constructor(importId: string) {
    this.importId = importId;
  }
}

/**
 * One member of staff was provisioned or changed, or left the roster, by a system that keeps their accounts (SCIM); what an import changes,
 * RosterChangedV1 tells of.
 */
@Event({
  name: 'directory.staff-changed.v1',
  consumers: [],
  tells: { permission: 'directory:person:read', zh: '一名教职工有变更', en: 'A member of staff changed' },
})
export class StaffChangedV1 {
  @IsUUID()
  personId: string;

  constructor(personId: string) {
    this.personId = personId;
  }
}

/**
 * A student's personal data was erased (个人信息保护法 art. 47): what was sealed with the student's key cannot be read any more. Each consumer
 * deletes or blanks what else it has of the student. It cannot be taken back.
 */
@Event({
  name: 'directory.student-erased.v1',
  consumers: ['affairs', 'safety', 'early-warning', 'integration'],
  long: true,
})
export class StudentErasedV1 {
  @IsUUID()
  studentId: string;

  constructor(studentId: string) {
    this.studentId = studentId;
  }
}

/** A student asked for a copy of everything there is of them (个人信息保护法 art. 45). Each service writes its part, sealed with the student's key. */
@Event({
  name: 'directory.own-export-requested.v1',
  consumers: SERVICE_NAMES,
  long: true,
})
export class OwnExportRequestedV1 {
  @IsUUID()
  exportId: string;

  @IsUUID()
  studentId: string;

  constructor(values: { exportId: string; studentId: string }) {
    Object.assign(this, values);
  }
}

/** A service has written its part of such a copy. */
@Event({ name: 'directory.own-export-part-made.v1', consumers: ['directory'], long: true })
export class OwnExportPartMadeV1 {
  @IsUUID()
  exportId: string;

  @IsIn(SERVICE_NAMES)
  service: ServiceName;

  constructor(values: { exportId: string; service: ServiceName }) {
    Object.assign(this, values);
  }
}

/** A sensitive permission of an app comes to its end soon: who approved it is to say whether the app still needs it. */
@Event({ name: 'directory.client-approval-ending.v1', consumers: ['integration'] })
export class ClientApprovalEndingV1 {
  @IsUUID()
  approvalId: string;

  @IsUUID()
  approvedById: string;

  constructor(approvalId: string, approvedById: string) {
    Object.assign(this, { approvalId, approvedById });
  }
}

/** Two records of one person are to be merged, or were: each service says how many rows it has of the one that is given up. */
@Event({
  name: 'directory.person-rows-asked.v1',
  consumers: SERVICE_NAMES,
  long: true,
})
export class PersonRowsAskedV1 {
  @IsUUID()
  mergeId: string;

  /** How often it was asked for this merge; the answer says it again. */
  @IsInt()
  round: number;

  @IsUUID()
  personId: string;

  constructor(values: { mergeId: string; round: number; personId: string }) {
    Object.assign(this, values);
  }
}

/** A service has counted its rows of that person. */
@Event({ name: 'directory.person-rows-counted.v1', consumers: ['directory'] })
export class PersonRowsCountedV1 {
  @IsUUID()
  mergeId: string;

  @IsInt()
  round: number;

  @IsIn(SERVICE_NAMES)
  service: ServiceName;

  @IsInt()
  rows: number;

  constructor(values: { mergeId: string; round: number; service: ServiceName; rows: number }) {
    Object.assign(this, values);
  }
}

abstract class OfMerge {
  @IsUUID()
  mergeId: string;

  @IsUUID()
  keptId: string;

  @IsUUID()
  givenUpId: string;

  constructor(values: { mergeId: string; keptId: string; givenUpId: string }) {
    Object.assign(this, values);
  }
}

/** One person's second record was given up for the first: whoever keeps the one id goes on with the other. */
@Event({
  name: 'directory.person-merged.v1',
  consumers: ['safety', 'early-warning'],
  tells: { permission: 'directory:person:read', zh: '重复的人员档案已合并', en: 'Two records of a person were merged' },
})
export class PersonMergedV1 extends OfMerge {}

/** A merge was undone: they are two people again. */
@Event({
  name: 'directory.person-merge-undone.v1',
  consumers: ['safety', 'early-warning'],
  tells: { permission: 'directory:person:read', zh: '人员档案的合并已撤销', en: 'A merge of two people was undone' },
})
export class PersonMergeUndoneV1 extends OfMerge {}
