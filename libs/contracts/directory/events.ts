import { IsUUID } from 'class-validator';
import { Event } from '../event.js';

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
 * A student's personal data was erased (个人信息保护法 art. 47): what was sealed with the student's key cannot be read any more. Each consumer
 * deletes or blanks what else it has of the student. It cannot be taken back.
 */
@Event({ name: 'directory.student-erased.v1', consumers: ['affairs', 'safety', 'early-warning'], long: true })
export class StudentErasedV1 {
  @IsUUID()
  studentId: string;

  constructor(studentId: string) {
    this.studentId = studentId;
  }
}
