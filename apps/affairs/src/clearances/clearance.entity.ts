import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** What departments clear for one student, of one list. The table keeps count of what still blocks it; nobody sets that. */
@Entity({ schema: 'affairs', name: 'clearance' })
export class Clearance extends BaseEntity {
  @Column('uuid')
  listId: string;

  @Column('uuid')
  studentId: string;

  /** Blocking entries that are open; 0: complete. */
  @Column('int')
  openBlocking: number;

  @Column('timestamptz', { nullable: true })
  completedAt: Date | null;

  /** Since when the list is not for the student any more, who has left the roster or one of its units. */
  @Column('date', { nullable: true })
  leftOn: string | null;
}
